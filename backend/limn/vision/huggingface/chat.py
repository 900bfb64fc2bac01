"""A vision-language model elsewhere: one call says what the picture shows, in a sentence and in tags, and what it thinks of the words."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import anyio

from limn.errors import EyesAway, NotServed
from limn.models import Caption, Match, Tag
from limn.vision.huggingface import opinion as o
from limn.vision.huggingface.opinion import Opinion
from limn.vision.huggingface.showing import Courier
from limn.vision.protocol import Judged, Look, Vector
from limn.vision.scoring import verdict

if TYPE_CHECKING:
    from huggingface_hub import AsyncInferenceClient

_UNDESCRIBED = "There is no description yet that could be compared with the picture."


class _Once:
    """What a look was answered, also where that was a refusal: a second question must not cost a second call."""

    def __init__(self) -> None:
        self.lock = anyio.Lock()
        self.opinion: Opinion | None = None
        self.error: EyesAway | NotServed | None = None


class Chat:
    """Matcher, captioner and tagger in one. `models` are asked in this order, where the first is no longer served; "" is an
    endpoint with one model of its own. Its match is an opinion: method `vlm`, without a cosine, never calibrated."""

    method = "vlm"
    vocabulary = f"open@{o.VERSION}"

    def __init__(self, courier: Courier, models: Sequence[str], *, model: str) -> None:
        """`model` is the name that stands for all of them: it stays the same while one takes the place of another."""
        self._courier, self._models, self.model = courier, tuple(models), model

    @property
    def host(self) -> str:
        return self._courier.line.host.name

    @property
    def away(self) -> str | None:
        return self._courier.line.away(self._models)

    def shut(self, owner: str) -> EyesAway | None:
        return self._courier.line.shut(owner)

    async def match(self, look: Look) -> Judged:
        if not look.description.strip():
            return Judged(None, _UNDESCRIBED)
        opinion = await self._ask(look)
        if opinion.match is None:
            raise NotServed(f"{opinion.model} gave no opinion on these words.")
        score = opinion.match
        return Judged(Match(score=score, verdict=verdict(score), method=self.method, model=opinion.model), None)

    async def caption(self, look: Look) -> Caption:
        opinion = await self._ask(look)
        if opinion.caption is None:
            raise NotServed(f"{opinion.model} gave no sentence that can be used.")
        return Caption(text=opinion.caption, method=self.method, model=opinion.model)

    async def tags(self, look: Look) -> tuple[Tag, ...]:
        return (await self._ask(look)).tags

    async def tags_of(self, vector: Vector) -> None:  # noqa: ARG002  it needs the picture
        return None

    async def _ask(self, look: Look) -> Opinion:
        once: _Once = look.known.setdefault(self, _Once())
        async with once.lock:
            if once.error is not None:
                raise once.error
            if once.opinion is None:
                try:
                    once.opinion = await self._ask_models(look)
                except (EyesAway, NotServed) as error:
                    once.error = error
                    raise
        return once.opinion

    async def _ask_models(self, look: Look) -> Opinion:
        refused: NotServed | None = None
        for model in self._models:
            try:
                return await self._ask_model(look, model)
            except NotServed as error:
                refused = refused or error
        assert refused is not None
        raise refused

    async def _ask_model(self, look: Look, model: str) -> Opinion:
        described = bool(look.description.strip())

        async def question(client: "AsyncInferenceClient", jpeg: bytes) -> Opinion:
            answer = await client.chat_completion(
                o.messages(jpeg, look.description),
                model=model or None,
                max_tokens=o.ANSWER_TOKENS,
                temperature=0.0,
            )
            return o.read(answer.choices[0].message.content, model=model or self.model, described=described)

        return await self._courier.show(look, question, model=model)
