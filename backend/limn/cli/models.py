"""limn models: the local models — which there are, how they come, and whether they are whole."""

import json
import threading
from pathlib import Path
from typing import Annotated

import anyio
import typer

from limn.errors import LimnError, NotFound
from limn.settings import Settings, load
from limn.vision import weights
from limn.vision.weights import State, Task

app = typer.Typer(help="The models that Limn looks and reads with.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(metavar="NAME", help="See `limn models list`.", show_default=False)]


@app.command("list")
def show(*, as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> None:
    """The models that Limn knows and those that the settings name, and what is there of them.

    Examples: limn models list; limn models list --json
    """
    settings = load()
    used = set(weights.configured(settings).values())
    if settings.sentences == "auto":
        used.add(weights.SENTENCES)
    rows = [_row(settings, name, used=name in used) for name in dict.fromkeys((*weights.MODELS, *sorted(used)))]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    width = max(len(str(row["name"])) for row in rows)
    typer.echo(f"  {'NAME':{width}}  {'TASK':9}  {'SIZE':>7}  {'STATE':11}  {'REVISION':8}  LICENCE")
    for row in rows:
        mark, size = "*" if row["used"] else " ", _megabytes(int(str(row["bytes"])))
        line = f"{mark} {row['name']:{width}}  {row['task']:9}  {size:>7}  {row['state']:11}"
        typer.echo(f"{line}  {str(row['revision'] or '')[:7]:8}  {row['licence']}".rstrip())
        typer.echo(f"    {row['problem'] or row['about']}")
    typer.echo("* named by LIMN_CLIP_MODEL and LIMN_CAPTION_MODEL, or wanted by LIMN_SENTENCES")


@app.command()
def download(names: Names = None) -> None:
    """Bring models from the hub; without names those that the settings name and that are not there. Goes on where it was cut off.

    Examples: limn models download; limn models download sentences; HF_ENDPOINT=https://mirror.example limn models download
    """
    from limn.cli.bars import Bar  # noqa: PLC0415  the other commands start without an HTTP client
    from limn.vision.download import download as bring  # noqa: PLC0415

    settings = load()
    offered = weights.offer(settings)
    wanted = _known(names) or list(offered.names)
    if not wanted:
        typer.echo(offered.reason)
    for name in wanted:
        with Bar() as bar:
            folder = bring(settings, name, progress=bar.told, stop=threading.Event())
        typer.echo(f"{name}: {_told(weights.state(settings, name))}, in {folder}")


@app.command()
def pin(
    names: Annotated[list[str], typer.Argument(metavar="NAME", help="A folder in LIMN_MODELS_DIR or data/models.")],
) -> None:
    """Write down size and sha256 of the files you brought yourself; from then on they are checked against it.

    Example: LIMN_MODELS_DIR=/srv/models limn models pin my-paintings-clip
    """
    settings = load()
    for name in names:
        found = weights.pin(_folder(settings, name))
        size = sum(file.bytes for file in found.files.values())
        typer.echo(f"{name}: pinned, {len(found.files)} files, {_megabytes(size)}")


@app.command()
def check(names: Names = None) -> None:
    """Hash every file again, and let each CLIP look at eight drawings. Exit status 1 when something is wrong.

    Without names, all models that are there. Each drawing lies nearest to its own sentence where the model sees; its cosines with
    all eight are printed. Examples: limn models check; limn models check clip-vit-base-patch32
    """
    settings = load()
    everything = dict.fromkeys((*weights.MODELS, *weights.configured(settings).values()))
    wanted = names or [name for name in everything if weights.state(settings, name).state != "absent"]
    if not wanted:
        typer.echo("There is no model here; `limn models download` brings those that the settings name.")
    sound = [_checked(settings, name) and _tried(settings, name) for name in wanted]
    if not all(sound):
        raise typer.Exit(1)


@app.command()
def calibrate(*, yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False) -> None:
    """Fit what a score means to this gallery's own pairs of pictures and descriptions, and score all matches anew.

    Says first what would change. Needs 30 works with descriptions that the local CLIP has seen. Nothing is looked at again.
    Examples: limn models calibrate; limn models calibrate --yes
    """
    from limn.cli.calibrating import calibrated  # noqa: PLC0415  the other commands start without decoders

    if not anyio.run(calibrated, load(), yes):
        raise typer.Exit(1)


def _row(settings: Settings, name: str, *, used: bool) -> dict[str, object]:
    model, state = weights.MODELS.get(name), weights.state(settings, name)
    return {
        "name": name,
        "task": _task(settings, name),
        "bytes": state.downloaded_bytes if state.state == "present" or not model else model.bytes,
        "state": state.state,
        "revision": state.revision,
        "licence": model.licence if model else "",
        "about": model.about if model else "A folder of your own.",
        "problem": state.problem,
        "used": used,
        "folder": str(state.folder),
    }


def _known(names: list[str] | None) -> list[str]:
    try:
        return [weights.known(name).name for name in names or ()]
    except NotFound as error:
        raise typer.BadParameter(error.detail, param_hint="NAME") from None


def _folder(settings: Settings, name: str) -> Path:
    places = weights.places(settings, name)
    if not places:
        raise typer.BadParameter(f"{name!r} is no name of a folder", param_hint="NAME")
    return next((place for place in places if place.is_dir()), places[-1])


def _checked(settings: Settings, name: str) -> bool:
    """Says how one model is; whether it is sound. What was never pinned can only be seen to be there."""
    folder, state = _folder(settings, name), weights.state(settings, name)
    try:
        problem = weights.check(folder)
    except NotFound as error:
        if name == weights.SENTENCES and state.state == "present":
            return True  # from a package, say: its sums are known, and told when it is tried
        if state.state == "present":
            typer.echo(f"--   {name}: {error.detail}")
            return True
        problem = state.problem or f"{folder} is not there"
    if problem is None and state.state != "present":
        problem = "its download is not finished"
    hint = (
        f"`limn models download {name}` brings what is missing." if name in weights.MODELS else "Bring the files again."
    )
    typer.echo(f"FAIL {name}: {problem}. {hint}" if problem else f"ok   {name}: {_told(state)}")
    return problem is None


def _tried(settings: Settings, name: str) -> bool:
    """Whether a CLIP sees and the sentence model reads; captioners are not tried, and what cannot be tried here is said."""
    if name == weights.SENTENCES:
        return _reads(settings)
    if _task(settings, name) != "clip":
        return True
    if missing := weights.missing_packages():
        typer.echo(f"--   {name}: not tried, for {' and '.join(missing)} is not installed")
        return True
    from limn.sight import try_out  # noqa: PLC0415  the other commands start without numpy

    try:
        found = anyio.run(try_out, settings, name)
    except LimnError as error:
        typer.echo(f"FAIL {name}: {error.detail}")
        return False
    for sentence, row, own in zip(found.sentences, found.cosines, found.own, strict=True):
        typer.echo(f"     {'  '.join(f'{cosine:5.2f}' for cosine in row)}  {'=' if own else '!'} {sentence}")
    typer.echo(f"{'ok  ' if found.sees else 'FAIL'} {name}: {found.verdict}")
    return found.sees


def _reads(settings: Settings) -> bool:
    """Whether the files of the sentence model are the ones that Limn reads with."""
    from limn.sight import read_something  # noqa: PLC0415  as above

    try:
        anyio.run(read_something, settings)
    except LimnError as error:
        typer.echo(f"FAIL {weights.SENTENCES}: {error.detail}")
        return False
    typer.echo(f"ok   {weights.SENTENCES}: it reads")
    return True


def _task(settings: Settings, name: str) -> Task:
    if name in weights.MODELS:
        return weights.MODELS[name].task
    return next((task for task, one in weights.configured(settings).items() if one == name), "clip")


def _told(state: State) -> str:
    revision = f", revision {state.revision[:7]}" if state.revision else ""
    return f"whole, {_megabytes(state.downloaded_bytes)}{revision}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
