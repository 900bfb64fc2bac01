"""What somebody who looks at the demo would ask it, and what a good answer is."""

# found by its words: a title, a tag, the description, a form of the word, or one slip of the keyboard
BY_WORDS = {
    "fox in the snow": "First snow",
    "owl": "Third hour",
    "lighthouse": "The keeper",
    "hot air balloons": "Up early",
    "bowl of lemons": "Six lemons",
    "astronaut helmet": "The far side",
    "whale": "Below the boat",
    "aurora over a cabin": "Northern",
    "poppies": "Field notes: poppies",
    "bougainvillea": "White village",
    "ginger cat": "Windowsill",
    "superhero with a cape": "The fourth time",
    "manga": "Last train",
    "jellyfish": "Lanterns of the deep",
    "origami": "Paper cranes",
    "risograph": "Two inks",
    "lavander": "Rows to the tree",
    "old fisherman": "Harbour master",
    "birds on a wire": "Small talk",
    "canoe on a lake": "First light",
}

# found by what can be measured: any of these among the first three is right
BY_COLOUR_AND_LIGHT = {
    "dark blue": {"Tide table", "The keeper", "Northern", "Blue hour", "Below the boat", "Chapter nine"},
    "black and white": {"Last train", "One breath"},
    "orange": {"Heron collar", "Gold leaf", "First snow", "Rows to the tree", "The fourth time", "Three go home"},
    "deep purple": {"City asleep", "Dusk over the second ridge", "River of lights", "Third hour", "The far side"},
    "turquoise": {"Noon on the terrace", "Three go home", "Koi", "Small talk", "Below the boat", "Harbour master"},
    "teal": {"Koi", "Green hour", "Chapter nine", "Three go home"},
    "pink": {"Siesta", "Up early", "Above the fog", "Two inks", "Dusk over the second ridge"},
    "pale green": {"Green hour", "Noon on the terrace", "Three go home", "Tea steps", "Koi"},
    "very dark": {"Tide table", "City asleep", "The keeper", "Lanterns of the deep", "Northern", "River of lights"},
    "bright and white": {
        "One breath",
        "Paper cranes",
        "Field notes: poppies",
        "First snow",
        "Small talk",
        "Last train",
    },
}

ABSENT = (
    "bicycle", "dinosaur", "hamburger with fries", "tractor", "wedding cake", "helicopter", "grand piano", "elephant",
    "football stadium", "violin",
)  # fmt: skip

# found by what the words mean, where a sentence model is there; kept for its own test
BY_MEANING = {
    "feline asleep at home": "Windowsill",
    "extraterrestrial having a hot drink": "Tea on Mars",
    "somebody engrossed in a novel": "Chapter nine",
    "citrus": "Six lemons",
    "marine mammal": "Below the boat",
}
