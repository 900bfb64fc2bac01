"""Measured eyes in words: captions, tags and matches that are true of drawn pictures and never claim a subject."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from drawn import (
    BLACK,
    BLUE,
    GALLERY,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SKY,
    WHITE,
    Pixels,
    blob,
    flat,
    gradient,
    noise,
    picture,
    split,
)
from limn.vision.basic import Basic
from limn.vision.protocol import Vision

EYES: Vision = Basic()


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        (
            split((0.7, (15, 25, 110)), (0.3, ORANGE), width=200),
            "A square picture, mostly deep blue with vivid orange, dark, in vivid colours, with large plain areas.",
        ),
        (flat(*WHITE), "A landscape-format picture, all white."),
        (
            blob(GREY, RED, 25),
            "A landscape-format picture, mostly grey with a touch of vivid red, low contrast, with large plain areas.",
        ),
        (noise(grey=True)[:, :250], "A landscape-format picture, in black and white, high contrast, full of detail."),
        (
            np.tile(gradient(GREEN, (20, 60, 25)), (2, 1, 1)),
            "A portrait-format picture, in shades of green, in one hue, low contrast, with large plain areas.",
        ),
    ],
)
def test_the_caption_is_a_true_sentence(drawn: Pixels, sentence: str) -> None:
    caption = EYES.caption(picture(drawn))
    assert (caption.text, caption.method, caption.model) == (sentence, "measured", "limn/basic@1")


def test_what_the_file_tells_is_said_too() -> None:
    text = EYES.caption(picture(flat(*RED), animated=True, transparent=True)).text
    assert text == "An animated partly transparent landscape-format picture, all vivid red."


def test_tags_are_what_nobody_would_object_to_most_confident_first() -> None:
    tags = EYES.tags(picture(split((0.6, (15, 25, 110)), (0.4, ORANGE), width=200)))
    assert {"square", "blue", "orange"} <= {tag.name for tag in tags}
    assert not {"red", "light", "panorama", "black and white"} & {tag.name for tag in tags}
    assert {tag.source for tag in tags} == {"machine"}
    confidences = [tag.confidence for tag in tags]
    assert confidences == sorted(confidences, reverse=True)
    assert 0 < min(confidences) <= max(confidences) <= 1


def test_a_faint_colour_is_tagged_with_less_confidence_than_a_strong_one() -> None:
    faint, strong = (
        {tag.name: tag.confidence for tag in EYES.tags(picture(split((0.2, blue), (0.8, GREY))))}
        for blue in (SKY, BLUE)
    )
    assert 0 < faint["blue"] < strong["blue"]


def test_a_description_that_fits_is_a_strong_match() -> None:
    judged = EYES.match(picture(GALLERY["navy with a moon"]), "A dark blue night with a yellow moon")
    assert judged.reason is None
    assert judged.match is not None
    assert (judged.match.method, judged.match.cosine, judged.match.calibrated) == ("measured", None, False)
    assert [(one.text, one.recognised) for one in judged.match.phrases] == [("dark blue", True), ("yellow", True)]
    assert judged.match.verdict in {"good", "strong"}


def test_red_said_of_a_blue_picture_is_a_weak_match_and_not_recognised() -> None:
    match = EYES.match(picture(flat(*BLUE)), "red").match
    assert match is not None
    assert (match.score, match.verdict) == (0, "weak")
    assert [(one.text, one.recognised, one.score) for one in match.phrases] == [("red", False, 0)]


def test_a_picture_that_shows_half_of_the_words_is_a_partial_match() -> None:
    match = EYES.match(picture(flat(*BLUE)), "red roofs under a blue sky").match
    assert match is not None
    assert match.verdict == "partial"
    assert {one.text: one.recognised for one in match.phrases} == {"red": False, "blue": True}


def test_dark_hair_asks_for_something_dark_and_a_dark_picture_for_darkness() -> None:
    drawn = picture(blob(WHITE, BLACK, 50))
    hair, whole = EYES.match(drawn, "dark hair").match, EYES.match(drawn, "a dark picture").match
    assert hair is not None
    assert whole is not None
    assert (hair.verdict, whole.verdict) == ("strong", "weak")


def test_nothing_measurable_is_no_match_with_a_reason_in_words() -> None:
    judged = EYES.match(picture(flat(*BLUE)), "A fox sleeps in the night")
    assert judged.match is None
    assert judged.reason == (
        "Nothing in the description is a colour, light or format that can be measured without a picture model."
    )


def test_no_description_has_a_reason_of_its_own() -> None:
    empty, blank = (EYES.match(picture(flat(*BLUE)), text) for text in ("", " \n"))
    assert empty == blank
    assert empty.match is None
    assert "no description" in (empty.reason or "")


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.uint8, st.tuples(st.integers(1, 10), st.integers(1, 10), st.just(3))),
    st.booleans(),
    st.booleans(),
)
def test_any_picture_has_a_unit_vector_a_sentence_and_tags(drawn: Pixels, animated: bool, transparent: bool) -> None:
    seen = picture(drawn, animated=animated, transparent=transparent)
    vector = EYES.embed_image(seen)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert np.array_equal(vector, EYES.embed_image(seen))
    assert EYES.caption(seen).text.startswith("A")
    assert EYES.caption(seen).text.endswith(".")
    assert len({tag.name for tag in EYES.tags(seen)}) == len(EYES.tags(seen))
