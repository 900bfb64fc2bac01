"""Puts together what there is to say of models."""

from collections.abc import Sequence

from anyio.to_thread import run_sync

from limn.admin.downloads import Downloads
from limn.admin.views import CapabilityView, ModelsView, OfferView, SpaceView, SpeakerView, WeightsView
from limn.resources import Resources
from limn.settings import Settings
from limn.sight import Sight, away
from limn.vision import weights
from limn.vision.protocol import Speaker

_OWN = "A model of your own, from its folder."


async def describe(resources: Resources, downloads: Downloads) -> ModelsView:
    """As it is now. Raises Unavailable while the store is away."""
    sight, store = resources.sight, resources.store
    files = await run_sync(_weights, resources.settings, sight, downloads)
    offer = await run_sync(weights.offer, resources.settings)
    eyes = sight.eyes
    return ModelsView(
        capabilities=[*_capabilities(sight), CapabilityView(name="words", speakers=[_reader(resources)])],
        weights=files,
        offer=OfferView(names=list(offer.names), bytes=offer.bytes) if offer.names else None,
        offer_reason=offer.reason,
        space=SpaceView(
            active=await store.eyes.active_space(),
            target=eyes.embedder.space if eyes.embedder else None,
            behind=await store.analyses.behind(eyes.fingerprint),
            works=sum((await store.analyses.backlog()).values()),
        ),
        hosts=list(eyes.hosts),
    )


def _capabilities(sight: Sight) -> list[CapabilityView]:
    eyes = sight.eyes
    measured = SpeakerView(method="measured", model=eyes.measured.space, host=None, state="ready", reason=None)

    def asked(speakers: Sequence[Speaker]) -> list[SpeakerView]:
        return [*(_speaker(one) for one in speakers), measured]

    return [
        CapabilityView(name="match", speakers=asked(eyes.matchers)),
        CapabilityView(name="caption", speakers=asked(eyes.captioners)),
        CapabilityView(name="tags", speakers=asked(eyes.taggers)),
        CapabilityView(name="meaning", speakers=asked([eyes.embedder] if eyes.embedder else [])),
    ]


def _reader(resources: Resources) -> SpeakerView:
    """Who knows what words mean, or why nobody does."""
    sight, reason = resources.sight, None
    if sight.sentence_space is None:
        reason = "LIMN_SENTENCES is off."
    elif sight.sentences is None:
        reason = sight.problems.get(weights.SENTENCES) or "Its files are not here."
    return SpeakerView(
        method="sentences",
        model=sight.sentences.model if sight.sentences else weights.SENTENCES,
        host=None,
        state="away" if reason else "ready",
        reason=reason,
    )


def _speaker(speaker: Speaker) -> SpeakerView:
    reason = away(speaker)
    return SpeakerView(
        method=speaker.method,
        model=speaker.model,
        host=speaker.host,
        state="away" if reason else "ready",
        reason=reason,
    )


def _weights(settings: Settings, sight: Sight, downloads: Downloads) -> list[WeightsView]:
    own = {name: task for task, name in weights.configured(settings).items() if name not in weights.MODELS}
    shown = [_view(settings, sight, downloads, name) for name in weights.MODELS]
    return [*shown, *(_own_view(settings, sight, name, task) for name, task in own.items())]


def _view(settings: Settings, sight: Sight, downloads: Downloads, name: str) -> WeightsView:
    model, state = weights.known(name), weights.state(settings, name)
    unopened = sight.problems.get(name)
    coming = name in downloads.running and state.state != "present"
    return WeightsView(
        name=name,
        task=model.task,
        about=model.about,
        licence=model.licence,
        bytes=model.bytes,
        state="downloading" if coming else "damaged" if unopened else state.state,
        revision=state.revision,
        downloaded_bytes=state.downloaded_bytes,
        problem=None if coming else unopened or state.problem or downloads.problems.get(name),
        in_use=(name in sight.in_use or _is_read_with(name, sight)) and not unopened,
    )


def _is_read_with(name: str, sight: Sight) -> bool:
    return name == weights.SENTENCES and sight.sentences is not None


def _own_view(settings: Settings, sight: Sight, name: str, task: weights.Task) -> WeightsView:
    state, unopened = weights.state(settings, name), sight.problems.get(name)
    return WeightsView(
        name=name,
        task=task,
        about=_OWN,
        licence="",
        bytes=state.downloaded_bytes,
        state="damaged" if unopened else state.state,
        revision=state.revision,
        downloaded_bytes=state.downloaded_bytes,
        problem=unopened or state.problem,
        in_use=name in sight.in_use and not unopened,
    )
