"""A multipart upload read as it arrives: fields into memory within limits, the one file into a staged blob."""

from collections.abc import AsyncIterable
from dataclasses import dataclass, field

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from limn.blobs.protocol import Staged
from limn.errors import InvalidRequest, TooLarge

MAX_PARTS = 200
MAX_FIELD_BYTES = 256 * 1024
MAX_BOUNDARY = 70  # RFC 2046 §5.1.1
WRITE_BYTES = 256 * 1024  # the parser hands over a few bytes here and there, and each write is a trip to a thread


@dataclass
class Form:
    """What was read: each field's values in order, the file's own name, and whether there was a file."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    filename: str = ""
    has_file: bool = False


async def read_form(chunks: AsyncIterable[bytes], content_type: str, staged: Staged, *, max_file_bytes: int) -> Form:
    """Feed the body to `staged` and the form. Raises InvalidRequest, TooLarge, and what `staged.write` raises."""
    reader = _Reader()
    parser = _parser(content_type, reader)
    try:
        async for chunk in chunks:
            parser.write(chunk)
            if staged.size_bytes + reader.held_bytes > max_file_bytes:
                raise TooLarge(f"The file is larger than {max_file_bytes:,} bytes.", code="file_too_large")
            if reader.held_bytes >= WRITE_BYTES:
                await staged.write(reader.take())
        parser.finalize()
        if reader.held_bytes:
            await staged.write(reader.take())
    except FormParserError as error:
        raise InvalidRequest(f"The multipart body is broken: {error}") from error
    if not reader.ended:
        raise InvalidRequest("The multipart body ends too early.")
    return reader.form


def _parser(content_type: str, reader: "_Reader") -> MultipartParser:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data":
        raise InvalidRequest("The body must be multipart/form-data.")
    if not boundary or len(boundary) > MAX_BOUNDARY:
        raise InvalidRequest("The multipart boundary is missing or too long.")
    return MultipartParser(
        boundary,
        {
            "on_part_begin": reader.part_begin,
            "on_part_data": reader.part_data,
            "on_part_end": reader.part_end,
            "on_header_field": reader.header_field,
            "on_header_value": reader.header_value,
            "on_header_end": reader.header_end,
            "on_headers_finished": reader.headers_finished,
            "on_end": reader.end,
        },
    )


class _Reader:
    """The parser's callbacks. File bytes are handed over by `take`, so that the caller writes them without blocking."""

    def __init__(self) -> None:
        self.form = Form()
        self.ended = False
        self.held_bytes = 0
        self._parts = 0
        self._field_bytes = 0
        self._pieces: list[bytes] = []
        self._headers: dict[str, bytes] = {}
        self._header = self._header_value = b""
        self._name: str = ""
        self._value: list[bytes] = []
        self._is_file = False

    def take(self) -> bytes:
        pieces, self._pieces, self.held_bytes = self._pieces, [], 0
        return b"".join(pieces)

    def part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise InvalidRequest(f"More than {MAX_PARTS} parts.")
        self._headers, self._value, self._is_file = {}, [], False

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def header_end(self) -> None:
        self._headers[self._header.decode("latin-1").lower()] = self._header_value
        self._header = self._header_value = b""

    def headers_finished(self) -> None:
        if self._headers.get("content-transfer-encoding", b"binary").lower() not in {b"binary", b"8bit", b"7bit"}:
            raise InvalidRequest("Content-Transfer-Encoding is not supported: send the bytes as they are.")
        # as latin-1, one character a byte: the parser below takes text, and the bytes are UTF-8 (RFC 7578 §5.1)
        disposition = self._headers.get("content-disposition", b"").decode("latin-1")
        kind, options = parse_options_header(disposition)
        if kind != b"form-data" or b"name" not in options:
            raise InvalidRequest("A part has no name.")
        self._name = _text(options[b"name"])
        self._is_file = self._name == "file"
        if self._is_file:
            if self.form.has_file:
                raise InvalidRequest("Works of several pages are not built yet: send one file.", code="too_many_files")
            self.form.has_file = True
            self.form.filename = options.get(b"filename", b"").decode("utf-8", "replace")

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self._is_file:
            self._pieces.append(data[start:end])
            self.held_bytes += end - start
            return
        self._field_bytes += end - start
        if self._field_bytes > MAX_FIELD_BYTES:
            raise InvalidRequest(f"The fields together are larger than {MAX_FIELD_BYTES:,} bytes.")
        self._value.append(data[start:end])

    def part_end(self) -> None:
        if not self._is_file:
            self.form.fields.setdefault(self._name, []).append(_text(b"".join(self._value)))

    def end(self) -> None:
        self.ended = True


def _text(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidRequest("A field is not UTF-8.") from error
