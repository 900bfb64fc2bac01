"""What the interface says of models: who answers what, which files are there, and which space searches use."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from limn.vision import weights


class SpeakerView(BaseModel):
    method: str
    model: str
    host: str | None = Field(description="Where pictures or words are sent; null: nowhere")
    state: Literal["ready", "away"]
    reason: str | None = Field(description="Why it is away")


class CapabilityView(BaseModel):
    name: Literal["match", "caption", "tags", "meaning", "words"]
    speakers: list[SpeakerView] = Field(
        description="In the order they are asked; measured eyes last. `words` are read by one, beside the others"
    )


class WeightsView(BaseModel):
    name: str
    task: Literal["clip", "captioner", "sentences"]
    about: str
    licence: str
    bytes: int = Field(description="Of the whole model")
    state: Literal["absent", "downloading", "present", "damaged"]
    revision: str | None = Field(description="The commit they came from")
    downloaded_bytes: int
    problem: str | None = Field(description="What is wrong with the files, or why the last download ended")
    in_use: bool


class OfferView(BaseModel):
    names: list[str]
    bytes: int


class SpaceView(BaseModel):
    active: str | None = Field(description="What searches by meaning use")
    target: str | None = Field(description="What is being built, or the same")
    behind: int = Field(description="Works that the present eyes have still to look at")
    works: int


class ModelsView(BaseModel):
    capabilities: list[CapabilityView]
    weights: list[WeightsView]
    offer: OfferView | None = Field(description="The models that could be downloaded now and would be used")
    offer_reason: str | None = Field(description="Why there is nothing to offer")
    space: SpaceView
    hosts: list[str] = Field(description="Where pictures and words are sent")


def _known(name: str) -> str:
    if name not in weights.MODELS:
        raise ValueError(f"must be one of: {', '.join(weights.MODELS)}")
    return name


class ModelNames(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"names": ["clip-vit-base-patch32"]}})

    names: list[
        Annotated[str, AfterValidator(_known), Field(max_length=100, json_schema_extra={"enum": [*weights.MODELS]})]
    ] = Field(min_length=1, max_length=10)
