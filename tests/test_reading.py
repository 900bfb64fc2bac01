"""Reading a text for looks: modifiers bind, things stay things, negations are left out, moods start nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import RAINBOW, picture
from limn.vision.basic import Basic

EYES = Basic()

READINGS = {
    "a dark blue night over red roofs": ["dark blue", "red"],
    "Dark Reds & Blues": ["Dark Reds", "Blues"],
    "very dark blue": ["very dark blue"],
    "light and dark blue": ["dark blue"],
    "navy-blue sea, pale rose clouds": ["navy-blue", "pale rose"],
    "a rose on a table beside a salmon": [],
    "salmon tones": ["salmon tones"],
    "dark chocolate, but no hot chocolate": ["dark chocolate"],
    "a black and white cat": ["black", "white"],
    "black and white portrait of a cat": ["black and white"],
    "b&w": ["b&w"],
    "a Black woman in a white dress": ["white"],
    "a dark brown man": [],
    "a square in Rome": [],
    "square": ["square"],
    "a square picture": ["square"],
    "dark, square and warm": ["dark", "square", "warm"],
    "a warm day": [],
    "warm colours on a cold day": ["warm"],
    "portrait of a man": [],
    "in portrait format": ["portrait format"],
    "landscape painting": [],
    "a pastel drawing": [],
    "olive trees": [],
    "olive green": ["olive green"],
    "bluish grey": ["bluish grey"],
    "a reddish glow": ["reddish"],
    "light": ["light"],
    "the light of morning": [],
    "night, sunset, snow": [],
    "fox": [],
    "": [],
    "red red red": ["red"],
    "RÖT grün 青": [],
}


@pytest.mark.parametrize(("text", "phrases"), READINGS.items())
def test_only_measurable_phrases_are_read_as_they_were_typed(text: str, phrases: list[str]) -> None:
    assert [concept.phrase for concept in EYES.concepts(text)] == phrases
    assert (EYES.embed_text(text) is not None) == bool(phrases)


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("not red", []),
        ("it isn't red", []),
        ("not red but blue", ["blue"]),
        ("without red, green or blue", []),
        ("no people, blue sky", ["blue"]),
        ("never dark. Green grass", ["Green"]),
        ("neither red nor blue", []),
        ("blue without red", ["blue"]),
    ],
)
def test_what_is_negated_is_not_looked_for(text: str, phrases: list[str]) -> None:
    assert [concept.phrase for concept in EYES.concepts(text)] == phrases


@given(st.text(max_size=80))
def test_any_text_is_read_without_harm(text: str) -> None:
    vector = EYES.embed_text(text)
    concepts = EYES.concepts(text)
    assert (vector is None) == (not concepts)
    assert all(concept.phrase in text for concept in concepts)


VOCABULARY = st.lists(
    st.sampled_from(
        [
            "dark",
            "light",
            "pale",
            "blue",
            "red",
            "rose",
            "square",
            "night",
            "and",
            "not",
            "a",
            ",",
            "warm",
            "black",
            "white",
            "tones",
        ]
    ),
    max_size=9,
).map(" ".join)


@given(VOCABULARY)
def test_each_phrase_can_be_explained_on_its_own(text: str) -> None:
    vector = EYES.embed_image(picture(RAINBOW))
    for concept in EYES.concepts(text):
        assert [one.phrase for one in EYES.concepts(concept.phrase)] == [concept.phrase]
        assert 0 <= EYES.explain(vector, concept.phrase) <= 1
    text_vector = EYES.embed_text(text)
    if text_vector is not None:
        assert math.isclose(float(np.linalg.norm(text_vector)), 1, abs_tol=1e-5)
