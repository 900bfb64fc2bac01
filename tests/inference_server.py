"""Plays Hugging Face on 127.0.0.1: the router as it is in 2026, endpoints of one's own, and whatever goes wrong with either.

    with InferenceServer() as there:
        there.next("/chat", Answer(503, {"error": "loading", "estimated_time": 2}))

The first matching `next` is used up, else the first matching `always` holds, else it answers as the protocol was recorded.
"""

import base64
import hashlib
import json
import math
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from PIL import Image

CLIP = "/hf-inference/models/openai/clip-vit-base-patch32"
BLIP = "/hf-inference/models/Salesforce/blip-image-captioning-base"
WORDS = "/hf-inference/models/intfloat/multilingual-e5-large/pipeline/feature-extraction"
CHAT = "/v1/chat/completions"
HANG_SECONDS = 30.0

How = Literal["whole", "reset", "hang", "cut", "drip", "unsaid"]


@dataclass(frozen=True)
class Asked:
    """A request as it came; header names in lower case."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def token(self) -> str | None:
        return self.headers.get("authorization")

    def picture(self) -> Image.Image:
        """What was sent to be seen, in whichever of the four forms."""
        if self.headers.get("content-type") == "image/jpeg":
            return Image.open(BytesIO(self.body))
        inputs = self.json.get("inputs")
        if isinstance(inputs, dict):
            inputs = inputs["image"]
        if inputs is None:
            inputs = self.json["messages"][1]["content"][1]["image_url"]["url"].removeprefix("data:image/jpeg;base64,")
        return Image.open(BytesIO(base64.b64decode(inputs)))


@dataclass(frozen=True)
class Answer:
    """`body` is sent as it is where it is bytes, else as JSON. `how`: whole; reset: the connection is torn; hang: nothing comes;
    cut: half of the promised bytes; drip: a byte every tenth of a second; unsaid: whole, but its length is not told."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    how: How = "whole"

    @property
    def bytes(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Play = Callable[[Asked], Answer]


class InferenceServer:
    """`cosine` says how well CLIP finds a label to fit; `opinion` is what the chat model says, a text or an object; `served` are the
    chat models of the router. `sent` counts the bytes of answers that were taken."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.sent = 0
        self.cosine: Callable[[str], float] = _cosine
        self.opinion: Any = {
            "caption": "A lighthouse on a rock above a dark sea.",
            "tags": [{"name": "lighthouse", "confidence": 0.9}, {"name": "sea", "confidence": 0.7}],
            "match": 80,
        }
        self.served: set[str] | None = None  # None: any
        self.stopping = threading.Event()
        self._next: list[tuple[str, Answer]] = []
        self._always: list[tuple[str, Answer | Play]] = []
        handler = type("Handler", (_Handler,), {"there": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def next(self, path: str, *answers: Answer) -> None:
        """Each once, in this order, to requests whose path starts so."""
        self._next += [(path, answer) for answer in answers]

    def always(self, path: str, answer: "Answer | Play") -> None:
        self._always = [(path, answer), *self._always]

    def well(self) -> None:
        """From now on nothing goes wrong."""
        self._next, self._always = [], []

    def to(self, path: str) -> list[Asked]:
        """The requests so far whose path starts so."""
        return [asked for asked in self.asked if asked.path.startswith(path)]

    def answer(self, asked: Asked) -> Answer:
        for one in self._next:
            if asked.path.startswith(one[0]):
                self._next.remove(one)
                return one[1]
        for path, answer in self._always:
            if asked.path.startswith(path):
                return answer if isinstance(answer, Answer) else answer(asked)
        return self._play(asked)

    def _play(self, asked: Asked) -> Answer:
        if asked.path.endswith("/chat/completions"):
            return self._chat(asked)
        if asked.path == WORDS:
            inputs = asked.json["inputs"]
            return Answer(body=[_words(text) for text in ([inputs] if isinstance(inputs, str) else inputs)])
        if asked.path.startswith("/hf-inference/"):
            return Answer(400, {"error": "Model not supported by provider hf-inference"})
        play = {"/clip": self._clip, "/blip": self._blip, "/embed": self._embed}.get(asked.path.split("?")[0])
        return play(asked) if play else Answer(404, {"error": "Not Found"})

    def _clip(self, asked: Asked) -> Answer:
        """As the pipeline of transformers: softmax of 100 · cosine, best first; a text of more than 77 tokens is its end."""
        asked.picture().load()
        labels = asked.json["parameters"]["candidate_labels"]
        template = asked.json["parameters"].get("hypothesis_template", "This is a photo of {}.")
        if any(len(label.split()) > 75 for label in labels):
            return Answer(400, {"error": "Sequence length must be less than max_position_embeddings"})
        logits = [100 * self.cosine(template.format(label)) for label in labels]
        shares = [math.exp(logit - max(logits)) for logit in logits]
        scored = [{"score": share / sum(shares), "label": label} for share, label in zip(shares, labels, strict=True)]
        return Answer(body=sorted(scored, key=lambda one: -one["score"]))

    def _blip(self, asked: Asked) -> Answer:
        if asked.headers.get("content-type") != "image/jpeg":
            return Answer(415, {"error": "Content type not supported"})
        width, height = asked.picture().size
        return Answer(body=[{"generated_text": f"a picture that is {width} wide and {height} high"}])

    def _embed(self, asked: Asked) -> Answer:
        """Four axes: red, green, blue, and everything else."""
        inputs = asked.json["inputs"]
        if "image" in inputs:
            pixels = np.asarray(asked.picture().convert("RGB"), np.float32)
            return Answer(body=[[*(float(mean) / 255 for mean in pixels.mean(axis=(0, 1))), 0.1]])
        return Answer(body=[[*(float(c in text) for c in ("red", "green", "blue")), 0.1] for text in inputs["text"]])

    def _chat(self, asked: Asked) -> Answer:
        model = asked.json["model"]
        if self.served is not None and model not in self.served:
            message = f"The requested model '{model}' is not supported by any provider you have enabled."
            error = {
                "message": message,
                "type": "invalid_request_error",
                "param": "model",
                "code": "model_not_supported",
            }
            return Answer(400, {"error": error})
        asked.picture().load()
        content = self.opinion if isinstance(self.opinion, str) else json.dumps(self.opinion)
        return Answer(body=chat(content, model))


def chat(content: Any, model: str = "m") -> dict[str, Any]:
    """A chat completion that says `content`."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": model, "choices": [choice]}


def _cosine(label: str) -> float:
    """Some cosine such as CLIP gives to a text that has nothing to do with the picture."""
    return 0.13 + 0.04 * hashlib.sha256(label.encode()).digest()[0] / 255


def _words(text: str) -> list[float]:
    """1024 numbers, each word pulling its own way."""
    vector = np.full(1024, 0.01)
    for word in text.lower().split():
        vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:2]) % 1024] += 1
    return [float(number) for number in vector / np.linalg.norm(vector)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    there: InferenceServer

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        asked = Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        self.there.asked.append(asked)
        self._answer(self.there.answer(asked))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name is the library's
        pass

    def _answer(self, answer: Answer) -> None:
        if answer.how == "hang":
            self.there.stopping.wait(HANG_SECONDS)
        if answer.how in {"hang", "reset"}:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        body = answer.bytes
        self.send_response(answer.status)
        length = {} if answer.how == "unsaid" else {"content-length": str(len(body))}
        for name, value in ({"content-type": "application/json"} | length | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self._send(body[: len(body) // 2] if answer.how == "cut" else body, drip=answer.how == "drip")
        self.close_connection = answer.how != "whole"

    def _send(self, body: bytes, *, drip: bool) -> None:
        step = 1 if drip else 65_536
        for at in range(0, len(body), step):
            self.wfile.write(body[at : at + step])
            self.there.sent += len(body[at : at + step])
            if drip:
                time.sleep(0.1)
