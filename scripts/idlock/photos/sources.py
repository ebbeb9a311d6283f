"""Where a photo's pixels come from: a file, or one of two built-in places.

A sheet may name, instead of a file,

- ``skimage:astronaut``, a picture that scikit-image carries (public domain:
  astronaut), read from the installed package;
- ``cast:<person>/<expression>`` or ``cast:<person>/<expression>/<shot>``, a
  person of the synthetic cast by number, with an expression preset, under the
  light and pose of a numbered shot.
"""

import re
from pathlib import Path

from idlock.photos.decode import Decoded, decode
from idlock.problems import BadInput

CAST = re.compile(r"cast:(?P<person>\d{1,9})/(?P<expression>[\w-]+)(/(?P<shot>\d{1,9}))?")
SKIMAGE = ("astronaut",)
CAST_SIZE = 1024  # px; a face as large as in a good photo


def is_built_in(photo: str) -> bool:
    """Whether ``photo`` names a built-in picture rather than a file."""
    return photo.startswith(("skimage:", "cast:"))


def problem(photo: str) -> str | None:
    """Say why a built-in name is not valid; None where it is."""
    if photo.startswith("skimage:"):
        name = photo.removeprefix("skimage:")
        return None if name in SKIMAGE else f"scikit-image carries {', '.join(SKIMAGE)}"
    if CAST.fullmatch(photo) is None:
        return "write cast:<number>/<expression>, such as cast:7/neutral"
    return None


def output_name(photo: str) -> str:
    """Return what the prepared photo is called, before slugging."""
    return photo.split(":", 1)[1].replace("/", "-") if is_built_in(photo) else Path(photo).stem


def load(photo: str, max_megapixels: float) -> Decoded:
    """Return the pixels of ``photo``, a path or a built-in name.

    Raises:
        BadInput: see `decode.decode`.
    """
    if photo.startswith("skimage:"):
        import skimage.data  # noqa: PLC0415  (only the demo needs it)

        return Decoded(skimage.data.astronaut(), None, photo)
    if photo.startswith("cast:"):
        return _cast_photo(photo)
    return decode(Path(photo), max_megapixels)


def _cast_photo(photo: str) -> Decoded:
    from idlock import cast  # noqa: PLC0415  (real photos do without the renderer)

    parts = CAST.fullmatch(photo)
    shot = parts["shot"]
    scene = {"scene": cast.scene(int(shot))} if shot else {}
    try:
        picture = cast.render(int(parts["person"]), parts["expression"], CAST_SIZE, **scene)
    except ValueError as error:
        raise BadInput(str(error), "see config/expressions.yaml for the presets") from None
    return Decoded(picture.image, None, photo)
