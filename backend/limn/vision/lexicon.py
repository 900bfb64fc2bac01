"""What English words for looks mean, as axes of the measured space. Data only; `reading.py` finds them in a text."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Colours by name, each an axis of its own beside the basic terms: the area that looks like this, whatever its term.
SHADES = {
    "amber": "#ffb300", "burgundy": "#6e0f28", "cobalt": "#0047ab", "coral": "#ff7f50", "cream": "#fff3d0",
    "crimson": "#c8143c", "emerald": "#1fae6b", "gold": "#e0b020", "indigo": "#3f1a8a", "khaki": "#bfae8a",
    "lime": "#b4f000", "mauve": "#b784a7", "mint": "#b0efd0", "mustard": "#cf9f12", "ochre": "#c77a24",
    "peach": "#ffc9a3", "plum": "#7d3c78", "rust": "#b0420f", "sage": "#9caf88", "salmon": "#fa8072",
    "scarlet": "#f52a0a", "tan": "#d2b48c", "terracotta": "#cb6244",
}  # fmt: skip

# Colour words that mean the colour wherever they stand. An axis after a bar belongs to the word as well.
COLOURS = {
    "black": "blackish", "white": "whitish", "grey": "grey", "gray": "grey", "red": "red", "orange": "orange",
    "brown": "brown", "beige": "beige", "yellow": "yellow", "green": "green", "teal": "teal", "blue": "blue",
    "turquoise": "turquoise", "cyan": "turquoise", "aqua": "turquoise", "purple": "purple", "violet": "purple",
    "magenta": "magenta", "fuchsia": "magenta", "pink": "pink", "crimson": "crimson", "carmine": "crimson",
    "scarlet": "scarlet", "vermilion": "scarlet", "maroon": "dark red", "burgundy": "burgundy", "ochre": "ochre",
    "ocher": "ochre", "khaki": "khaki", "mauve": "mauve", "indigo": "indigo", "ultramarine": "deep blue",
    "navy": "deep blue", "azure": "light blue", "cobalt": "cobalt", "taupe": "muted brown", "umber": "brown",
    "sienna": "brown", "terracotta": "terracotta", "gold": "gold", "golden": "gold", "lilac": "pale purple", "lavender": "pale purple",
    "tan": "tan", "cerulean": "blue",
    "blue green": "teal|turquoise", "green blue": "teal|turquoise", "blueish green": "teal|turquoise",
    "sky blue": "light blue", "midnight blue": "deep blue", "navy blue": "deep blue", "royal blue": "cobalt",
    "cobalt blue": "cobalt", "prussian blue": "dark blue", "ice blue": "pale blue", "baby blue": "pale blue",
    "powder blue": "pale blue", "steel blue": "blue", "forest green": "dark green", "bottle green": "dark green",
    "olive green": "olive", "lime green": "lime", "mint green": "mint", "sage green": "sage",
    "emerald green": "emerald", "moss green": "olive", "burnt orange": "rust", "burnt umber": "dark brown",
    "raw umber": "muted brown", "burnt sienna": "rust", "yellow ochre": "ochre", "mustard yellow": "mustard",
    "lemon yellow": "yellow", "wine red": "burgundy", "blood red": "deep red", "cherry red": "crimson",
    "brick red": "rust", "rose pink": "pink", "salmon pink": "salmon", "coral pink": "coral",
    "coral red": "coral", "jet black": "black", "pitch black": "black", "pure white": "white", "snow white": "white", "off white": "cream",
    "rose gold": "salmon",
    "slate grey": "dark grey", "slate gray": "dark grey", "charcoal grey": "dark grey", "charcoal gray": "dark grey",
    "silver grey": "light grey", "silver gray": "light grey",
}  # fmt: skip

# Things that lend their name to a colour: the colour is meant only with a sign of it ("pale rose", "salmon tones").
THINGS = {
    "amber": "amber", "apricot": "peach", "aquamarine": "turquoise", "bronze": "ochre", "charcoal": "dark grey",
    "cherry": "crimson", "chocolate": "dark brown", "cinnamon": "brown", "copper": "rust", "coral": "coral",
    "cream": "cream", "emerald": "emerald", "ivory": "cream", "jade": "emerald",
    "lemon": "yellow", "lime": "lime", "mint": "mint",
    "mustard": "mustard", "olive": "olive", "peach": "peach", "plum": "plum", "rose": "pink", "ruby": "crimson",
    "rust": "rust", "sage": "sage", "salmon": "salmon", "sand": "beige", "sapphire": "cobalt",
    "silver": "light grey", "slate": "dark grey", "wine": "burgundy",
}  # fmt: skip

# Words before a colour, and the tone they ask for.
MODIFIERS = {
    "dark": "dark", "darker": "dark", "darkest": "dark", "darkened": "dark", "light": "light", "lighter": "light",
    "deep": "deep", "rich": "deep", "pale": "pale", "pastel": "pale", "soft": "pale", "faded": "pale",
    "dusty": "muted", "dull": "muted", "muted": "muted", "desaturated": "muted", "subdued": "muted",
    "vivid": "vivid", "vibrant": "vivid", "saturated": "vivid", "intense": "vivid", "strong": "vivid",
    "bright": "bright", "brilliant": "bright", "electric": "vivid", "neon": "vivid", "fluorescent": "vivid",
    "hot": "vivid", "glowing": "bright",
}  # fmt: skip

# Where the tone of one term goes under another name as well: what people call light red is mostly pink.
ALSO = {
    "light red": "pink", "pale red": "pink", "dark turquoise": "teal", "deep turquoise": "teal",
    "light teal": "turquoise", "pale teal": "pale turquoise", "bright teal": "turquoise", "dark yellow": "olive",
    "light brown": "beige", "pale brown": "beige", "pale orange": "peach", "dark orange": "brown",
}  # fmt: skip

# Neighbours that a picture without the colour itself may lean on, in ranking only.
NEAR = {
    "blackish": "black",
    "whitish": "white",
    "purple": "magenta",
    "pink": "magenta",
    "teal": "turquoise",
    "turquoise": "teal",
    "olive": "green",
}

# Looks of the whole picture that a word says wherever it stands.
LOOKS = {
    "monochrome": "monochrome", "monochromatic": "monochrome", "greyscale": "black and white",
    "grayscale": "black and white", "grey scale": "black and white", "gray scale": "black and white",
    "b w": "black and white", "bw": "black and white", "sepia": "sepia", "colourful": "colourful",
    "colorful": "colourful", "multicoloured": "colourful", "multicolored": "colourful", "multicolour": "colourful",
    "multicolor": "colourful", "many colours": "colourful", "many colors": "colourful", "high contrast": "contrast",
    "strong contrast": "contrast", "strong contrasts": "contrast", "stark contrast": "contrast",
    "contrasty": "contrast", "low contrast": "low contrast", "soft contrast": "low contrast",
    "minimal": "minimal", "minimalist": "minimal", "minimalistic": "minimal", "minimalism": "minimal",
    "highly detailed": "detailed", "intricate": "detailed", "panorama": "panorama", "panoramic": "panorama",
    "low key": "dark", "high key": "light", "square format": "square", "portrait format": "portrait format",
    "portrait orientation": "portrait format", "landscape format": "landscape format",
    "landscape orientation": "landscape format", "upright format": "portrait format", "wide format": "landscape format",
    "widescreen": "panorama", "tall format": "tall", "transparent background": "transparent",
    "animated": "animated", "animated gif": "animated",
}  # fmt: skip

# Looks that a word says only of a picture or its colours: "warm colours", but not a warm day; a square picture, but not
# the square of a town. Alone in a text (a query) they say it too.
LOOKS_OF_PICTURES = {
    "dark": "dark", "darkness": "dark", "light": "light", "bright": "light", "pale": "light", "warm": "warm",
    "cool": "cool", "cold": "cool", "vivid": "vivid", "vibrant": "vivid", "saturated": "vivid", "muted": "muted",
    "desaturated": "muted", "subdued": "muted", "pastel": "pastel", "neon": "neon", "fluorescent": "neon",
    "square": "square", "wide": "landscape format", "tall": "tall", "busy": "detailed", "detailed": "detailed",
    "plain": "minimal", "simple": "minimal", "empty": "minimal", "transparent": "transparent",
    "dull": "muted", "bold": "vivid", "rich": "vivid",
    "upright": "portrait format", "horizontal": "landscape format", "vertical": "portrait format",
}  # fmt: skip
# of colours only: a pastel drawing is a drawing in pastel
LOOKS_OF_COLOURS = _set("pastel neon bold rich")
# of these the end of a clause is sign enough: "the whole street is dark"
PLAIN_LOOKS = _set("dark darkness bright vivid vibrant muted saturated desaturated")
# what an adjective says of a thing in the picture: some part of it looks so
LOOKS_OF_PARTS = {"dark": "dark parts", "bright": "light parts", "pale": "light parts"}

PICTURES = _set(
    "picture pictures image images photo photos photograph photographs photography painting paintings print prints "
    "artwork artworks canvas crop format composition illustration illustrations drawing drawings work works poster "
    "sketch sketches"
)
# what may follow "black and white" when it means the picture, not a cat
GENRES = PICTURES | _set(
    "portrait portraits landscape landscapes film street ink line art comic comics manga still study nude abstract "
    "architecture version etching woodcut engraving linocut charcoal pencil scene"
)
COLOURINGS = _set(
    "colour colours color colors coloured colored colouring coloring colouration tone tones toned tonality hue hues hued "
    "shade shades tint tints tinted palette palettes scheme"
)
ADVERBS = _set("very really quite rather so slightly mostly mainly fairly too extremely almost nearly")
# words that end what an adjective may be said of
JOINTS = _set("and or in with on of at by but as over under is are was were")
# shades of a hue that stand before another colour or alone: "bluish grey", "a reddish glow"
ISH = {
    "reddish": "red", "bluish": "blue", "blueish": "blue", "greenish": "green", "yellowish": "yellow",
    "greyish": "grey", "grayish": "grey", "brownish": "brown", "pinkish": "pink", "purplish": "purple",
    "orangish": "orange", "whitish": "whitish", "blackish": "blackish",
}  # fmt: skip
# these make a food of a thing rather than a colour: hot chocolate, rich cream
FOODLY = _set("hot rich strong soft faded")

# Words that only suggest a look: they lean a ranking that something measurable has begun, and are never judged.
SUGGESTIVE = {
    "night": "dark", "nocturnal": "dark", "midnight": "dark", "gloomy": "dark", "moody": "dark", "shadowy": "dark",
    "noir": "black and white", "chiaroscuro": "contrast", "sunset": "warm", "sunrise": "warm", "autumn": "warm",
    "autumnal": "warm", "fire": "warm", "snow": "light", "snowy": "light", "winter": "cool", "icy": "cool",
    "ocean": "cool", "sunny": "light", "foggy": "low contrast", "misty": "low contrast", "hazy": "low contrast",
    "rainbow": "colourful", "vintage": "sepia",
}  # fmt: skip

NEGATIONS = _set("not no without never nor neither none hardly barely lacking minus")
# after these a negation has ended: "not red but blue"
TURNS = _set("but with only just instead though although yet")
# a person's colour is not the picture's: "a Black woman", "white people"
PEOPLE = _set(
    "woman women man men girl girls boy boys person people child children kid kids lady family couple artist "
    "american americans folk folks lives history culture"
)
