"""The works that `limn demo` hangs: pictures with their labels, oldest first."""

import io

from limn.demo.label import Work
from limn.demo.labels_comics import COMICS
from limn.demo.labels_places import PLACES
from limn.demo.labels_portraits import PORTRAITS
from limn.demo.labels_things import THINGS

_QUALITY = 93  # no ring around an ink line, at a sixth of what PNG takes for the grain


def drawn(work: Work) -> bytes:
    """The picture as JPEG: the same bytes each time, so that a gallery knows it again."""
    out = io.BytesIO()
    work.draw().save(out, "JPEG", quality=_QUALITY, subsampling=0)
    return out.getvalue()


def _mixed(*rooms: tuple[Work, ...]) -> tuple[Work, ...]:
    """All of them, each room spread evenly over the wall."""
    places = [((at + 0.5) / len(room), work) for room in rooms for at, work in enumerate(room)]
    return tuple(work for _, work in sorted(places, key=lambda place: place[0]))


WORKS = _mixed(PLACES, THINGS, PORTRAITS, COMICS)
