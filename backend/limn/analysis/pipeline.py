"""What happens to one claimed artwork: its picture is developed, looked at, described; each finding is written as it comes."""

from collections.abc import Callable
from dataclasses import replace

import anyio
from anyio.to_thread import run_sync

from limn import failpoints
from limn.analysis.due import Due, due_again
from limn.analysis.looking import Looking
from limn.analysis.patience import Patience
from limn.blobs.protocol import Blobs
from limn.imaging.picture import Picture
from limn.imaging.sandbox import Developed, Sandbox
from limn.models import Artwork, Claim, Findings, Page, Rendition, Wanted
from limn.resources import Resources
from limn.stores.protocol import Store
from limn.vision.composition import Eyes
from limn.vision.protocol import Vector, Vision


async def analyse(
    resources: Resources, claim: Claim, patience: Patience, announce: Callable[[], None] = lambda: None
) -> None:
    """Do what the claim wants and finish it. Every write is repeatable, so a second worker may do it all again.

    Raises LeaseLost when somebody else has taken over, BrokenImage when the file cannot be decoded, NotFound when its
    blob is missing, Unavailable and OutOfSpace from below. That eyes are away is no failure: the work is done without them,
    and looked at again.
    """
    failpoints.hit("analysis.claimed")
    store, blobs, sandbox = resources.store, resources.blobs, resources.sandbox
    eyes, sentences = resources.sight.eyes, resources.sight.sentences
    if sentences is None and eyes.reads:  # gone this moment: what nobody reads is not stamped as read
        eyes = replace(eyes, reads="")
    vector = None if claim.wanted is Wanted.ALL else await _vector(store, eyes, claim.artwork)
    looking = Looking(store, eyes, claim, patience, vector=vector, announce=announce)
    if claim.wanted is Wanted.ALL:
        picture = await _develop(store, blobs, sandbox, claim)
        announce()
        if sentences is not None:
            await looking.read(sentences)
        await _measure(store, eyes.measured, claim.artwork, picture)
        await looking.look(picture, Due.everything(), former=resources.sight.former)
    elif claim.wanted is Wanted.MATCH:
        await looking.look(await _look(blobs, sandbox, claim.artwork.cover), Due(match=True))
    else:
        due = due_again(claim.artwork, eyes, embedded=vector is not None)
        if due.words and sentences is not None:
            await looking.read(sentences)
        due = replace(due, words=False)
        await _look_again(resources, eyes.measured, claim.artwork, looking, due)
    await looking.finish()


async def _look_again(resources: Resources, measured: Vision, artwork: Artwork, looking: Looking, due: Due) -> None:
    """With other eyes than before, or where some were away. The picture is decoded only where somebody has to see it."""
    is_measured = bool(await resources.store.vectors.many([artwork.id], measured.space))
    if is_measured and (due == Due() or (due == Due(tags=True) and await looking.tag_again())):
        return
    if is_measured and looking.is_in_vain(due):
        return
    picture = await _look(resources.blobs, resources.sandbox, artwork.cover)
    if not is_measured:
        await _measure(resources.store, measured, artwork, picture)
    await looking.look(picture, due)


async def _vector(store: Store, eyes: Eyes, artwork: Artwork) -> Vector | None:
    """Its own in the target space, where there is one yet."""
    if eyes.embedder is None:
        return None
    return (await store.vectors.many([artwork.id], eyes.embedder.space)).get(artwork.id)


async def _measure(store: Store, measured: Vision, artwork: Artwork, picture: Picture) -> None:
    """The one space that every work is in, whoever else looks."""
    await store.vectors.put(artwork.id, 0, measured.space, await run_sync(measured.embed_image, picture))
    failpoints.hit("analysis.embedded")


async def _look(blobs: Blobs, sandbox: Sandbox, page: Page) -> Picture:
    """The picture for the eyes, from the original: a match must not depend on which rendition there was."""
    async with blobs.file(page.sha256) as path:
        return await sandbox.look(path)


async def _develop(store: Store, blobs: Blobs, sandbox: Sandbox, claim: Claim) -> Picture:
    async with blobs.file(claim.artwork.cover.sha256) as path:
        developed = await sandbox.develop(path)
    page = await _keep(blobs, claim.artwork.cover, developed)
    failpoints.hit("analysis.kept")
    await store.analyses.record(claim, Findings(page=page, swatches=developed.swatches))
    failpoints.hit("analysis.recorded")
    return developed.picture


async def _keep(blobs: Blobs, page: Page, developed: Developed) -> Page:
    """All copies at once: each waits for the disk several times, and a disk makes many durable in the time of one."""
    copies = developed.renditions
    keys = [""] * len(copies)

    async def keep(place: int) -> None:
        keys[place] = await blobs.put(copies[place].data)

    try:
        async with anyio.create_task_group() as tasks:
            for place in range(len(copies)):
                tasks.start_soon(keep, place)
    except ExceptionGroup as failed:
        raise failed.exceptions[0] from failed  # a full disk fails them all alike
    renditions = tuple(
        Rendition(width=copy.width, height=copy.height, sha256=key, bytes=len(copy.data))
        for copy, key in zip(copies, keys, strict=True)
    )
    return page.model_copy(
        update={
            "width": developed.width,
            "height": developed.height,
            "placeholder": developed.placeholder,
            "phash": developed.phash,
            "renditions": renditions,
        }
    )
