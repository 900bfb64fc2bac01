"""The comics of the demo, oldest first."""

from limn.demo import comics, ink, pages, voyages
from limn.demo.label import Work

_ROOM = "comics"

COMICS = (
    Work(
        "The cat considers",
        _ROOM,
        "A strip in three panels about a cat and a goldfish bowl. In the last one the fish is gone.",
        "Three panels: a black cat beside a fish bowl, which is empty in the end",
        "cat, fish, strip, humour",
        comics.considering,
    ),
    Work(
        "Last train",
        _ROOM,
        "A page of manga in ink and screentone: the train leaves, somebody weeps, somebody stays on the platform.",
        "Three panels in black and white: a train, two eyes with a tear, a figure under lamps",
        "manga, train, tear, platform, ink",
        ink.last_train,
    ),
    Work(
        "Night bus, page 3",
        _ROOM,
        "A comic page: rain, a red bus, somebody in a yellow raincoat who waits, and the sun at last.",
        "A page of four panels about a bus ride through a rainy night",
        "rain, bus, page, night",
        comics.night_bus,
    ),
    Work(
        "Small talk",
        _ROOM,
        "Two birds on a telegraph wire hear the news before anybody else does.",
        "A strip: a red and a blue bird talk on a wire; in the last panel a cat looks up",
        "birds, wire, strip, humour, cat",
        pages.small_talk,
    ),
    Work(
        "Down there",
        _ROOM,
        "To be read downwards: a diver sinks to two hundred metres, where something shines.",
        "Four panels from bright water to the dark, where an anglerfish waits",
        "diver, ocean, anglerfish, webtoon",
        voyages.down,
    ),
    Work(
        "The fourth time",
        _ROOM,
        "A superhero in cape and mask flies to the rescue of a kitten on a tower. Again.",
        "Three panels: a kitten on a spire, a flying heroine, the kitten asleep on her head",
        "superhero, kitten, rescue, cape, action",
        pages.up_there,
    ),
    Work(
        "Tea on Mars",
        _ROOM,
        "A rocket lands, a kettle comes out, and an alien with three eyes asks about milk.",
        "Four panels: a rocket, an astronaut with a kettle, a green alien, and both at sunset",
        "mars, rocket, alien, tea, astronaut",
        voyages.tea_on_mars,
    ),
)
