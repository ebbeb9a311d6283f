"""Decoding a photo, whatever its format, into upright 8-bit sRGB.

Pictures come from strangers: only the formats named here are tried (some of
Pillow's others start programs or are rarely looked at), and size is judged by
the header before a pixel is decoded.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from idlock.problems import BadInput

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM")
SMALLEST_SIDE = 64  # px; no face that is large enough fits into less
FORMAT_ADVICE = f"give the photo as one of {', '.join(FORMATS)}"


@dataclass(frozen=True)
class Decoded:
    """A decoded photo.

    Attributes:
        rgb: (H, W, 3) uint8, sRGB, upright.
        alpha: (H, W) uint8 where the file is itself a cut-out, else None.
        origin: SHA-256 of the bytes that were decoded, which a file replaced
            in mid-run need not have any more; of a built-in picture its name.
    """

    rgb: np.ndarray
    alpha: np.ndarray | None
    origin: str


def decode(path: Path, max_megapixels: float = 100) -> Decoded:
    """Decode a photo file.

    EXIF orientation is applied and dropped with all other metadata; CMYK,
    palettes, greyscale, 16-bit and embedded colour profiles become 8-bit sRGB;
    of an animation the first frame is taken.

    Raises:
        BadInput: not a picture, a format not in `FORMATS`, truncated, too
            large (``max_megapixels``) or too small.
    """
    data = _read(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
                _check_size(picture.size, max_megapixels)
                picture.load()
                return Decoded(*_upright_srgb(picture), hashlib.sha256(data).hexdigest())
    except UnidentifiedImageError:
        reason = "is empty" if not data else "is not a picture, or of a format not accepted"
        raise BadInput(f"the file {reason}", FORMAT_ADVICE) from None
    except Image.DecompressionBombError:
        raise _too_large("far more", max_megapixels) from None
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        # Pillow's decoders report damage with any of these
        raise BadInput(
            f"the file is damaged or cut short ({error})",
            "copy it again from its source, or export it anew from a photo program",
        ) from None


def _read(path: Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise BadInput(
            f"the file cannot be read ({error.strerror})", "check that it is there and readable"
        ) from None


def _check_size(size: tuple[int, int], max_megapixels: float) -> None:
    width, height = size
    if width * height > max_megapixels * 1e6:
        raise _too_large(f"{width} x {height} = {width * height / 1e6:.0f}", max_megapixels)
    if min(size) < SMALLEST_SIDE:
        raise BadInput(
            f"the picture is {width} x {height} px: no face fits into it",
            f"give a photo of at least {SMALLEST_SIDE} px a side, better 1000 px",
        )


def _too_large(pixels: str, max_megapixels: float) -> BadInput:
    return BadInput(
        f"the picture has {pixels} megapixels, more than the {max_megapixels:g} allowed",
        "scale it down, or raise prepare.max_megapixels in the config",
    )


def _upright_srgb(picture: Image.Image) -> tuple[np.ndarray, np.ndarray | None]:
    picture = ImageOps.exif_transpose(picture)
    alpha = None
    if picture.has_transparency_data:
        cut_out = picture.convert("RGBA")
        channel = np.asarray(cut_out.getchannel("A"))
        alpha = channel.copy() if channel.min() < 255 else None
        picture = cut_out.convert("RGB")
    if picture.mode.startswith("I") or picture.mode == "F":
        picture = Image.fromarray(_to_8_bit(np.asarray(picture)))
    return np.asarray(_to_srgb(picture)).copy(), alpha


def _to_8_bit(values: np.ndarray) -> np.ndarray:
    """Scale a (H, W) array of 16-bit, 32-bit or float greys to uint8.

    32-bit and float files do not say their range, so for them it is the usual
    one that holds the brightest.
    """
    usual = (65535.0,) if values.dtype == np.uint16 else (1.0, 255.0, 65535.0)
    values = np.nan_to_num(values.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    brightest = values.max(initial=0.0)
    full = next((top for top in usual if brightest <= top), brightest)
    return np.clip(np.rint(values * (255.0 / full)), 0, 255).astype(np.uint8)


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            pass  # a damaged profile: the plain conversion is what viewers show
    return picture.convert("RGB")
