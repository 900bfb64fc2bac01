"""Colours: conversions that come back, distances that agree with eyes, names that a person would say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limn.imaging import colours

# well-known colours (most by their CSS value) and every name that a person would accept; modifiers are judged apart
WELL_KNOWN = {
    "#000000": "black", "#ffffff": "white", "#808080": "grey", "#f5f5f5": "white", "#fffafa": "white",
    "#404040": "grey", "#c0c0c0": "grey", "#d3d3d3": "grey", "#696969": "grey", "#141414": "black",
    "#36454f": "grey", "#708090": "grey", "#ff0000": "red", "#dc143c": "red", "#b22222": "red",
    "#8b0000": "red", "#800000": "red brown", "#cd5c5c": "red", "#ff6347": "red orange", "#e34234": "red orange",
    "#800020": "red purple", "#722f37": "red purple brown", "#ff4500": "red orange", "#ff7f50": "orange",
    "#ffa500": "orange", "#ff8c00": "orange", "#d2691e": "orange brown", "#f4a460": "orange", "#cc7722": "orange brown",
    "#8b4513": "brown", "#a0522d": "brown", "#7b3f00": "brown", "#4b3621": "brown", "#704214": "brown",
    "#2e1a0f": "brown black", "#d2b48c": "beige", "#deb887": "beige", "#f5f5dc": "beige", "#faebd7": "beige",
    "#c3b091": "beige", "#f5deb3": "beige yellow", "#ffff00": "yellow", "#ffd700": "yellow", "#f0e68c": "yellow",
    "#e1ad01": "yellow", "#ffffe0": "yellow white", "#808000": "olive", "#4b5320": "olive green", "#008000": "green",
    "#006400": "green", "#228b22": "green", "#00ff00": "green", "#90ee90": "green", "#98fb98": "green",
    "#9acd32": "green", "#2e8b57": "green", "#50c878": "green", "#9caf88": "green", "#008080": "teal",
    "#008b8b": "teal", "#00ffff": "turquoise", "#40e0d0": "turquoise", "#00ced1": "turquoise", "#afeeee": "turquoise",
    "#0000ff": "blue", "#000080": "blue", "#191970": "blue", "#4169e1": "blue", "#4682b4": "blue",
    "#87ceeb": "blue", "#add8e6": "blue", "#00bfff": "blue", "#6495ed": "blue", "#0047ab": "blue",
    "#b0c4de": "blue", "#003153": "blue", "#800080": "purple", "#4b0082": "purple", "#663399": "purple",
    "#9370db": "purple", "#e6e6fa": "purple", "#8a2be2": "purple", "#c8a2c8": "purple", "#ff00ff": "magenta",
    "#ffc0cb": "pink", "#ff69b4": "pink", "#ff1493": "pink", "#ffb6c1": "pink", "#fa8072": "pink orange",
    "#f08080": "pink",
}  # fmt: skip

TONED = {
    "#8b0000": "dark deep", "#006400": "dark deep", "#000080": "dark deep", "#191970": "dark deep",
    "#4b3621": "dark", "#696969": "dark", "#003153": "dark deep", "#36454f": "dark", "#4b0082": "dark deep",
    "#add8e6": "light pale", "#90ee90": "light pale", "#ffb6c1": "light pale", "#d3d3d3": "light",
    "#b0c4de": "light pale", "#98fb98": "light pale", "#ffffe0": "light pale", "#e6e6fa": "light pale",
    "#ff0000": "vivid", "#00ff00": "vivid", "#0000ff": "vivid", "#ff00ff": "vivid", "#00ffff": "vivid",
    "#ffff00": "vivid", "#ffa500": "vivid", "#8a2be2": "vivid", "#9caf88": "muted", "#bc8f8f": "muted",
    "#008080": "", "#4682b4": "", "#808080": "", "#008000": "", "#d2b48c": "", "#8b4513": "", "#f5f5dc": "",
}  # fmt: skip


def rgb(code: str) -> np.ndarray:
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.uint8)


@pytest.mark.parametrize(("code", "accepted"), WELL_KNOWN.items())
def test_a_well_known_colour_has_the_name_that_people_give_it(code: str, accepted: str) -> None:
    assert colours.name(rgb(code)).split()[-1] in accepted.split()


@pytest.mark.parametrize(("code", "accepted"), TONED.items())
def test_a_modifier_says_how_a_colour_differs_from_the_plain_one(code: str, accepted: str) -> None:
    modifiers = colours.name(rgb(code)).split()[:-1]
    assert modifiers == [] if not accepted else modifiers and modifiers[0] in accepted.split()


def test_greys_have_no_hue_and_grow_lighter_in_order() -> None:
    names = [colours.name([level, level, level]) for level in range(256)]
    order = ["black", "dark grey", "grey", "light grey", "white"]
    assert sorted(names, key=order.index) == names
    assert set(names) == set(order)


def test_every_colour_of_srgb_survives_the_way_to_oklab_and_back() -> None:
    steps = np.arange(0, 256, 5)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).astype(np.uint8)
    assert np.array_equal(colours.from_oklab(colours.to_oklab(cube)), cube)


def test_conversion_agrees_with_the_published_values() -> None:
    # https://bottosson.github.io/posts/oklab/ and CSS Color 4: white, pure red, pure blue
    known = [[1.0, 0.0, 0.0], [0.62796, 0.22486, 0.12585], [0.45201, -0.03246, -0.31153]]
    assert np.allclose(colours.to_oklab([[255, 255, 255], [255, 0, 0], [0, 0, 255]]), known, atol=2e-4)


def test_distance_puts_a_shade_nearer_than_another_hue() -> None:
    navy, blue, red = colours.to_oklab([[0, 0, 128], [0, 0, 160], [160, 0, 0]])
    assert colours.distance(navy, blue) < colours.distance(blue, red)
    assert colours.distance(blue, blue) == 0


def test_hues_run_from_red_over_yellow_and_green_to_blue() -> None:
    hues = colours.to_oklch(colours.to_oklab([[255, 0, 0], [255, 255, 0], [0, 255, 0], [0, 0, 255]]))[:, 2]
    assert np.allclose(hues, [29.2, 109.8, 142.5, 264.1], atol=0.5)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_any_colour_has_one_name_and_shares_that_sum_to_one(colour: tuple[int, int, int]) -> None:
    words = colours.name(colour).split()
    assert words[-1] in colours.TERMS
    assert all(word in colours.MODIFIERS for word in words[:-1])
    shares = colours.terms(colours.to_oklab([colour]))
    assert shares.min() >= 0
    assert np.isclose(shares.sum(), 1, atol=1e-4)


@given(st.tuples(*[st.integers(4, 251)] * 3))
def test_a_change_nobody_sees_hardly_changes_the_name(colour: tuple[int, int, int]) -> None:
    red, green, blue = colour
    lab = colours.to_oklab([colour, (red + 2, green - 2, blue + 2)])
    before, after = colours.terms(lab)
    assert np.abs(before - after).sum() / 2 < 0.9
