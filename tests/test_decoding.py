"""Hostile and broken pictures are refused by the decoding child, quickly and by name."""

import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import anyio
import pytest

import hostile
import pictures
from limn.errors import BrokenImage, LimnError, NotFound, UnsupportedImage
from limn.imaging.decoding import count_gif_frames, count_scans
from limn.imaging.sandbox import Limits, Probe, Sandbox


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"  # one loop and one fork server for all tests of this file


@pytest.fixture(name="sandbox", scope="module")
async def two_at_once() -> AsyncIterator[Sandbox]:
    async with Sandbox(Limits(), concurrency=2, waiting=8) as found:
        yield found


async def _seconds_to_refuse(sandbox: Sandbox, tmp_path: Path, bomb: bytes, code: str) -> float:
    """Three questions, at their best of five: a loaded machine may hold up any of them."""
    took = []
    for _ in range(5):
        started = time.perf_counter()
        assert await _refusal(sandbox, tmp_path, bomb) == code
        took.append(time.perf_counter() - started)
    return min(took)


async def _refusal(sandbox: Sandbox, tmp_path: Path, data: bytes) -> str:
    """The code all three questions refuse it with."""
    path = tmp_path / "picture"
    path.write_bytes(data)
    codes = set()
    for ask in (sandbox.probe, sandbox.develop, sandbox.look):
        with pytest.raises((BrokenImage, UnsupportedImage)) as refused:
            await ask(path)
        codes.add(refused.value.code)
    assert len(codes) == 1, codes
    return codes.pop()


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: hostile.png_claiming(30_000, 30_000),
        lambda: hostile.png_claiming(20_000, 1),
        lambda: hostile.webp_claiming(16_383, 16_383),
        lambda: hostile.avif_claiming(16_000, 16_000),
        lambda: hostile.flat_png(13_300),
        lambda: hostile.gif_of(1, 60_000, 60_000),
    ],
    ids=["png", "long png", "webp", "avif", "177 megapixels", "gif"],
)
async def test_a_pixel_bomb_is_refused_by_its_header(
    sandbox: Sandbox, tmp_path: Path, bomb: Callable[[], bytes]
) -> None:
    await sandbox.probe(_saved(tmp_path, pictures.png()))
    assert await _seconds_to_refuse(sandbox, tmp_path, bomb(), "image_too_large") < 0.9


async def test_the_limit_itself_is_allowed(tmp_path: Path) -> None:
    async with Sandbox(Limits(max_pixels=101 * 33, max_side=101), concurrency=1, waiting=0) as sandbox:
        assert (await sandbox.probe(_saved(tmp_path, pictures.webp(101, 33)))).width == 101
        with pytest.raises(BrokenImage, match=r"larger than 0\.003333 megapixels"):
            await sandbox.probe(_saved(tmp_path, pictures.webp(101, 34)))


@pytest.mark.parametrize("where", ["half", "one byte", "header only"])
@pytest.mark.parametrize("progressive", [False, True])
async def test_a_cut_jpeg_is_corrupt(sandbox: Sandbox, tmp_path: Path, where: str, progressive: bool) -> None:
    whole = pictures.jpeg(800, 600, progressive=progressive)
    assert (await sandbox.probe(_saved(tmp_path, whole))).width == 800
    assert await _refusal(sandbox, tmp_path, hostile.cut(whole, where)) == "image_corrupt"


@pytest.mark.parametrize("name", pictures.FORMATS)
async def test_half_a_picture_is_corrupt_in_every_format(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    assert await _refusal(sandbox, tmp_path, hostile.cut(pictures.in_format(name, 200, 150), "half")) == "image_corrupt"


@pytest.mark.parametrize("scans", [120, 1000, 50_000])
async def test_a_jpeg_of_endless_scans_is_too_complex(sandbox: Sandbox, tmp_path: Path, scans: int) -> None:
    bomb = hostile.scan_bomb(scans)
    await sandbox.probe(_saved(tmp_path, pictures.png()))
    assert await _seconds_to_refuse(sandbox, tmp_path, bomb, "image_too_complex") < 1.5


async def test_without_the_count_the_clock_ends_it_and_the_next_is_served(tmp_path: Path) -> None:
    limits = Limits(jpeg_scans=10**9, cpu_seconds=1)
    async with Sandbox(limits, concurrency=1, waiting=0) as sandbox:
        with pytest.raises(BrokenImage) as refused:
            await sandbox.probe(_saved(tmp_path, hostile.scan_bomb(3000, 5000, 5000)))
        assert refused.value.code == "image_decoder_died"
        assert (await sandbox.probe(_saved(tmp_path, pictures.jpeg()))).width == 64


async def test_what_sleeps_is_ended_by_the_wall_clock(tmp_path: Path) -> None:
    async with Sandbox(Limits(wall_seconds=0.3, jpeg_scans=10**9), concurrency=1, waiting=0) as sandbox:
        with pytest.raises(BrokenImage) as refused:
            await sandbox.probe(_saved(tmp_path, hostile.scan_bomb(3000, 5000, 5000)))
        assert refused.value.code == "image_decoder_died"


async def test_what_swells_is_stopped_by_its_address_space(tmp_path: Path) -> None:
    async with Sandbox(Limits(address_space_bytes=400_000_000), concurrency=1, waiting=0) as sandbox:
        with pytest.raises(BrokenImage) as refused:
            await sandbox.develop(_saved(tmp_path, hostile.flat_png(9_900)))
        assert refused.value.code in {"image_too_complex", "image_corrupt", "image_decoder_died"}


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: hostile.gif_of(301, 20, 20),
        lambda: hostile.gif_of(1_000_000, 2000, 2000),
        lambda: hostile.gif_of(250, 1000, 1000),
        lambda: hostile.webp_of(301),
        lambda: hostile.apng_claiming(4_000_000),
    ],
    ids=["301 gif", "a million", "250 megapixels", "webp", "apng"],
)
async def test_endless_animations_are_too_complex(sandbox: Sandbox, tmp_path: Path, bomb: Callable[[], bytes]) -> None:
    assert await _refusal(sandbox, tmp_path, bomb()) == "image_too_complex"


async def test_an_ordinary_animation_is_its_first_frame(sandbox: Sandbox, tmp_path: Path) -> None:
    for animation in (hostile.gif_of(300, 20, 20), hostile.webp_of(20)):
        path = _saved(tmp_path, animation)
        assert (await sandbox.look(path)).animated
        assert (await sandbox.develop(path)).picture.animated


@pytest.mark.parametrize(
    "bomb",
    [lambda: hostile.text_bomb("zTXt"), lambda: hostile.text_bomb("iCCP"), hostile.many_texts],
    ids=["squeezed text", "squeezed profile", "many texts"],
)
async def test_text_that_swells_is_refused(sandbox: Sandbox, tmp_path: Path, bomb: Callable[[], bytes]) -> None:
    assert await _refusal(sandbox, tmp_path, bomb()) == "image_corrupt"


@pytest.mark.parametrize("name", ["svg", "html", "pdf", "eps", "fits", "tiff", "bmp", "psd", "ico", "heic"])
async def test_other_formats_are_not_supported(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    assert await _refusal(sandbox, tmp_path, pictures.foreign(name)) == "unsupported_media_type"


@pytest.mark.parametrize("data", [b"", b"\xff", hostile.pdf_with_jpeg()], ids=["empty", "a byte", "pdf with a jpeg"])
async def test_what_only_contains_a_picture_is_none(sandbox: Sandbox, tmp_path: Path, data: bytes) -> None:
    assert await _refusal(sandbox, tmp_path, data) == "unsupported_media_type"


@pytest.mark.parametrize("name", pictures.FORMATS)
async def test_the_bytes_say_what_it_is_and_not_the_name(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    path = tmp_path / "wrong.exe"
    path.write_bytes(pictures.in_format(name, 40, 30))
    assert await sandbox.probe(path) == Probe(f"image/{name}", 40, 30)


async def test_two_pictures_in_one_jpeg_are_the_first(sandbox: Sandbox, tmp_path: Path) -> None:
    path = _saved(tmp_path, pictures.mpo(40, 30))
    assert await sandbox.probe(path) == Probe("image/jpeg", 40, 30)
    assert not (await sandbox.look(path)).animated


async def test_a_file_that_is_gone_is_not_found(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await sandbox.develop(tmp_path / "nothing")


def test_scans_are_counted_as_the_decoder_sees_them() -> None:
    preview = pictures.jpeg(32, 32, progressive=True)
    progressive = pictures.jpeg(300, 300, progressive=True)
    assert count_scans(pictures.jpeg(300, 300), 100) == 1
    assert count_scans(progressive, 100) == 10
    assert count_scans(progressive + preview * 50, 100) == 10, "video or pictures behind the end do not count"
    assert count_scans(pictures.jpeg(300, 300, comment=preview), 100) == 1, "nor does a preview inside a segment"
    assert count_scans(hostile.scan_bomb(50_000, 100, 100), 100) == 101, "and the count stops when it knows enough"
    assert count_scans(b"\xff\xd8\xff", 100) == 0


def test_gif_frames_are_counted_without_decoding() -> None:
    assert count_gif_frames(pictures.gif(), 300) == 1
    assert count_gif_frames(hostile.gif_of(7, 10, 10), 300) == 7
    assert count_gif_frames(hostile.gif_of(100_000, 10, 10), 300) == 301
    assert count_gif_frames(b"GIF89a", 300) == 0


@pytest.mark.parametrize("name", pictures.FORMATS)
async def test_every_mutation_is_answered_and_all_questions_agree(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """Seeded, so that a failure can be repeated. What an upload's probe lets in, the analysis can develop."""
    wanted = {f"image/{name}" for name in pictures.FORMATS}
    outcomes: set[str] = set()

    async def answer(ask: Callable[[Path], Awaitable[object]]) -> str:
        try:
            found = await ask(path)
        except LimnError as error:
            return error.code
        return found.media_type if isinstance(found, Probe) else "picture"

    path = tmp_path / "hurt"
    whole = pictures.in_format(name, 40, 30)
    for at, data in enumerate(hostile.mutations(whole, hostile.HURT // 5, seed=pictures.FORMATS.index(name))):
        await anyio.Path(path).write_bytes(data)
        probed = await answer(sandbox.probe)
        looked = await answer(sandbox.develop if at % 5 == 0 else sandbox.look)
        assert looked == ("picture" if probed in wanted else probed), at
        outcomes.add(probed)
    assert f"image/{name}" in outcomes, "some hurts are survived"
    assert outcomes - wanted <= {"image_corrupt", "image_too_large", "image_too_complex", "unsupported_media_type"}


def _saved(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / hashlib.sha256(data).hexdigest()
    path.write_bytes(data)
    return path
