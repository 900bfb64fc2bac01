"""What happens to one claimed artwork: its picture is developed, looked at, described; each finding is written as it comes."""

import anyio

from limn import failpoints
from limn.blobs.protocol import Blobs
from limn.imaging.picture import Picture
from limn.imaging.sandbox import Developed, Sandbox
from limn.models import Claim, Findings, Page, Rendition, Wanted
from limn.stores.protocol import Store
from limn.vision.protocol import Vision


async def analyse(store: Store, blobs: Blobs, sandbox: Sandbox, vision: Vision, claim: Claim) -> None:
    """Do what the claim wants and finish it. Every write is repeatable, so a second worker may do it all again.

    Raises LeaseLost when somebody else has taken over, BrokenImage when the file cannot be decoded, NotFound when its
    blob is missing, Unavailable and OutOfSpace from below.
    """
    failpoints.hit("analysis.claimed")
    if claim.wanted is Wanted.MATCH:
        picture = await _look(blobs, sandbox, claim.artwork.cover)
        await _finish(store, claim, await _judge(vision, picture, claim))
        return
    async with blobs.file(claim.artwork.cover.sha256) as path:
        developed = await sandbox.develop(path)
    page = await _keep(blobs, claim.artwork.cover, developed)
    failpoints.hit("analysis.kept")
    await store.analyses.record(claim, Findings(page=page, swatches=developed.swatches))
    failpoints.hit("analysis.recorded")
    vector = await anyio.to_thread.run_sync(vision.embed_image, developed.picture)
    await store.vectors.put(claim.artwork.id, 0, vision.space, vector)
    failpoints.hit("analysis.embedded")
    caption = await anyio.to_thread.run_sync(vision.caption, developed.picture)
    tags = await anyio.to_thread.run_sync(vision.tags, developed.picture)
    await store.analyses.record(claim, Findings(caption=caption, caption_reason=None, tags=tags, space=vision.space))
    failpoints.hit("analysis.described")
    await _finish(store, claim, await _judge(vision, developed.picture, claim))


async def _look(blobs: Blobs, sandbox: Sandbox, page: Page) -> Picture:
    """The picture for the eyes, from the original: a match must not depend on which rendition there was."""
    async with blobs.file(page.sha256) as path:
        return await sandbox.look(path)


async def _judge(vision: Vision, picture: Picture, claim: Claim) -> Findings:
    judged = await anyio.to_thread.run_sync(vision.match, picture, claim.artwork.description)
    return Findings(match=judged.match, match_reason=judged.reason)


async def _finish(store: Store, claim: Claim, findings: Findings) -> None:
    failpoints.hit("analysis.before_finish")
    await store.analyses.finish(claim, findings)
    failpoints.hit("analysis.finished")


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
