"""What can go wrong, with the HTTP status it becomes."""

from typing import Any


class LimnError(Exception):
    """The root. `code` is stable snake_case for programs; the message is for people; `extra` joins the problem document."""

    status = 500
    code = "internal_error"
    title = "Something went wrong"

    def __init__(
        self, detail: str = "", *, code: str | None = None, retry_after: int | None = None, **extra: Any
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.code = code or self.code
        self.retry_after = retry_after
        self.extra = extra


class NotFound(LimnError):
    """Also the answer to what exists but may not be seen."""

    status, code, title = 404, "not_found", "Not found"


class InvalidRequest(LimnError):
    """The request cannot be read: broken multipart, too many fields, malformed JSON."""

    status, code, title = 400, "invalid_request", "The request cannot be read"


class InvalidInput(LimnError):
    """It can be read but says something impossible; `errors` names each field."""

    status, code, title = 422, "invalid_input", "A value is not valid"


class Conflict(LimnError):
    status, code, title = 409, "conflict", "Conflict"


class DuplicateArtwork(Conflict):
    """The same bytes by the same owner; `existing_id` is the artwork that holds them."""

    code, title = "duplicate_artwork", "You have already uploaded this picture"

    def __init__(self, existing_id: str) -> None:
        super().__init__("The same file is already in the gallery.")
        self.existing_id = existing_id


class IdempotencyConflict(LimnError):
    status, code, title = 422, "idempotency_key_reused", "The Idempotency-Key was used for another file"


class Stale(LimnError):
    """If-Match named another version."""

    status, code, title = 412, "stale", "It was changed meanwhile"


class TooLarge(LimnError):
    status, code, title = 413, "too_large", "Too large"


class UnsupportedImage(LimnError):
    """Not one of the formats Limn reads."""

    status, code, title = 415, "unsupported_media_type", "This kind of file is not supported"


class BrokenImage(LimnError):
    """A supported format that cannot or must not be decoded: `image_corrupt`, `image_too_large`, `image_too_complex`."""

    status, code, title = 422, "image_corrupt", "The picture cannot be read"


class TooMany(LimnError):
    status, code, title = 429, "too_many_requests", "Too many at once"


class OutOfSpace(LimnError):
    status, code, title = 507, "out_of_space", "The gallery's disk is full"


class Unavailable(LimnError):
    """A part Limn stands on is away for now: the database, the blobs, an index being built."""

    status, code, title = 503, "unavailable", "Not available at the moment"


class EyesAway(Unavailable):
    """A model cannot be asked now and can be later: its host is away or slow, a limit is reached, a token refused."""

    code, title = "eyes_away", "The model is away at the moment"


class NotServed(Unavailable):
    """A model is not to be had there at all, or not for this picture; the next one is asked."""

    code, title = "not_served", "The model is not served there"


class Damaged(LimnError):
    """What is stored is not what was kept: its bytes have another hash than its name."""

    code, title = "damaged", "A stored file is damaged"


class LeaseLost(LimnError):
    """A worker came back after its lease ran out; what it brings is refused."""

    status, code, title = 409, "lease_lost", "Somebody else has taken this over"


class BadSettings(LimnError):
    """The start stops with this one line."""

    code, title = "bad_settings", "The settings cannot be used"
