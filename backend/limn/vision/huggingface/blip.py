"""BLIP elsewhere: one sentence of what the picture shows, from an endpoint of the task image-to-text."""

from typing import TYPE_CHECKING

from limn.errors import EyesAway
from limn.models import Caption
from limn.vision.huggingface import plain
from limn.vision.huggingface.faults import Unfit
from limn.vision.huggingface.showing import Courier
from limn.vision.protocol import Look

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient


class Blip:
    method = "blip"

    def __init__(self, courier: Courier, model: str) -> None:
        self._courier, self.model = courier, model

    @property
    def host(self) -> str:
        return self._courier.line.host.name

    @property
    def away(self) -> str | None:
        return self._courier.line.away()

    def shut(self, owner: str) -> EyesAway | None:
        return self._courier.line.shut(owner)

    async def caption(self, look: Look) -> Caption:
        return Caption(text=await self._courier.show(look, _ask), method=self.method, model=self.model)


async def _ask(client: "AsyncInferenceClient", jpeg: bytes) -> str:
    written = (await client.image_to_text(jpeg)).generated_text
    text = plain.sentence(written) if isinstance(written, str) else None
    if text is None:
        raise Unfit("answered without a sentence that can be used")
    return text
