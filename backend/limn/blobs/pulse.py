"""Whether a bucket answers: asked in one cheap request, no more often than every few seconds however often somebody wants to know."""

import math
import time

import anyio

from limn.blobs.bucket import Bucket
from limn.blobs.endpoint import AGAIN_SECONDS, Away
from limn.errors import Unavailable

WAIT_SECONDS = 2.5
EVERY_SECONDS = 3.0


class Pulse:
    """`absent` is a path where nothing ever lies. It is asked for with GET: a service says then which is not there, this or the
    bucket, as it does not to HEAD, and it costs a twelfth of a list. Whether the bucket takes anything is not asked."""

    def __init__(self, bucket: Bucket, absent: str) -> None:
        self._bucket, self._absent = bucket, absent
        self._asking = anyio.Lock()
        self._asked = -math.inf
        self._wrong = ""

    async def feel(self) -> None:
        """Raises Unavailable."""
        async with self._asking:  # who comes meanwhile hears the same answer
            if time.monotonic() - self._asked >= EVERY_SECONDS:
                self._wrong = await self._ask()
                self._asked = time.monotonic()
        if self._wrong:
            raise Unavailable(self._wrong, retry_after=AGAIN_SECONDS)

    async def _ask(self) -> str:
        try:
            with anyio.fail_after(WAIT_SECONDS):
                await self._bucket.get(self._absent, chunk_bytes=1)
        except FileNotFoundError:
            return ""
        except TimeoutError:
            return Away().detail
        except Away as away:
            return away.detail
        return ""
