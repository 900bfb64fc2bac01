"""What the interface says of results: the shapes of "Search result", made for one viewer."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from limn.models import Viewer
from limn.search.hybrid import Found, Results
from limn.search.ranking import Band
from limn.search.reasons import InColour, InMeaning, InPicture, InWords, Reason
from limn.search.similar import Alike, Similar
from limn.views import ArtworkView, present

Answer = Literal["strong", "weak", "none"]


class View(BaseModel):
    model_config = ConfigDict(frozen=True)


class WordsReason(View):
    kind: Literal["words"] = "words"
    field: str = Field(examples=["title"])
    text: str = Field(description="Plain text; ⟦ ⟧ mark what matched", examples=["The ⟦fox⟧"])


class MeaningReason(View):
    kind: Literal["meaning"] = "meaning"
    of: Literal["picture", "words"]
    phrase: str = Field(
        description="Of the picture, what was asked for; of the words, the title, tag or sentence that comes nearest, empty where all do",
        examples=["dark blue"],
    )
    share: float | None = Field(
        description="0 to 1: how far it shows the phrase, as measured; null where a model compared, whose cosine is no share"
    )


class ColourReason(View):
    kind: Literal["colour"] = "colour"
    hex: str = Field(examples=["#1f3a8a"])


ReasonView = Annotated[WordsReason | MeaningReason | ColourReason, Field(discriminator="kind")]


class ResultView(View):
    artwork: ArtworkView
    relevance: float = Field(description="0 to 1, of query to work; orders this answer, and compares with no other")
    band: Band
    reasons: tuple[ReasonView, ...]


class FacetCount(View):
    value: str
    count: int


class Facets(View):
    category: tuple[FacetCount, ...] = Field(description="Of what is relevant, whichever category is chosen")


class Asked(View):
    q: str


class SearchView(View):
    query: Asked
    answer: Answer = Field(description="`none`: nothing matches, whatever `items` brings as nearest")
    method: Literal["hybrid", "words", "filters"]
    spaces: tuple[str, ...] = Field(description="The embedding spaces that were compared in")
    items: tuple[ResultView, ...]
    facets: Facets
    next: str | None = Field(description="Cursor of the next page; null at the end, and after 1,000 works")
    notice: str | None = Field(description="What there is to say about this answer")


class SimilarResultView(View):
    artwork: ArtworkView
    similarity: float = Field(description="Cosine of the two pictures' vectors")
    band: Band = Field(
        description="`strong`: closer than 99 in 100 pairs of works, `weak`: than 9 in 10; in a model's space of the works here"
    )
    reasons: tuple[ReasonView, ...]


class SimilarView(View):
    answer: Answer
    spaces: tuple[str, ...]
    items: tuple[SimilarResultView, ...]
    notice: str | None = Field(description="Why there is nothing, or nothing alike")


class TagCount(View):
    name: str
    count: int


class TagCounts(View):
    items: list[TagCount]


def search_view(results: Results, viewer: Viewer) -> SearchView:
    facets = tuple(FacetCount(value=value, count=count) for value, count in results.facets.items())
    return SearchView(
        query=Asked(q=results.q),
        answer=results.answer,
        method=results.method,
        spaces=results.spaces,
        items=tuple(_result(found, viewer) for found in results.items),
        facets=Facets(category=facets),
        next=results.next,
        notice=results.notice,
    )


def similar_view(found: Similar, viewer: Viewer) -> SimilarView:
    items = tuple(_alike(item, viewer) for item in found.items)
    return SimilarView(answer=found.answer, spaces=(found.space,), items=items, notice=found.notice)


def _result(found: Found, viewer: Viewer) -> ResultView:
    return ResultView(
        artwork=present(found.artwork, viewer),
        relevance=found.relevance,
        band=found.band,
        reasons=tuple(_reason(reason) for reason in found.reasons),
    )


def _alike(item: Alike, viewer: Viewer) -> SimilarResultView:
    return SimilarResultView(
        artwork=present(item.artwork, viewer),
        similarity=item.similarity,
        band=item.band,
        reasons=tuple(_reason(reason) for reason in item.reasons),
    )


def _reason(reason: Reason) -> WordsReason | MeaningReason | ColourReason:
    match reason:
        case InWords(field, text):
            return WordsReason(field=field, text=text)
        case InPicture(phrase, share):
            return MeaningReason(of="picture", phrase=phrase, share=share)
        case InMeaning(of, phrase):
            return MeaningReason(of=of, phrase=phrase, share=None)
        case InColour(code):
            return ColourReason(hex=code)
