"""Who speaks from elsewhere, as the settings have it: endpoints of the operator's, else the router, which alone is shown HF_TOKEN."""

import re
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit, urlunsplit

from limn.errors import BadSettings
from limn.settings import Settings, variable
from limn.vision.huggingface import Capability, HuggingFace, Remote
from limn.vision.huggingface.blip import Blip
from limn.vision.huggingface.budget import Budget
from limn.vision.huggingface.chat import Chat
from limn.vision.huggingface.clip import Clip
from limn.vision.huggingface.embedding import PictureSpace, WordSpace
from limn.vision.huggingface.line import Host, Line, host_name
from limn.vision.huggingface.showing import Courier
from limn.vision.huggingface.times import Patience, Times

CLIP_MODEL = "openai/clip-vit-base-patch32"
BLIP_MODEL = "Salesforce/blip-image-captioning-base"
WORDS_MODEL = "intfloat/multilingual-e5-large"
# What the router served for pictures in August 2026, cheap and long-lived ones first. Which one takes over is written down and not
# asked of the router's list: a model nobody chose may cost many times as much
CHAT_MODELS = (
    "google/gemma-4-31B-it",
    "Qwen/Qwen3.6-27B",
    "zai-org/GLM-4.6V-Flash",
    "meta-llama/Llama-4-Scout-17B-16E-Instruct",
)

_JPEG = "image/jpeg"
_PORTS = {"http": 80, "https": 443}
_MODEL_NAME = re.compile(r"[\w./:@-]{1,100}")


def compose(settings: Settings, spend: Callable[[str], Awaitable[bool]], times: Times) -> HuggingFace:
    """Raises BadSettings where an address is none."""
    return _Composition(settings, spend, times).all()


class _Composition:
    def __init__(self, settings: Settings, spend: Callable[[str], Awaitable[bool]], times: Times) -> None:
        self._settings, self._times = settings, times
        self._budget = Budget(spend, times)
        self._hosts: dict[tuple[object, ...], Host] = {}
        self._lines: list[Line] = []
        _check("hf_router_url", settings.hf_router_url)
        self._router = settings.hf_router_url.rstrip("/")

    def all(self) -> HuggingFace:
        clip, blip, chat = self._clip(), self._blip(), self._chat()
        embedder = self._embedder()
        listed: list[tuple[Capability, Remote | None]] = [
            ("match", clip),
            ("match", chat),
            ("caption", blip),
            ("caption", chat),
            ("tags", chat),
            ("meaning", embedder),
        ]
        return HuggingFace(
            matchers=tuple(one for one in (clip, chat) if one),
            captioners=tuple(one for one in (blip, chat) if one),
            taggers=(chat,) if chat else (),
            embedder=embedder,
            speakers=tuple((capability, one) for capability, one in listed if one),
            closers=tuple(line.aclose for line in self._lines),
        )

    def _clip(self) -> Clip | None:
        if (found := self._endpoint("hf_clip_url", f"hf-inference/models/{CLIP_MODEL}", CLIP_MODEL)) is None:
            return None
        return Clip(self._courier(found[0]), found[1])

    def _blip(self) -> Blip | None:
        if (found := self._endpoint("hf_blip_url", f"hf-inference/models/{BLIP_MODEL}", BLIP_MODEL)) is None:
            return None
        return Blip(self._courier(found[0], media_type=_JPEG), found[1])

    def _chat(self) -> Chat | None:
        named = self._settings.hf_chat_model.strip()
        if (found := self._endpoint("hf_chat_url", "v1/chat/completions", named or CHAT_MODELS[0])) is None:
            return None
        url, model = found
        models = (named,) if named or self._settings.hf_chat_url else CHAT_MODELS
        return Chat(self._courier(url, patience=self._times.talking), models, model=named or model)

    def _embedder(self) -> PictureSpace | WordSpace | None:
        path = f"hf-inference/models/{WORDS_MODEL}/pipeline/feature-extraction"
        if (found := self._endpoint("hf_embed_url", path, WORDS_MODEL)) is None:
            return None
        url, model = found
        if self._settings.hf_embed_url:
            return PictureSpace(self._courier(url), model)
        return WordSpace(self._courier(url), model, 1024)

    def _endpoint(self, field: str, path: str, model: str) -> tuple[str, str] | None:
        """The address and the model's name: the operator's endpoint, else the router's `path` where there is a token for it."""
        if url := getattr(self._settings, field):
            return _check(field, url)
        return (f"{self._router}/{path}", model) if self._settings.hf_token else None

    def _courier(self, url: str, *, patience: Patience | None = None, media_type: str | None = None) -> Courier:
        line = Line(url, self._host(url), self._budget, patience=patience, media_type=media_type)
        self._lines.append(line)
        return Courier(line, send_private=self._settings.hf_send_private)

    def _host(self, url: str) -> Host:
        """One for each origin. Its token is HF_TOKEN at the router's origin, and at no other."""
        routers = _origin(url) == _origin(self._router) and self._settings.hf_token
        field = "hf_token" if routers else "hf_endpoint_token"
        host = Host(host_name(url), getattr(self._settings, field), variable(field), self._times)
        return self._hosts.setdefault(_origin(url), host)


def _check(field: str, url: str) -> tuple[str, str]:
    """The address without its fragment, and the model's name: the fragment, else where it is."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in _PORTS and parts.hostname and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:
        usable = False
    if not usable:
        raise BadSettings(f"{variable(field)} is no http(s) address")
    if parts.fragment and not _MODEL_NAME.fullmatch(parts.fragment):
        raise BadSettings(f"{variable(field)}: what follows # names the model: letters, digits, and . / : @ - _")
    name = parts.fragment or f"{host_name(url)}{parts.path}".rstrip("/").replace(";", ",")
    return urlunsplit(parts._replace(fragment="")), name


def _origin(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]
