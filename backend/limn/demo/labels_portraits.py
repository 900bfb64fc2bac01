"""The portraits of the demo, oldest first."""

from limn.demo import figures
from limn.demo.label import Work

PORTRAITS = (
    Work(
        "Red coat",
        "portraits",
        "A figure in a red coat walks through grey rain under a black umbrella, and the city stays behind in the haze.",
        "Somebody in a red coat under an umbrella, seen from behind, in the rain",
        "rain, umbrella, walk, city",
        figures.red_coat,
    ),
    Work(
        "Green hour",
        "portraits",
        "Her profile among leaves, dark green on a pale sun. She listens for something in the garden.",
        "A woman's dark profile between leaves",
        "profile, leaves, garden, woman",
        figures.green_hour,
    ),
    Work(
        "Heron collar",
        "portraits",
        "A woman with a blue feather collar and gold earrings looks past us, on a ground of ochre.",
        "A dark-haired woman in blue, in front of a yellow disc",
        "woman, feathers, earrings",
        figures.heron_collar,
    ),
)
