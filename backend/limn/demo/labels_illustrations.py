"""The illustrations of the demo, oldest first."""

from limn.demo import patterns, places
from limn.demo.label import Work

ILLUSTRATIONS = (
    Work(
        "Orchard, noon",
        "illustrations",
        "Rows of green trees with red and orange fruit on cream paper: apples, apricots, and shade for whoever picks them.",
        "A pattern of round fruit trees",
        "trees, fruit, pattern, summer",
        patterns.orchard,
    ),
    Work(
        "City asleep",
        "illustrations",
        "A purple night, a thin moon, a few windows still lit above the roofs.",
        "A skyline at night under a crescent moon",
        "city, night, moon, windows",
        places.city_asleep,
    ),
    Work(
        "Koi",
        "illustrations",
        "Three fish cross a teal pond: orange, gold and white, over waves like scales.",
        "Three carp from above on a pattern of waves",
        "fish, carp, pond, pattern",
        patterns.koi,
    ),
    Work(
        "Tide table",
        "illustrations",
        "Fifty-four lines of a sea at night, drawn as a tide gauge would draw them.",
        "Fine lines that rise to a hill, on dark blue",
        "sea, lines, tide",
        patterns.tide_table,
    ),
    Work(
        "Three go home",
        "illustrations",
        "Three walkers on red dunes under a teal sky, with long shadows and a long way to go.",
        "Three small figures in a desert",
        "desert, dunes, walkers, sand",
        places.dunes,
    ),
    Work(
        "Truchet, after rain",
        "illustrations",
        "Quarter circles in navy, cream and red, turned by chance until they flow like puddles into each other.",
        "A pattern of bands that wind in circles",
        "pattern, circles, tiles, geometry",
        patterns.truchet,
    ),
    Work(
        "Moon jar",
        "illustrations",
        "A white porcelain jar with green twigs of eucalyptus on a brown table.",
        "A still life: a round white vase with twigs",
        "still life, jar, porcelain, eucalyptus",
        places.moon_jar,
    ),
    Work(
        "Wind atlas no. 4",
        "illustrations",
        "Rust, teal and ochre strokes follow the wind over a sheet of paper.",
        "Thousands of curved strokes that flow over cream paper",
        "wind, lines, map",
        patterns.wind_atlas,
    ),
    Work(
        "Dusk over the second ridge",
        "illustrations",
        "Purple mountains one behind the other, an orange sky, the sun almost gone, firs at our feet.",
        "Mountain ridges at sunset",
        "mountains, dusk, sunset, firs",
        places.dusk,
    ),
)
