"""dlib's trained files, and others from the models folder.

`face_recognition_models` is only a carrier of files: it is located, never
imported, because it imports `pkg_resources`, which setuptools has dropped.
"""

import importlib.util
from functools import cache
from pathlib import Path

PREDICTOR = "shape_predictor_68_face_landmarks.dat"
RECOGNISER = "dlib_face_recognition_resnet_model_v1.dat"
CNN_DETECTOR = "mmod_human_face_detector.dat"


@cache
def dlib_file(name: str) -> str:
    """Return the path of a file of `face_recognition_models`.

    Raises:
        FileNotFoundError: the package, or the file in it, is not there.
    """
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError(
            "the package face_recognition_models is not installed; `make run` installs it"
        )
    path = Path(spec.submodule_search_locations[0]) / "models" / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; reinstall face_recognition_models")
    return str(path)
