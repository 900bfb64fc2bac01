"""The comics of the demo, oldest first."""

from limn.demo import comics
from limn.demo.label import Work

COMICS = (
    Work(
        "The cat considers",
        "comics",
        "A strip in three panels about a cat and a fish bowl. In the last one the fish is gone.",
        "Three panels: a black cat beside a fish bowl, which is empty in the end",
        "cat, fish, strip, humour",
        comics.considering,
    ),
    Work(
        "Night bus, page 3",
        "comics",
        "A comic page: rain, a red bus, somebody in a yellow raincoat who waits, and the sun at last.",
        "A page of four panels about a bus ride through a rainy night",
        "rain, bus, page, night",
        comics.night_bus,
    ),
)
