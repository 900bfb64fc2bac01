"""Tokenizers for tests' tiny models: words that mean colours, letters for all other words, and the field's special tokens."""

import string
from collections.abc import Mapping, Sequence

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

START, END = "<|startoftext|>", "<|endoftext|>"
# what a word means to the tiny CLIP, in shares of tiny_nodes.COLOURS; all other words mean nothing
WORDS: Mapping[str, Mapping[str, float]] = {
    **{name: {name: 1.0} for name in (
        "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white", "grey",
    )},
    "crimson": {"red": 1.0}, "scarlet": {"red": 1.0}, "rose": {"pink": 0.8, "red": 0.6}, "violet": {"purple": 1.0},
    "gold": {"yellow": 0.8, "orange": 0.6}, "navy": {"blue": 0.8, "black": 0.6}, "sky": {"blue": 0.9, "white": 0.4},
    "sea": {"blue": 1.0}, "grass": {"green": 1.0}, "forest": {"green": 0.9, "brown": 0.4}, "snow": {"white": 1.0},
    "night": {"black": 0.9, "blue": 0.4}, "earth": {"brown": 1.0}, "gray": {"grey": 1.0}, "fire": {"orange": 0.8, "red": 0.6},
}  # fmt: skip


def clip_tokenizer() -> Tokenizer:
    """Lower case, start and end token around; a word it does not know becomes one token a letter. The end token has the largest id."""
    letters = string.ascii_lowercase + string.digits + "'.,;:!?-"
    pieces = [*letters, *(f"##{letter}" for letter in letters), *WORDS]
    vocabulary = {piece: place for place, piece in enumerate([*pieces, START, END])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=END, max_input_chars_per_word=1000))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.add_special_tokens([START, END])
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", special_tokens=[(START, vocabulary[START]), (END, vocabulary[END])]
    )
    return tokenizer


def caption_tokenizer(words: Sequence[str]) -> tuple[Tokenizer, dict[str, int]]:
    """Words that are written with a space before them, as GPT-2's, and ids by word; the last one is the end."""
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys([*words, END]))}
    spelt = {_spelt(word): place for word, place in vocabulary.items()}
    tokenizer = Tokenizer(models.WordLevel(spelt, unk_token=END))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    return tokenizer, vocabulary


def _spelt(word: str) -> str:
    # GPT-2 writes a space as Ġ; marks and special tokens have none before them
    return f"Ġ{word}" if word[0].isalnum() else word
