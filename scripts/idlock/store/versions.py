"""The versions of the packages that can change a picture."""

from functools import cache
from importlib.metadata import version

PACKAGES = ("idlock", "numpy", "opencv-python", "dlib-bin", "scipy")


@cache
def at_work() -> dict[str, str]:
    """Return package -> version."""
    return {name: version(name) for name in PACKAGES}
