"""The portraits of the demo, oldest first."""

from limn.demo import animals, faces, figures
from limn.demo.label import Work

_ROOM = "portraits"

PORTRAITS = (
    Work(
        "Red coat",
        _ROOM,
        "A figure in a red coat walks through grey rain under a black umbrella, and the city stays behind in the haze.",
        "Somebody in a red coat under an umbrella, seen from behind, in the rain",
        "rain, umbrella, walk, city",
        figures.red_coat,
    ),
    Work(
        "Harbour master",
        _ROOM,
        "An old fisherman with a white beard and a yellow sou'wester. He has seen this weather before.",
        "A bearded man in a yellow hat and a navy jumper, in the rain",
        "fisherman, beard, hat, harbour, rain",
        faces.harbour_master,
    ),
    Work(
        "Green hour",
        _ROOM,
        "Her profile among leaves, dark green on a pale sun. She listens for something in the garden.",
        "A woman's dark profile between leaves",
        "profile, leaves, garden, woman",
        figures.green_hour,
    ),
    Work(
        "Third hour",
        _ROOM,
        "An owl on a branch looks back at whoever is still awake, with the full moon behind its ears.",
        "A purple owl with large amber eyes in front of the moon",
        "owl, bird, night, moon, feathers",
        animals.third_hour,
    ),
    Work(
        "Two inks",
        _ROOM,
        "A risograph in pink and blue: two profiles that look through each other, and a third one where they overlap.",
        "Two profiles in pink and blue halftone, printed over each other",
        "profile, risograph, halftone, print",
        faces.two_inks,
    ),
    Work(
        "Chapter nine",
        _ROOM,
        "A reader with round glasses over the edge of a green book. It is past midnight, and nobody could stop now.",
        "A girl with round glasses looks over an open book, lit by it",
        "reader, book, glasses, night",
        faces.chapter_nine,
    ),
    Work(
        "Heron collar",
        _ROOM,
        "A woman with a blue feather collar and gold earrings looks past us, on a ground of ochre.",
        "A dark-haired woman in blue, in front of a yellow disc",
        "woman, feathers, earrings",
        figures.heron_collar,
    ),
    Work(
        "First snow",
        _ROOM,
        "A fox among birches, and the first flakes of the year on its ears.",
        "An orange fox from in front, in falling snow",
        "fox, snow, winter, birches",
        animals.first_snow,
    ),
    Work(
        "Noon on the terrace",
        _ROOM,
        "Straw hat, striped shirt, and the whole sea in her sunglasses.",
        "A woman in a wide straw hat and sunglasses that mirror the sea",
        "sunglasses, hat, summer, woman",
        faces.noon,
    ),
    Work(
        "The far side",
        _ROOM,
        "An astronaut, and in the visor what she sees: a plain of red dust, a small sun, and her own shadow.",
        "An astronaut's helmet that mirrors a desert on another planet",
        "astronaut, space, helmet, stars",
        faces.far_side,
    ),
)
