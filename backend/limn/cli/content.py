"""limn demo: what fills a gallery."""

from functools import partial
from typing import Annotated

import anyio
import typer

from limn.cli.meters import Meter
from limn.settings import Settings, load


def demo(
    *,
    works: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only so many, instead of all.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Delete those that are as they were hung.")] = False,
    data_dir: Annotated[str | None, typer.Option(help="Instead of LIMN_DATA_DIR.")] = None,
    json_lines: Annotated[bool, typer.Option("--json", help="Lines of JSON, for programs.")] = False,
) -> None:
    """Hang works that Limn draws itself, so that there is something to look at and to search. Works that are there stay; a server may run.

    Run again it adds nothing twice. Examples: limn demo; limn demo --works 12 --data-dir ~/pictures/limn; limn demo --remove
    """
    settings = load(override={"LIMN_DATA_DIR": data_dir} if data_dir is not None else {})
    with Meter(json_lines=json_lines) as meter:
        if remove:
            anyio.run(_remove, settings, meter)
        else:
            anyio.run(_demo, settings, works, meter)


async def _demo(settings: Settings, works: int | None, meter: Meter) -> None:
    from limn.artworks.routes import LOCAL_ARTIST  # noqa: PLC0415  the other commands start without a store
    from limn.demo.hanging import hang  # noqa: PLC0415
    from limn.demo.works import WORKS  # noqa: PLC0415
    from limn.imaging.sandbox import Limits, Sandbox  # noqa: PLC0415
    from limn.models import LOCAL_ACCOUNT  # noqa: PLC0415
    from limn.resources import open_blobs_at, open_store_at  # noqa: PLC0415

    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    async with (
        open_store_at(settings.store_url) as store,
        open_blobs_at(settings.blobs_url, settings) as blobs,
        Sandbox(Limits(max_pixels=settings.max_pixels), concurrency=1, waiting=1) as sandbox,
    ):
        owner = (LOCAL_ACCOUNT, LOCAL_ARTIST)
        chosen = WORKS if works is None else WORKS[-works:]
        hung = await hang(store, blobs, sandbox, settings, owner, partial(meter.said, "works"), works=chosen)
    if meter.json_lines:
        meter.report(added=hung.added, held=hung.held)
        return
    held = f"; {hung.held} were there already" if hung.held else ""
    meter.line(
        f"{hung.added} works hung{held}. `limn serve` shows them, and looks at them; a server that runs does so now."
    )


async def _remove(settings: Settings, meter: Meter) -> None:
    from limn.demo.hanging import take_down  # noqa: PLC0415  as above
    from limn.models import LOCAL_ACCOUNT, Viewer  # noqa: PLC0415
    from limn.resources import open_store_at  # noqa: PLC0415

    async with open_store_at(settings.store_url) as store:
        removed = await take_down(store, Viewer(account_id=LOCAL_ACCOUNT, operator=True))
    if meter.json_lines:
        meter.report(removed=removed)
    else:
        meter.line(f"{removed} works removed.")
