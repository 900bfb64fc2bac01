"""Measured eyes: what a query names comes first, and the share that a picture shows can be read back."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from drawn import (
    BLACK,
    BLUE,
    GALLERY,
    GREEN,
    GREY,
    NAVY,
    RED,
    SKY,
    TEAL,
    WHITE,
    Pixels,
    blob,
    flat,
    noise,
    picture,
    split,
)
from limn.imaging.picture import Picture
from limn.vision.basic import Basic

EYES = Basic()
REAL = Path(__file__).parents[1].parent / "shared" / "pictures"
VECTORS = {name: EYES.embed_image(picture(drawn)) for name, drawn in GALLERY.items()}

QUERIES = {
    "dark blue": ["navy with a moon"],
    "dark blue night": ["navy with a moon"],
    "navy": ["navy with a moon"],
    "blue": ["blue sea", "sky", "navy with a moon", "orange and blue"],
    "light blue": ["sky", "blue sea"],
    "pale blue sky": ["sky"],
    "red": ["red field", "wine"],
    "a vivid red umbrella": ["red field"],
    "grey with red": ["umbrella on grey"],
    "burgundy": ["wine"],
    "deep reds": ["wine"],
    "green": ["green wood"],
    "dark green": ["green wood"],
    "orange and blue": ["orange and blue"],
    "orange": ["orange", "orange and blue"],
    "yellow and white": ["yellow on white"],
    "brown": ["square", "wood"],
    "pastel colours": ["pastels", "sky"],
    "black and white": ["ink", "pencil", "fog", "tall"],
    "high contrast black and white": ["ink"],
    "low contrast grey": ["fog"],
    "sepia": ["old photograph"],
    "colourful": ["rainbow", "noise"],
    "bluish green": ["green wood"],
    "blue-green": ["teal"],
    "turquoise or teal": ["teal"],
    "pink": ["pink"],
    "pink on white": ["pink"],
    "panorama": ["panorama"],
    "green panorama": ["panorama"],
    "square format": ["square"],
    "tall": ["tall"],
    "very detailed picture": ["noise"],
}


@pytest.mark.parametrize(("query", "wanted"), QUERIES.items())
def test_what_a_query_names_comes_first(query: str, wanted: list[str]) -> None:
    text = EYES.embed_text(query)
    assert text is not None
    ranked = sorted(VECTORS, key=lambda name: -float(text @ VECTORS[name]))
    assert set(ranked[: len(wanted)]) == set(wanted)


def test_more_of_a_colour_ranks_higher_whatever_else_is_there() -> None:
    text = EYES.embed_text("blue")
    assert text is not None
    busy = noise(90, 140, grey=True)
    drawn = []
    for share in (0.0, 0.02, 0.1, 0.5, 0.9):
        mixed = busy.copy()
        mixed[:, : round(share * 300)] = BLUE
        drawn.append(float(text @ EYES.embed_image(picture(mixed))))
    assert drawn == sorted(drawn)
    assert drawn[0] < 0.01 < drawn[1]
    plain = float(text @ EYES.embed_image(picture(split((0.5, BLUE), (0.5, RED)))))
    assert abs(plain - drawn[3]) < 0.01


def test_dark_blue_prefers_dark_blue_and_leans_on_blue() -> None:
    text = EYES.embed_text("dark blue")
    assert text is not None
    dark, blue, red = (float(text @ EYES.embed_image(picture(flat(*colour)))) for colour in (NAVY, BLUE, RED))
    assert dark > 2 * blue > 0 == pytest.approx(red, abs=0.01)


@pytest.mark.parametrize(
    ("drawn", "phrase", "share"),
    [
        (split((0.62, BLUE), (0.38, GREY)), "blue", 0.62),
        (split((0.1, BLUE), (0.9, GREY)), "blue", 0.10),
        (flat(*RED), "blue", 0.0),
        (split((0.3, NAVY), (0.7, SKY)), "dark blue", 0.3),
        (split((0.3, NAVY), (0.7, SKY)), "light blue", 0.7),
        (split((0.25, TEAL), (0.25, (64, 224, 208)), (0.5, RED)), "blue-green", 0.5),
        (split((0.3, (222, 220, 216)), (0.7, GREEN)), "white", 0.3),
        (split((0.3, (222, 220, 216)), (0.7, GREEN)), "pure white", 0.0),
        (flat(*GREY, width=200, height=200), "square", 1.0),
        (flat(*GREY), "square", 0.0),
        (flat(*BLACK), "dark", 1.0),
        (flat(*WHITE), "dark", 0.0),
        (flat(*RED), "red and blue", 0.0),
        (flat(*BLACK), "night", 0.0),
        (flat(*RED), "a fox in snow", 0.0),
        (flat(*RED), "", 0.0),
    ],
)
def test_explain_says_the_share_that_shows_the_phrase(drawn: Pixels, phrase: str, share: float) -> None:
    vector = EYES.embed_image(picture(drawn))
    assert EYES.explain(vector, phrase) == pytest.approx(share, abs=0.02)
    # vectors are kept as halves
    assert EYES.explain(vector.astype(np.float16).astype(np.float32), phrase) == pytest.approx(share, abs=0.02)


def test_the_calibrated_number_parts_pictures_with_a_colour_from_those_without() -> None:
    accent = EYES.embed_image(picture(blob(GREY, RED, 30)))
    stray = EYES.embed_image(picture(blob(GREY, RED, 10)))
    assert EYES.explain(accent, "red") >= EYES.shows > EYES.explain(stray, "red")
    assert all(EYES.explain(accent, colour) < EYES.shows for colour in ("blue", "green", "yellow", "purple", "brown"))


def test_a_mood_leans_a_ranking_but_never_starts_one() -> None:
    blue, night = EYES.embed_text("blue"), EYES.embed_text("blue night")
    assert blue is not None
    assert night is not None
    dark, light = (EYES.embed_image(picture(split((0.5, BLUE), (0.5, ground)))) for ground in (BLACK, WHITE))
    assert float(blue @ dark) == pytest.approx(float(blue @ light), abs=0.01)
    assert float(night @ dark) > float(night @ light) + 0.005


def test_similar_pictures_are_nearer_than_others() -> None:
    twin = EYES.embed_image(picture(blob((14, 24, 80), (240, 210, 60), 28)))
    assert max(VECTORS, key=lambda name: float(twin @ VECTORS[name])) == "navy with a moon"


def test_a_smaller_copy_says_the_same() -> None:
    large = np.kron(GALLERY["orange and blue"][::2, ::2], np.ones((5, 5, 1), np.uint8))
    whole, small = (EYES.embed_image(picture(drawn)) for drawn in (large, GALLERY["orange and blue"]))
    assert float(whole @ small) > 0.99


@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real pictures is not beside this checkout")
def test_real_photographs_rank_by_what_people_see_in_them() -> None:
    def vector(file: str) -> NDArray[np.float32]:
        image = Image.open(io.BytesIO((REAL / file).read_bytes())).convert("RGB")
        return EYES.embed_image(Picture(np.asarray(image), *image.size))

    vectors = {entry["file"]: vector(entry["file"]) for entry in json.loads((REAL / "manifest.json").read_text())}
    wanted = {
        "black and white": "000000456496.jpg",
        "vivid green": "000000418281.jpg",
        "deep red": "000000522418.jpg",
        "red": "000000522418.jpg",
        "blue": "000000252219.jpg",
        "very dark picture": "000000397133.jpg",
    }
    for query, file in wanted.items():
        text = EYES.embed_text(query)
        assert text is not None
        assert max(vectors, key=lambda name: float(text @ vectors[name])) == file
