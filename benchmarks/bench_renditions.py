"""The copies of a picture, against the bare Pillow calls that give them and against libvips, which is known for speed.

`python benchmarks/bench_renditions.py`; pyvips comes with `uv sync --group bench`. Ours is everything a work needs of its file: header
held against the limits, four WebP copies, placeholder, pixels for the eyes. Bare Pillow makes the copies only, by the same steps and
with the same result, bit for bit. libvips makes all that ours makes, with all its threads, by the fastest of three ways measured."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from drawings import draw, encoded
from limn.imaging import decoding, renditions
from limn.imaging.limits import Limits
from measure import compare, machine

PILLOW_LIMIT = 1.3
VIPS_LIMIT = 1.0
ROUNDS = 15
_STATUS = Path("/proc/self/status")


def main() -> int:
    """Exit status: 1 where a limit is missed clearly, or libvips is not there to be compared with."""
    print(machine(), flush=True)
    decoding.prepare(Limits())
    with tempfile.TemporaryDirectory(prefix="limn-bench-") as folder:
        pictures = _pictures(Path(folder))
        kept = [_against_pillow(name, path) for name, path in pictures.items()]
        kept.append(_against_vips(*next(iter(pictures.items()))))
        for way in _WAYS:
            print(f"       memory, {next(iter(pictures))}, {way}: {_peak(way, next(iter(pictures.values())))}")
    return 0 if all(kept) else 1


def _pictures(folder: Path) -> dict[str, Path]:
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {
        "24-megapixel JPEG": encoded(draw((6000, 4000)), "JPEG", quality=92),
        "12-megapixel JPEG on its side": encoded(draw((4000, 3000)), "JPEG", quality=92, exif=turned),
        "6-megapixel PNG": encoded(draw((3000, 2000)), "PNG", compress_level=3),
    }
    paths = {name: folder / f"{place}.bin" for place, name in enumerate(files)}
    for name, data in files.items():
        paths[name].write_bytes(data)
    return paths


def _against_pillow(name: str, path: Path) -> bool:
    if [copy.data for copy in ours(path).renditions] != pillow(path):
        sys.exit(f"{name}: the bare calls give other copies than ours, so their time says nothing")
    return compare(
        f"renditions of a {name} against Pillow", lambda: ours(path), lambda: pillow(path),
        limit=PILLOW_LIMIT, rounds=ROUNDS,
    )  # fmt: skip


def _against_vips(name: str, path: Path) -> bool:
    if find_spec("pyvips") is None:
        print("MISSED renditions against libvips: pyvips is not here; install it with: uv sync --group bench")
        return False
    return compare(
        f"renditions of a {name} against libvips", lambda: ours(path), lambda: vips(path),
        limit=VIPS_LIMIT, rounds=2 * ROUNDS,
    )  # fmt: skip


def ours(path: Path) -> renditions.Drawn:
    with path.open("rb") as file:
        return renditions.draw(decoding.open_picture(file, Limits()))


def pillow(path: Path) -> list[bytes]:
    """As a person would write it who knows Pillow well: a JPEG decoded at half size, each copy from the next larger one."""
    with Image.open(path) as image:
        sideways = image.getexif().get(0x0112) == 6
        seen = image.size[::-1] if sideways else image.size
        sizes = [(width, round(seen[1] * width / seen[0])) for width in (2048, 1280, 640, 320)]
        first = sizes[0][::-1] if sideways else sizes[0]
        image.draft(None, first)
        step: Image.Image = image.resize(first, Image.Resampling.BICUBIC, reducing_gap=2.0)
        ImageOps.exif_transpose(step, in_place=True)
    copies = []
    for size in sizes:
        step = step if step.size == size else step.resize(size, Image.Resampling.LANCZOS)
        out = BytesIO()
        step.save(out, "WEBP", quality=80, method=2, exif=b"", icc_profile=b"", xmp=b"")
        copies.append(out.getvalue())
    return copies[::-1]


def vips(path: Path) -> tuple[list[bytes], bytes, bytes]:
    """Copies, pixels for the eyes, placeholder: thumbnail once from the file, then each from the next larger one.

    Slower, measured: a thumbnail of a thumbnail (twice the time), a thumbnail from the file for each width (half as much again).
    """
    pyvips: Any = __import__("pyvips")
    pyvips.cache_set_max(0)  # or it answers from memory what it was asked before
    step = pyvips.Image.thumbnail(str(path), 2048, height=10_000_000, size="down", fail_on="truncated").copy_memory()
    copies, eyes = [], b""
    for width in (2048, 1280, 640, 320):
        step = step if step.width == width else step.resize(width / step.width).copy_memory()
        copies.append(step.webpsave_buffer(Q=80, effort=2, keep="none"))
        if width == 1280:
            eyes = step.resize(768 / max(step.width, step.height)).write_to_memory()
    placeholder = step.resize(20 / max(step.width, step.height)).webpsave_buffer(Q=50, effort=6, keep="none")
    return copies[::-1], eyes, placeholder


_WAYS: dict[str, Callable[[Path], object]] = {"limn": ours, "pillow": pillow, "libvips": vips}


def _peak(way: str, path: Path) -> str:
    """The most memory that one picture took, in a process of its own."""
    command = [sys.executable, __file__, way, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or "not known here"


def _measure_memory(way: str, path: Path) -> None:
    """The child's part: what the kernel says before and after."""
    if not _STATUS.exists():
        return
    if way == "libvips":
        __import__("pyvips")
    decoding.prepare(Limits())
    before = _resident("VmRSS")
    _WAYS[way](path)
    print(f"peak {_resident('VmHWM')} MB, of which {before} MB before the picture")


def _resident(name: str) -> int:
    lines = dict(line.split(":", 1) for line in _STATUS.read_text().splitlines())
    return int(lines[name].split()[0]) // 1024


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _measure_memory(sys.argv[1], Path(sys.argv[2]))
    else:
        sys.exit(main())
