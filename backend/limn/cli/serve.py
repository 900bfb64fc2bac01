"""limn serve, limn worker: the processes that run."""

import logging
import signal
import sys
from typing import Annotated

import anyio
import typer

from limn import heap, logs
from limn.settings import Settings, load


def serve(
    port: Annotated[int | None, typer.Option(help="Instead of LIMN_PORT; 0 takes a free one.")] = None,
    data_dir: Annotated[str | None, typer.Option(help="Instead of LIMN_DATA_DIR.")] = None,
) -> None:
    """Serve the gallery, with its workers inside.

    Examples: limn serve; limn serve --port 9000 --data-dir ~/pictures/limn
    """
    from limn.server import serve as run  # noqa: PLC0415  the other commands start without a web framework

    settings = _settings(port, data_dir)
    status = run(settings)
    sys.exit(status)


def worker(
    lanes: Annotated[int, typer.Option(min=1, max=64, help="How many artworks at once.")] = 1,
    data_dir: Annotated[str | None, typer.Option(help="Instead of LIMN_DATA_DIR.")] = None,
) -> None:
    """Analyse what is due, apart from the server (which then has LIMN_WORKERS=0).

    Example: limn worker --lanes 2
    """
    settings = _settings(None, data_dir).model_copy(update={"workers": lanes})
    anyio.run(_work, settings)


def _settings(port: int | None, data_dir: str | None) -> Settings:
    given = {"LIMN_PORT": None if port is None else str(port), "LIMN_DATA_DIR": data_dir}
    settings = load(override={name: value for name, value in given.items() if value is not None})
    heap.share_one()
    logs.configure(settings.log_level, settings.log_format)
    for note in settings.notes():
        logging.getLogger("limn").warning(note)
    return settings


async def _work(settings: Settings) -> None:
    from limn.resources import open_resources  # noqa: PLC0415  as above
    from limn.worker import Keeper, lanes, tidy  # noqa: PLC0415

    async with open_resources(settings) as resources, anyio.create_task_group() as tasks:
        keeper = Keeper(resources)
        for worker in lanes(resources, keeper.wake):
            tasks.start_soon(worker.run)
        tasks.start_soon(keeper.run)
        tasks.start_soon(tidy, resources)
        typer.echo(f"Limn works at {settings.data_dir.resolve()}: {settings.workers} at once")
        with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for _ in signals:
                tasks.cancel_scope.cancel()
                break
