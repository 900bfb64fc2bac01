"""The works on the gallery's screenshot, oldest first. The drawing itself is done in `atelier/`."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from atelier import comics, figures, patterns, places


@dataclass(frozen=True)
class Drawing:
    """A work as its artist hands it in; `draw` gives the picture."""

    title: str
    description: str
    category: str
    tags: str
    draw: Callable[[], Image.Image]


DRAWINGS = (
    Drawing(
        "Orchard, noon",
        "Green trees with red and orange fruit on cream paper",
        "illustrations",
        "trees, pattern",
        patterns.orchard,
    ),
    Drawing(
        "City asleep",
        "A purple night, a thin moon, a few windows still lit",
        "illustrations",
        "city, night",
        places.city_asleep,
    ),
    Drawing(
        "Koi", "Three fish cross a teal pond, orange, gold and white", "illustrations", "fish, pattern", patterns.koi
    ),
    Drawing(
        "The cat considers", "A strip in three panels about a fish bowl", "comics", "cat, strip", comics.considering
    ),
    Drawing(
        "Tide table",
        "Fifty-four lines of a sea at night, dark blue",
        "illustrations",
        "sea, lines",
        patterns.tide_table,
    ),
    Drawing(
        "Green hour",
        "Her profile among leaves, dark green and pale",
        "portraits",
        "profile, leaves",
        figures.green_hour,
    ),
    Drawing(
        "Three go home", "Three walkers on red dunes under a teal sky", "illustrations", "desert, walkers", places.dunes
    ),
    Drawing(
        "Night bus, page 3", "A comic page: rain, a bus, somebody who waits", "comics", "rain, bus", comics.night_bus
    ),
    Drawing(
        "Truchet, after rain",
        "Quarter circles in dark blue, cream and red",
        "illustrations",
        "pattern, circles",
        patterns.truchet,
    ),
    Drawing(
        "Moon jar", "A white jar with green twigs on a brown table", "illustrations", "still life, jar", places.moon_jar
    ),
    Drawing("Heron collar", "A woman in a blue collar looks past us", "portraits", "woman, blue", figures.heron_collar),
    Drawing(
        "Wind atlas no. 4",
        "Rust, teal and ochre strokes follow the wind on cream",
        "illustrations",
        "wind, lines",
        patterns.wind_atlas,
    ),
    Drawing("Red coat", "A figure in a red coat walks through grey rain", "portraits", "rain, coat", figures.red_coat),
    Drawing(
        "Dusk over the second ridge",
        "Purple ridges, an orange sky, the sun almost gone",
        "illustrations",
        "mountains, dusk",
        places.dusk,
    ),
)
