"""The coach: what the words could say besides. It proposes, leaves alone what the artist refused or meant, and never nags."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limn.artworks import fields
from limn.models import Analysis, Artwork, Caption, Match, Phrase
from limn.vision.basic import Basic
from limn.vision.coach import ALT_TEXT, UNMENTIONED, Advice, advise
from works import a_work, artist_tag, machine_tag


def work(
    *seen: str, caption: str | None = None, method: str = "blip", phrases: tuple[Phrase, ...] = (), **said: Any
) -> Artwork:
    """`seen` are machine tags, surest first."""
    tags = [machine_tag(name, 0.99 - place / 100) for place, name in enumerate(seen)]
    judged = Match(score=50, verdict="partial", method="clip", model="m", phrases=phrases) if phrases else None
    written = Caption(text=caption, method=method, model="m") if caption is not None else None
    own = [artist_tag(name) for name in said.pop("own", ())]
    return a_work(
        **({"title": "Untitled"} | said), tags=(*own, *tags), analysis=Analysis(caption=written, match=judged)
    )


def phrase(text: str, *, recognised: bool) -> Phrase:
    return Phrase(text=text, recognised=recognised, score=50)


# unmentioned


def test_what_the_machine_sees_and_nobody_said_is_proposed_surest_first() -> None:
    seen = work("castle", "oil painting", "dragon", title="The dragon", description="An oil sketch")
    assert advise(seen).unmentioned == ("castle", "oil painting")


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("fox", "Two FOXES"),
        ("foxes", "a fox"),
        ("berries", "one berry"),
        ("leaf", "autumn leaves"),
        ("dancing", "they danced"),
        ("running", "a run"),
        ("painting", "painted by me"),
        ("smiling", "her smile"),
        ("group of people", "A person in a group"),
        ("close-up", "a close up"),
        ("café", "at the cafe"),
        ("child", "the children's room"),
        ("watercolour", "a watercolor"),
        ("grass", "grass"),
        ("bus", "buses"),
        ("dresses", "a dress"),
        ("string", "strings"),
    ],
)
def test_a_word_in_another_form_is_said_already(tag: str, words: str) -> None:
    assert advise(work(tag, description=words)).unmentioned == ()


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("cat", "a cathedral"),
        ("sea", "the season"),
        ("red fox", "a fox"),
        ("spring", "a spruce"),
        ("king", "a kite"),
        ("ring", "rare"),
    ],
)
def test_a_word_that_only_looks_alike_is_not(tag: str, words: str) -> None:
    assert advise(work(tag, description=words)).unmentioned == (tag,)


@pytest.mark.parametrize(
    "said",
    [
        {"title": "A fox"},
        {"description": "There is a fox."},
        {"own": ["foxes"]},
        {"alt_text": "A fox in the snow"},
        {"category": "fox"},
        {"rejected_tags": ("fox",)},
        {"rejected_tags": ("#Fox ",)},
    ],
)
def test_it_may_be_said_anywhere_and_refused_for_good(said: dict[str, Any]) -> None:
    assert advise(work("fox", **said)).unmentioned == ()
    assert advise(work("fox")).unmentioned == ("fox",)


def test_what_was_measured_or_is_not_sure_is_not_proposed() -> None:
    assert advise(work(*sorted(Basic().tag_names)[:20], "fox")).unmentioned == ("fox",)
    unsure = a_work(tags=(machine_tag("castle", 0.29), machine_tag("tower", 0.3), artist_tag("moon")))
    assert advise(unsure).unmentioned == ("tower",)


def test_no_more_than_eight_are_proposed() -> None:
    names = [f"thing{number}" for number in range(12)]
    assert advise(work(*names)).unmentioned == tuple(names[:UNMENTIONED])


# unrecognised


def test_phrases_that_were_not_recognised_are_told_once() -> None:
    seen = phrase("fox", recognised=True)
    missed = phrase("red umbrella", recognised=False)
    assert advise(work(phrases=(seen, missed, missed))).unrecognised == ("red umbrella",)


def test_who_means_the_words_as_they_are_hears_no_more_of_phrases() -> None:
    seen = work("castle", phrases=(phrase("the loneliness of winter", recognised=False),), intended=True)
    assert advise(seen) == Advice(unmentioned=("castle",))


# alt text


@pytest.mark.parametrize(
    ("caption", "draft"),
    [
        ("a fox stands in the snow", "A fox stands in the snow."),
        ("  A fox\nin the snow!  ", "A fox in the snow!"),
        ("雪の中の狐。", "雪の中の狐。"),
        ("éclair", "Éclair."),
        ("", None),
        (" …\u202e", None),
    ],
)
def test_the_draft_is_the_caption_as_a_sentence(caption: str, draft: str | None) -> None:
    assert advise(work(caption=caption)).alt_text == draft


def test_the_draft_says_who_wrote_it() -> None:
    assert advise(work(caption="a fox", method="distilvit")).alt_text_method == "distilvit"
    measured = advise(work(caption="A square picture, mostly blue.", method="measured"))
    assert (measured.alt_text, measured.alt_text_method) == ("A square picture, mostly blue.", "measured")
    assert advise(work(caption="")).alt_text_method is None


def test_an_artist_who_wrote_one_gets_no_draft() -> None:
    assert advise(work(caption="a fox", alt_text="My fox")).alt_text is None
    assert advise(work(caption="a fox", alt_text=" ")).alt_text == "A fox."
    assert advise(work()).alt_text is None


def test_a_draft_could_be_saved_as_it_is() -> None:
    assert ALT_TEXT == fields.ALT_TEXT
    for caption in ("a fox " * 1_000, "x" * 5_000, "x" * ALT_TEXT, "x" * (ALT_TEXT - 1), "狐" * 5_000):
        draft = advise(work(caption=caption)).alt_text
        assert draft is not None
        assert ALT_TEXT / 2 < len(draft) <= ALT_TEXT
        assert draft[-1] in "….", caption[:10]


def test_a_work_that_nobody_looked_at_yet_gets_no_advice() -> None:
    assert advise(a_work()) == Advice()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=300))
def test_whatever_was_typed_there_is_advice(description: str, tag: str, caption: str) -> None:
    found = advise(work(tag, caption=caption, description=description))
    assert set(found.unmentioned) <= {tag}
    assert found.alt_text is None or found.alt_text == found.alt_text.strip()
    assert advise(work(tag, description=f"{description} {tag}")).unmentioned == ()
