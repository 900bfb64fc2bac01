"""What an artist may say of a work: limits, licences, and the check of form fields and edits."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from limn.errors import InvalidInput
from limn.models import Visibility
from limn.text import clean, no_nul, tag_name

TITLE, DESCRIPTION, ALT_TEXT, TAG, TAGS = 200, 20_000, 2_000, 60, 50
REJECTED = 200  # of several vocabularies in turn
_RAW_TAGS = 1000  # as they were typed, empty and equal ones too

LICENCES = {
    "all-rights-reserved": "All rights reserved",
    "cc-by-4.0": "Creative Commons Attribution 4.0",
    "cc-by-sa-4.0": "Creative Commons Attribution-ShareAlike 4.0",
    "cc-by-nc-4.0": "Creative Commons Attribution-NonCommercial 4.0",
    "cc-by-nd-4.0": "Creative Commons Attribution-NoDerivatives 4.0",
    "cc-by-nc-sa-4.0": "Creative Commons Attribution-NonCommercial-ShareAlike 4.0",
    "cc-by-nc-nd-4.0": "Creative Commons Attribution-NonCommercial-NoDerivatives 4.0",
    "cc0-1.0": "Public domain dedication (CC0 1.0)",
    "public-domain": "Public domain",
}


def _line(value: str) -> str:
    return clean(no_nul(value))


def _prose(value: str) -> str:
    return clean(no_nul(value), lines=True)


def _licence(value: str) -> str:
    value = value.strip().lower()
    if value not in LICENCES:
        raise ValueError(f"must be one of: {', '.join(LICENCES)}")
    return value


def _some(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


def _split(value: object) -> object:
    """Tags come as a list, as repeated fields, or as one text with commas."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not all(isinstance(v, str) for v in values):
        return value
    return [part for text in values for part in text.split(",")]


def _tags(values: list[str], most: int = TAGS) -> list[str]:
    if len(values) > _RAW_TAGS:  # said before any of them is looked at
        raise ValueError(f"at most {most} tags")
    named = list(dict.fromkeys(name for value in values if (name := tag_name(no_nul(value)))))
    if len(named) > most:
        raise ValueError(f"at most {most} tags")
    if any(len(name) > TAG for name in named):
        raise ValueError(f"a tag has at most {TAG} characters")
    return named


Title = Annotated[
    str,
    AfterValidator(_line),
    AfterValidator(_some),
    Field(max_length=TITLE, description="One line", json_schema_extra={"minLength": 1}),
]
Description = Annotated[str, AfterValidator(_prose), Field(max_length=DESCRIPTION)]
AltText = Annotated[str, AfterValidator(_prose), Field(max_length=ALT_TEXT, description="For people who cannot see it")]
Tags = Annotated[list[str], BeforeValidator(_split), AfterValidator(_tags), Field(max_length=_RAW_TAGS)]
Rejected = Annotated[
    list[str],
    BeforeValidator(_split),
    AfterValidator(lambda values: _tags(values, REJECTED)),
    Field(
        max_length=_RAW_TAGS, description="Tags of the machine that are wrong: gone at once, and never proposed again"
    ),
]
Licence = Annotated[str, AfterValidator(_licence), Field(max_length=40, json_schema_extra={"enum": [*LICENCES]})]


def _without_null(schema: dict[str, Any], *names: str) -> None:
    """None stands for "left out" in here; a client leaves out, and never says null."""
    for name in names:
        told = schema["properties"][name]
        told.pop("default", None)
        if "anyOf" in told:
            told |= next(kind for kind in told.pop("anyOf") if kind != {"type": "null"})


def _told_of_uploads(schema: dict[str, Any]) -> None:
    _without_null(schema, "alt_text")


def _told_of_edits(schema: dict[str, Any]) -> None:
    _without_null(schema, *(name for name in schema["properties"] if name != "alt_text"))
    schema["example"] = {"title": "Fox at dawn", "tags": ["fox", "winter"]}


class UploadFields(BaseModel):
    """The fields of `POST /artworks` beside `file`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_told_of_uploads)

    title: Title
    category: str
    description: Description = ""
    tags: Tags = []
    alt_text: AltText | None = None
    licence: Licence = "all-rights-reserved"
    visibility: Visibility = Visibility.PUBLIC
    ai_generated: bool = False
    original_public: bool = False


class EditFields(BaseModel):
    """The body of `PATCH /artworks/{id}`: what is left out stays. Only `alt_text` may be null."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_told_of_edits)

    title: Title | None = None
    description: Description | None = None
    alt_text: AltText | None = None
    category: str | None = None
    tags: Tags | None = None
    rejected_tags: Rejected | None = None
    intended: bool | None = Field(None, description="The words are meant as they are, whatever the match says")
    visibility: Visibility | None = None
    licence: Licence | None = None
    ai_generated: bool | None = None
    original_public: bool | None = None

    @model_validator(mode="after")
    def _nulls(self) -> Self:
        empty = [name for name in self.model_fields_set - {"alt_text"} if getattr(self, name) is None]
        if empty:
            raise ValueError(f"{empty[0]} must not be null")
        return self


def check_upload(form: dict[str, list[str]], categories: tuple[str, ...]) -> UploadFields:
    """Raises InvalidInput with an entry for each field that is wrong."""
    repeated = [name for name, values in form.items() if len(values) > 1 and name != "tags"]
    if repeated:
        raise InvalidInput(f"{repeated[0]} is given more than once.", errors=[_problem(repeated[0], "given twice")])
    values: dict[str, Any] = {name: values if name == "tags" else values[0] for name, values in form.items()}
    if not values.get("alt_text"):
        values.pop("alt_text", None)  # an empty text box says nothing, not "the empty text"
    try:
        fields = UploadFields.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(
            "Some fields are not valid.",
            errors=[_problem(".".join(str(part) for part in e["loc"]), e["msg"]) for e in error.errors()],
        ) from error
    check_category(fields.category, categories)
    return fields


def check_category(category: str, categories: tuple[str, ...]) -> None:
    if category not in categories:
        message = f"must be one of: {', '.join(categories)}"
        raise InvalidInput(f"category {message}", code="unknown_category", errors=[_problem("category", message)])


def _problem(field: str, message: str) -> dict[str, str]:
    return {"field": field, "message": message.removeprefix("Value error, ")}
