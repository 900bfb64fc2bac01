"""Search over a real store and pictures that were really measured: what is found, in which order, and for whom."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from limn.errors import InvalidInput
from limn.index.follower import Index
from limn.models import ArtworkChanges, Visibility
from limn.search.hybrid import Results
from limn.search.question import SearchSort
from limn.search.ranking import Band
from limn.search.reasons import InPicture, InWords
from limn.stores import sqlite
from limn.stores.protocol import Store
from patience import eventually
from searching import EYES, alike, find, following, hang, picture, titles
from works import ANYBODY, OTHER, OWNER

NAVY, SKY, RED, WHITE, GREEN = "#0b1f5e", "#8ec5f0", "#c01018", "#f8f8f8", "#1f8a30"
GALLERY = (
    # title, description, tags, category, stripes; None: not looked at yet
    ("Snow", "Field under a clear sky.", ["winter"], "illustrations", (WHITE, SKY)),
    ("Fox in snow", "He waits.", ["animals"], "illustrations", (WHITE, WHITE, RED)),
    ("Study No. 4", "A fox asleep, and snow on the branches above.", [], "illustrations", (WHITE,)),
    ("Hunter", "A hunter carries a fox home.", ["red fox"], "portraits", (RED, GREEN)),
    ("Tracks", "Marks left behind.", ["snow"], "comics", None),
    ("Harbour", "Boats at rest.", ["sea"], "illustrations", (NAVY, NAVY, NAVY, SKY)),
    ("Bottle", "Glass on a shelf.", [], "portraits", (NAVY,)),
    ("Dark blue", "Not a trace of it.", [], "comics", (RED,)),
    ("Meadow", "Grass as far as one sees.", ["summer"], "illustrations", (GREEN, GREEN, SKY)),
    ("雪の中の狐", "冬の朝", ["狐"], "comics", (WHITE,)),
    ("L'été à Paris", "Café crème", ["été"], "portraits", (SKY,)),
    ("🦊 & friends", "Stickers", [], "comics", (RED, WHITE)),
    ("It", "Somebody stands there.", [], "portraits", None),
    *((f"Filler {n}", f"Something else, number {n}.", ["filler"], "comics", ("#808080",)) for n in range(27)),
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with sqlite.open_store(tmp_path / "limn.db") as opened:
        for title, description, tags, category, stripes in GALLERY:
            seen = None if stripes is None else picture(*stripes)
            fields: dict[str, Any] = {"title": title, "description": description, "tags": tags, "category": category}
            await hang(opened, seen, analysed=False, **fields)
        yield opened


@pytest.fixture
async def index(store: Store) -> AsyncIterator[Index]:
    async with following(store) as built:
        yield built


def strong(results: Results) -> list[str]:
    return [found.artwork.title for found in results.items if found.band is Band.STRONG]


async def test_an_exact_title_comes_first_whatever_the_words_and_pictures_say(index: Index, store: Store) -> None:
    assert titles(await find(index, store, "snow"))[:2] == ["Snow", "Tracks"], "the title, then the tag"
    assert titles(await find(index, store, "  DARK   blue "))[0] == "Dark blue"
    assert titles(await find(index, store, "hunter"))[0] == "Hunter"


async def test_a_tag_its_artist_gave_comes_before_words_in_a_text(index: Index, store: Store) -> None:
    assert titles(await find(index, store, "red fox"))[0] == "Hunter"


async def test_a_phrase_then_all_the_words_then_some_of_them_as_weak(index: Index, store: Store) -> None:
    found = await find(index, store, "fox in snow")
    assert strong(found) == ["Fox in snow", "Study No. 4"]
    assert {"Hunter", "Snow", "Tracks"} <= set(titles(found))
    assert all(item.band is Band.WEAK for item in found.items[2:])
    assert found.answer == "strong"
    phrase = await find(index, store, "fox home")
    assert titles(phrase)[0] == "Hunter"


async def test_words_alone_answer_where_eyes_can_measure_nothing(index: Index, store: Store) -> None:
    found = await find(index, store, "fox in snow")
    assert found.method == "words"
    assert found.spaces == ()
    assert InWords("title", "⟦Fox⟧ in ⟦snow⟧") in found.items[0].reasons


async def test_a_look_is_found_in_pictures_whose_words_do_not_say_it(index: Index, store: Store) -> None:
    found = await find(index, store, "dark blue")
    assert titles(found)[0] == "Dark blue", "the exact title, although it is red"
    assert set(strong(found)[1:]) == {"Bottle", "Harbour"}
    assert found.method == "hybrid"
    assert found.spaces == (EYES.space,)
    bottle = next(item for item in found.items if item.artwork.title == "Bottle")
    seen = [reason for reason in bottle.reasons if isinstance(reason, InPicture)]
    assert [reason.phrase for reason in seen] == ["dark blue"]
    assert seen[0].share > 0.9


async def test_more_of_the_colour_comes_first(index: Index, store: Store) -> None:
    assert strong(await find(index, store, "green"))[:2] == ["Meadow", "Hunter"]


async def test_one_word_read_and_the_other_seen_are_a_whole_match(index: Index, store: Store) -> None:
    found = await find(index, store, "blue boats")
    assert strong(found) == ["Harbour"]
    kinds = {type(reason) for reason in found.items[0].reasons}
    assert kinds == {InWords, InPicture}


async def test_what_nobody_wrote_and_nobody_can_measure_is_answered_with_nothing(index: Index, store: Store) -> None:
    found = await find(index, store, "xylophone quartet")
    assert (found.answer, found.items, found.facets, found.next) == ("none", (), {}, None)
    assert found.notice is not None
    assert "xylophone" in found.notice


async def test_a_look_that_no_picture_has_is_nothing_with_a_few_nearest(index: Index, store: Store) -> None:
    found = await find(index, store, "orange")
    assert found.answer == "none"
    assert len(found.items) <= 6
    assert {item.band for item in found.items} <= {Band.NEAREST}
    assert found.notice is not None


@pytest.mark.parametrize("q", ["the", "in of the", "and"])
async def test_stop_words_alone_are_no_match(index: Index, store: Store, q: str) -> None:
    found = await find(index, store, q)
    assert (found.answer, found.items) == ("none", ())


async def test_a_stop_word_that_is_a_whole_title_is_found(index: Index, store: Store) -> None:
    found = await find(index, store, "it")
    assert titles(found) == ["It"]
    assert found.items[0].reasons == (InWords("title", "⟦It⟧"),)


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("狐", "雪の中の狐"),
        ("雪の中", "雪の中の狐"),
        ("été", "L'été à Paris"),
        ("ete", "L'été à Paris"),
        ("CAFE creme", "L'été à Paris"),
        ("🦊", "🦊 & friends"),
        ("ＨＵＮＴＥＲ", "Hunter"),
        ('"hunter"', "Hunter"),
        ("study no. 4", "Study No. 4"),
    ],
)
async def test_words_are_found_however_they_are_written(index: Index, store: Store, q: str, title: str) -> None:
    assert titles(await find(index, store, q))[0] == title


@pytest.mark.parametrize(
    "q",
    ["*:*", "title:x", "((((", '"', "a AND", "[* TO *]", "\\", "fox~2^9", "-fox +", "<b>", "${x}", "; --", "\ud800"],
)
async def test_nothing_in_a_query_is_syntax(index: Index, store: Store, q: str) -> None:
    found = await find(index, store, q)
    assert found.answer in {"none", "weak", "strong"}
    assert len(found.items) < len(GALLERY) / 2


@pytest.mark.parametrize("q", ["x" * 1_000_000, "word " * 10_000, "fox\x00"])
async def test_a_query_that_cannot_be_is_refused(index: Index, store: Store, q: str) -> None:
    with pytest.raises(InvalidInput):
        await find(index, store, q)


async def test_as_many_words_as_a_query_may_hold_are_answered(index: Index, store: Store) -> None:
    assert (await find(index, store, " ".join(f"{n:x}q" for n in range(120)))).answer == "none"
    assert titles(await find(index, store, "雪" * 500))[:1] == []


async def test_filters_narrow_and_facets_tell_what_other_categories_hold(index: Index, store: Store) -> None:
    found = await find(index, store, "fox", category="portraits")
    assert titles(found) == ["Hunter"]
    assert found.facets == {"illustrations": 2, "portraits": 1}
    for category, count in found.facets.items():
        assert len((await find(index, store, "fox", category=category)).items) == count
    assert titles(await find(index, store, "snow", tags=("#Winter",))) == ["Snow"]
    assert (await find(index, store, "fox", artist="nobody")).answer == "none"


async def test_no_words_are_all_that_the_filters_let_through_newest_first(index: Index, store: Store) -> None:
    found = await find(index, store, tags=("filler",), limit=3)
    assert titles(found) == ["Filler 26", "Filler 25", "Filler 24"]
    assert found.method == "filters"


async def test_newest_sorts_inside_what_is_relevant(index: Index, store: Store) -> None:
    found = await find(index, store, "fox", sort=SearchSort.NEWEST)
    assert titles(found) == ["Hunter", "Study No. 4", "Fox in snow"]
    both = await find(index, store, "fox in snow", sort=SearchSort.NEWEST)
    assert titles(both)[:2] == ["Study No. 4", "Fox in snow"], "the weak come after, however new"


async def test_pages_hold_each_work_once_although_the_gallery_changes(index: Index, store: Store) -> None:
    first = await find(index, store, "filler", limit=10)
    before = index.generation
    await hang(store, title="Filler", tags=["filler"])
    index.wake()
    await eventually(lambda: index.generation >= before + 2)
    seen, cursor = titles(first), first.next
    while cursor:
        page = await find(index, store, "filler", limit=10, cursor=cursor)
        assert page.notice is None
        seen, cursor = seen + titles(page), page.next
    assert sorted(seen) == sorted(f"Filler {n}" for n in range(27))


async def test_a_cursor_this_process_forgot_goes_on_after_the_last_work_and_says_so(index: Index, store: Store) -> None:
    first = await find(index, store, "filler", limit=10)
    assert first.next is not None
    async with following(store) as another:
        page = await find(another, store, "filler", limit=100, cursor=first.next)
    assert sorted(titles(first) + titles(page)) == sorted(f"Filler {n}" for n in range(27))
    assert page.notice is not None


async def test_a_cursor_of_another_question_is_refused(index: Index, store: Store) -> None:
    cursor = (await find(index, store, "filler", limit=1)).next
    assert cursor is not None
    for q, given in (("fox", cursor), ("filler", "?"), ("filler", "W10"), ("filler", cursor + "A")):
        with pytest.raises(InvalidInput) as refused:
            await find(index, store, q, cursor=given)
        assert refused.value.code == "invalid_cursor"


async def test_what_is_not_public_is_found_and_counted_by_its_owner_alone(index: Index, store: Store) -> None:
    for visibility in (Visibility.PRIVATE, Visibility.UNLISTED):
        seen = picture("#ff7f00")
        await hang(store, seen, title=f"Zebra {visibility}", tags=["zebra"], visibility=visibility, category="comics")
    index.wake()

    async def found_by_owner() -> bool:
        return len((await find(index, store, "zebra")).items) == 2

    await eventually(found_by_owner)
    assert (await find(index, store, "zebra")).facets == {"comics": 2}
    assert index.holdings().entries.tags("zeb", OWNER, 9) == [("zebra", 2)]
    for viewer in (OTHER, ANYBODY):
        for fields in ({"q": "zebra"}, {"q": "orange"}, {"tags": ("zebra",)}):
            found = await find(index, store, viewer=viewer, **fields)
            assert not any("Zebra" in title for title in titles(found))
            assert "zebra" not in str(found.facets)
        assert (await find(index, store, "zebra", viewer)).answer == "none"
        assert (await find(index, store, "zebra", viewer)).facets == {}
        assert index.holdings().entries.tags("zeb", viewer, 9) == []


async def test_a_work_that_left_its_category_is_not_shown_there_before_the_index_knows(
    index: Index, store: Store
) -> None:
    hunter = (await find(index, store, "hunter")).items[0].artwork
    await store.artworks.edit(hunter.id, OWNER, ArtworkChanges(category="comics"))
    assert titles(await find(index, store, "hunter", category="portraits")) == []


async def test_works_that_look_alike_come_without_the_work_itself(index: Index, store: Store) -> None:
    bottle = (await find(index, store, "bottle")).items[0].artwork
    found = await alike(index, store, bottle.id)
    assert found.items[0].artwork.title == "Harbour"
    assert bottle.id not in {item.artwork.id for item in found.items}
    filler = (await find(index, store, "filler", limit=1)).items[0].artwork
    same = await alike(index, store, filler.id)
    assert same.answer == "strong"
    assert {item.band for item in same.items} == {Band.STRONG}
    assert all(item.similarity == pytest.approx(1, abs=0.01) for item in same.items)


async def test_a_work_without_a_vector_is_like_nothing_for_a_reason(index: Index, store: Store) -> None:
    it = (await find(index, store, "it")).items[0].artwork
    found = await alike(index, store, it.id)
    assert (found.answer, found.items) == ("none", ())
    assert found.notice is not None
    assert "still" in found.notice
