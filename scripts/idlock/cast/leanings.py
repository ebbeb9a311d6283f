"""What goes with what among people: tables from which `population` draws."""

MELANIN = (0.08, 0.17, 0.30, 0.50, 0.80, 1.25, 1.75, 2.35)

# Leanings of the parameters in standard deviations. Nobody is drawn as a
# "type": a person is a mixture of these and of chance, and chance is larger.
LEANINGS: dict[str, dict[str, float]] = {
    "fair": {
        "nose_bridge": 0.5,
        "nose_forward": 0.3,
        "upper_lip": -0.5,
        "lower_lip": -0.3,
        "eye_depth": 0.3,
    },
    "olive": {
        "nose_hump": 0.7,
        "nose_bridge": 0.6,
        "nose_length": 0.4,
        "eye_depth": 0.2,
        "brow_ridge": 0.1,
    },
    "golden": {
        "nose_bridge": -0.9,
        "nose_forward": -0.5,
        "cheekbones": 0.9,
        "eye_depth": -0.7,
        "brow_ridge": -0.7,
        "face_depth": -0.5,
        "head_width": 0.5,
        "eye_tilt": 0.5,
        "nose_hump": -0.5,
        "brow_height": 0.4,
    },
    "deep": {
        "nose_width": 1.1,
        "nose_bridge": -0.6,
        "upper_lip": 1.2,
        "lower_lip": 1.1,
        "muzzle": 0.8,
        "nostrils": 0.5,
        "nose_hump": -0.4,
        "philtrum_length": -0.2,
        "chin_forward": -0.2,
    },
}

# Added where a person is wholly masculine, taken away where wholly feminine.
MASCULINE = {
    "jaw_width": 0.6,
    "jaw_angle": 0.5,
    "chin_width": 0.6,
    "chin_length": 0.4,
    "brow_ridge": 1.0,
    "face_length": 0.45,
    "head_width": 0.35,
    "nose_length": 0.4,
    "nose_width": 0.35,
    "nose_forward": 0.3,
    "upper_lip": -0.35,
    "lower_lip": -0.3,
    "eye_size": -0.55,
    "brow_height": -0.8,
    "fullness": -0.1,
    "forehead_slope": 0.5,
    "cheekbones": -0.25,
    "mouth_width": 0.4,
    "tip_up": -0.5,
    "nose_hump": 0.3,
    "philtrum_length": 0.3,
}

# Added at seventy.
OLD = {
    "nose_length": 0.35,
    "tip_up": -0.35,
    "upper_lip": -0.55,
    "lower_lip": -0.35,
    "philtrum_length": 0.35,
    "eye_depth": 0.3,
    "temples": -0.3,
    "brow_height": -0.2,
    "nose_width": 0.15,
    "lip_corners": -0.4,
}

# Before a camera most people look a little friendlier than at rest.
RESTING = {"lip_corners": 0.55}

HAIR_COLOURS = {
    "black": (0.011, 0.009, 0.008),
    "dark": (0.026, 0.015, 0.010),
    "brown": (0.060, 0.031, 0.016),
    "chestnut": (0.085, 0.034, 0.016),
    "light": (0.135, 0.080, 0.040),
    "sand": (0.240, 0.155, 0.078),
    "blond": (0.420, 0.290, 0.145),
    "red": (0.260, 0.070, 0.020),
}

IRISES = {
    "dark": (0.040, 0.019, 0.009),
    "brown": (0.090, 0.044, 0.018),
    "amber": (0.165, 0.088, 0.028),
    "hazel": (0.130, 0.105, 0.045),
    "green": (0.125, 0.165, 0.085),
    "blue": (0.110, 0.190, 0.300),
    "grey": (0.190, 0.230, 0.265),
}

# From here on: what may be drawn, and how often against the others.
Chances = dict[str, float]

HAIR_BY_LEANING: dict[str, Chances] = {
    "fair": {
        "dark": 1,
        "brown": 2,
        "chestnut": 1,
        "light": 2,
        "sand": 2,
        "blond": 2,
        "red": 1.2,
    },
    "olive": {"black": 3, "dark": 4, "brown": 2, "chestnut": 0.5},
    "golden": {"black": 6, "dark": 3, "brown": 0.7},
    "deep": {"black": 6, "dark": 1},
}

IRIS_BY_LEANING: dict[str, Chances] = {
    "fair": {"brown": 1.5, "amber": 0.7, "hazel": 1.5, "green": 1.5, "blue": 3, "grey": 1.5},
    "olive": {"dark": 3, "brown": 4, "amber": 1, "hazel": 0.8, "green": 0.3},
    "golden": {"dark": 3, "brown": 1},
    "deep": {"dark": 4, "brown": 1},
}

STYLES_BY_KIND: dict[tuple[str, str], Chances] = {
    ("she", "straight"): {
        "bob": 3,
        "bangs": 2,
        "long": 4,
        "waves": 3,
        "bun": 2,
        "tied": 1.5,
        "short": 0.8,
        "mane": 0.8,
    },
    ("she", "curled"): {"afro": 2, "coils": 1.5, "mane": 2.5, "bun": 2.5, "bob": 1, "long": 1},
    ("he", "straight"): {
        "crop": 3,
        "short": 4,
        "swept": 3,
        "buzz": 2,
        "fringe": 1.2,
        "curly": 1.4,
        "none": 0.7,
        "tied": 0.3,
    },
    ("he", "curled"): {"coils": 3, "buzz": 3, "afro": 1.2, "none": 1.2, "crop": 0.3},
}

NECKLINES: dict[str, Chances] = {
    "he": {"crew": 3, "v": 1.5, "collar": 2.2, "scoop": 0.2},
    "she": {"crew": 2, "v": 2, "collar": 1.2, "scoop": 2.5},
}

BEARDS: Chances = {"shaved": 4, "stubble": 2.2, "full": 2.2, "goatee": 1.1, "moustache": 0.7}

# How strongly a beard grows, how often freckles come.
BEARD_BY_LEANING = {"fair": 0.8, "olive": 1.0, "golden": 0.45, "deep": 0.8}
FRECKLES_BY_LEANING = {"fair": 0.45, "olive": 0.12, "golden": 0.12, "deep": 0.03}
