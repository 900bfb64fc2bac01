"""limn backup, restore, fsck, migrate: keeping a gallery, and moving it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import anyio
import typer

from limn import secret_key
from limn.cli.meters import Meter
from limn.errors import NotFound
from limn.settings import Settings, load

if TYPE_CHECKING:
    from limn.maintenance.fsck import Finding

Dest = Annotated[Path, typer.Argument(metavar="DEST", help="The folder of the backups.", show_default=False)]
JsonLines = Annotated[bool, typer.Option("--json-lines", help="Progress and outcome as lines of JSON, for programs.")]


def backup(
    dest: Dest,
    *,
    verify: Annotated[bool, typer.Option("--verify", help="Read what earlier backups hold, too, and heal it.")] = False,
    keep: Annotated[
        int | None, typer.Option("--keep", metavar="N", min=1, help="Then remove all but the newest N backups.")
    ] = None,
    json_lines: JsonLines = False,
) -> None:
    """Keep the whole gallery in a folder. A server may run meanwhile. Pictures that an earlier backup holds are not copied again.

    Exit status 1 where the gallery itself misses pictures: they are named, the rest is kept, and no old backup is removed. So it is
    where --keep finds a damaged one, for whose sake pictures stay. Examples: limn backup /mnt/backups; limn backup --verify --keep 7
    /mnt/backups
    """
    settings = load()
    _apart(dest, settings)
    with Meter(json_lines=json_lines) as meter:
        made, whole = anyio.run(_backup, settings, dest, verify, meter)
        if whole and keep:
            whole = anyio.run(_prune, settings, dest, keep, made, meter)
    if not whole:
        raise typer.Exit(1)


def restore(
    dest: Dest,
    *,
    snapshot: Annotated[str | None, typer.Option(metavar="NAME", help="Instead of the newest.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Read the whole backup, and restore nothing.")] = False,
    json_lines: JsonLines = False,
) -> None:
    """Make a gallery of a backup, where there is none yet. Everything is checked before anything is written; nobody may serve it meanwhile.

    Interrupted, it is run again. Examples: LIMN_DATA_DIR=/srv/limn limn restore /mnt/backups; limn restore --check /mnt/backups;
    limn restore --snapshot 2026-11-21T16-24-45Z /mnt/backups
    """
    from limn.maintenance.archive import reading  # noqa: PLC0415  the other commands start without a store

    settings = load()
    _apart(dest, settings)
    with reading(dest), Meter(json_lines=json_lines) as meter:
        anyio.run(_restore, settings, dest, snapshot, check, meter)


def fsck(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Make copies anew; discard what nothing needs.")] = False,
    json_lines: JsonLines = False,
) -> None:
    """Read every picture: is each that a work needs there and whole, and is each that is there needed? A server may run meanwhile.

    Exit status 1 where something is wrong, with --repair where it still is. The original of a work is never changed or deleted, and
    nothing that is younger than a day. Examples: limn fsck; limn fsck --repair
    """
    with Meter(json_lines=json_lines) as meter:
        whole = anyio.run(_fsck, load(), repair, meter)
    if not whole:
        raise typer.Exit(1)


def migrate(
    *,
    source: Annotated[
        str | None, typer.Option("--from", metavar="URL", help="The database; without it that of the settings.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--to", metavar="URL", help="The database that shall hold the gallery.")
    ] = None,
    from_storage: Annotated[
        str | None, typer.Option(metavar="URL", help="The pictures; without it those of the settings.")
    ] = None,
    to_storage: Annotated[str | None, typer.Option(metavar="URL", help="Where the pictures shall be.")] = None,
    json_lines: JsonLines = False,
) -> None:
    """Copy a whole gallery to another database, other storage, or both. The source is only read; stop the server before.

    Interrupted, it is run again and goes on; at the end both sides are compared. Example: limn migrate --from sqlite:////srv/limn/limn.db
    --to mongodb://127.0.0.1/limn --from-storage file:///srv/limn/blobs --to-storage s3://limn
    """
    if target is None and to_storage is None:
        raise typer.BadParameter("say where to, by --to or --to-storage")
    settings = load()
    source, from_storage = source or settings.store_url, from_storage or settings.blobs_url
    if source == target or from_storage == to_storage:
        raise typer.BadParameter("source and target are the same")
    with Meter(json_lines=json_lines) as meter:
        anyio.run(_migrate, settings, (source, target), (from_storage, to_storage), meter)


async def _backup(
    settings: Settings,
    dest: Path,
    verify: bool,  # noqa: FBT001  anyio.run passes by place
    meter: Meter,
) -> tuple[str, bool]:
    """The name of the snapshot, and whether it holds everything."""
    from limn.maintenance.backup import back_up  # noqa: PLC0415  as above
    from limn.resources import open_blobs_at, open_store_at  # noqa: PLC0415

    own_key = settings.secret_key is None and settings.secret_key_file is None
    async with (
        open_store_at(_there(settings.store_url)) as store,
        open_blobs_at(settings.blobs_url, settings) as blobs,
        open_blobs_at(_shelf(dest), settings) as shelf,
    ):
        key = secret_key.read(settings) if own_key else None
        made = await back_up(store, blobs, dest, shelf, secret_key=key, rehash=verify, said=meter.said)
    if meter.json_lines:
        meter.report(backup=made.name, **{name: value for name, value in asdict(made).items() if name != "name"})
        return made.name, not made.lost
    for lost in made.lost:
        what = "damaged" if lost.damaged else "missing"
        meter.line(f"{what:9}  {lost.name}, of “{lost.title}” ({lost.artwork_id}): {lost.key}")
    new = f"{made.copied} of them new, {made.copied_bytes / 1e6:.1f} MB"
    meter.line(f"{dest / made.name}: {made.counts['artworks']} works, {made.blobs} pictures, {new}")
    if made.lost:
        meter.line(f"{len(made.lost)} pictures could not be kept, for the gallery does not have them; see limn fsck.")
    elif not own_key:
        meter.line("The secret key is not in it, for it comes from the settings: keep it where you keep those.")
    return made.name, not made.lost


async def _prune(settings: Settings, dest: Path, keep: int, made: str, meter: Meter) -> bool:
    from limn.maintenance.pruning import prune  # noqa: PLC0415  as above
    from limn.resources import open_blobs_at  # noqa: PLC0415

    async with open_blobs_at(_shelf(dest), settings) as shelf:
        pruned = await prune(dest, shelf, keep=keep, newest=made)
    if meter.json_lines:
        meter.report(removed=pruned.snapshots, blobs=pruned.blobs, bytes=pruned.blobs_bytes, damaged=pruned.damaged)
        return not pruned.damaged
    if pruned.snapshots or pruned.blobs:
        went = f"{pruned.blobs} pictures that only they needed, {pruned.blobs_bytes / 1e6:.1f} MB"
        meter.line(f"removed: {len(pruned.snapshots)} old backups, {went}")
    for name in pruned.damaged:
        meter.line(f"unreadable: {dest / name}; it stays, and so does every picture, until you put it elsewhere.")
    return not pruned.damaged


async def _restore(settings: Settings, dest: Path, name: str | None, only_check: bool, meter: Meter) -> None:  # noqa: FBT001
    from limn.maintenance import archive, restore  # noqa: PLC0415  as above
    from limn.resources import open_blobs_at, open_store_at  # noqa: PLC0415

    snapshot = archive.chosen(dest, name)
    async with open_blobs_at(_shelf(dest), settings) as shelf:
        manifest = await restore.check(snapshot, shelf, said=meter.said)
        if only_check:
            meter.line(f"{snapshot}: whole, {manifest.counts['artworks']} works, {len(manifest.blobs)} pictures")
            return
        async with (
            open_store_at(settings.store_url) as store,
            open_blobs_at(settings.blobs_url, settings) as blobs,
        ):
            restored = await restore.restore(store, blobs, snapshot, shelf, manifest, said=meter.said)
    if restored.secret_key and settings.secret_key is None and settings.secret_key_file is None:
        restore.place_secret_key(settings.data_dir, restored.secret_key)
    if meter.json_lines:
        meter.report(
            restored=snapshot.name, counts=dict(restored.counts), blobs=restored.blobs, missing=restored.missing
        )
        return
    meter.line(f"{snapshot}: restored, {restored.counts['artworks']} works, {restored.blobs} pictures")
    if restored.missing:
        meter.line(f"{len(restored.missing)} pictures were lost before it was made; limn fsck names them.")


async def _fsck(settings: Settings, repair: bool, meter: Meter) -> bool:  # noqa: FBT001  as above
    from limn.imaging.sandbox import Limits, Sandbox  # noqa: PLC0415  as above
    from limn.maintenance.fsck import check  # noqa: PLC0415
    from limn.resources import open_blobs_at, open_store_at  # noqa: PLC0415

    def found(finding: "Finding") -> None:
        if meter.json_lines:
            meter.report(**asdict(finding))
        else:
            meter.line(_told(finding))

    limits = Limits(max_pixels=settings.max_pixels)
    async with (
        open_store_at(_there(settings.store_url)) as store,
        open_blobs_at(settings.blobs_url, settings) as blobs,
        Sandbox(limits, concurrency=1, waiting=1) as sandbox,
    ):
        checked = await check(store, blobs, repair=sandbox if repair else None, found=found, said=meter.said)
    if meter.json_lines:
        meter.report(checked=asdict(checked), whole=checked.whole)
        return checked.whole
    mended = f", {checked.mended} mended" if repair and checked.findings else ""
    outcome = f"{checked.findings} findings{mended}" if checked.findings else "all whole"
    meter.line(f"{checked.works} works, {checked.pictures} pictures: {outcome}")
    if checked.young:
        meter.line(
            f"{checked.young} blobs that nothing needs are younger than a day; after it the server discards them."
        )
    if checked.findings and not repair:
        meter.line(
            "limn fsck --repair makes copies anew. An original comes from a backup: DEST/blobs/ab/cd/abcd… to its place."
        )
    return checked.whole


async def _migrate(
    settings: Settings, stores: tuple[str, str | None], storages: tuple[str, str | None], meter: Meter
) -> None:
    from limn.maintenance.moving import move_blobs, move_records  # noqa: PLC0415  as above
    from limn.resources import open_blobs_at, open_store_at  # noqa: PLC0415

    # pictures first, so that no work is ever without its own
    if (to_storage := storages[1]) is not None:
        async with (
            open_blobs_at(_there(storages[0]), settings) as source,
            open_blobs_at(to_storage, settings) as target,
        ):
            copies = await move_blobs(source, target, said=meter.said)
        meter.outcome("pictures", written=copies.copied, held=copies.held)
    if (to := stores[1]) is not None:
        async with open_store_at(_there(stores[0])) as store, open_store_at(to) as other:
            moved = await move_records(store, other, said=meter.said)
        meter.outcome("records", written=moved.written, held=moved.held)
    if not meter.json_lines:
        meter.line(
            "Both sides are the same. Set LIMN_DATABASE_URL and LIMN_STORAGE_URL to the target, then run limn fsck."
        )


def _told(finding: "Finding") -> str:
    whose = f"{finding.name}, of “{finding.title}” ({finding.work}): " if finding.work else ""
    mended = f"  {finding.mended}" if finding.mended else ""
    return f"{finding.what:9}  {whose}{finding.key}{mended}"


def _shelf(dest: Path) -> str:
    return f"file://{dest.absolute() / 'blobs'}"


def _apart(dest: Path, settings: Settings) -> None:
    """A backup among the gallery's own pictures would go with them, and take their uploads for its leftovers. Raises BadParameter."""
    if settings.blobs_url.startswith("file://"):
        own = Path(settings.blobs_url.removeprefix("file://")).resolve()
        shelf = (dest / "blobs").resolve()
        if own.is_relative_to(shelf) or shelf.is_relative_to(own):
            raise typer.BadParameter(f"{dest} is where the gallery keeps its own pictures", param_hint="DEST")


def _there(url: str) -> str:
    """What is to be read must not be made by looking for it. Raises NotFound."""
    for scheme in ("sqlite:///", "file://"):
        if url.startswith(scheme) and not (path := Path(url.removeprefix(scheme))).exists():
            raise NotFound(f"There is no gallery at {path}; see LIMN_DATA_DIR, LIMN_DATABASE_URL and LIMN_STORAGE_URL.")
    return url
