"""Background removal: an aligned picture becomes the person alone, with soft hair and no halo.

A segmenter says roughly who is in front (`idlock.faces.segmenters`). Along the edge of its mask
`idlock.faces.matting` finds how much of each pixel is person and which colour that part has, so
that nothing of the old background shines through on a new one.
"""

import cv2
import numpy as np
from scipy import ndimage

from idlock.faces import matting, outline
from idlock.faces.segmenters import Segmenter, segmenter
from idlock.faces.shape import interocular
from idlock.problems import BadInput

__all__ = ["Segmenter", "cut_out", "segmenter", "trimap"]

# Lengths are fractions of the interocular distance.
# The band in which alpha is solved: how far it reaches out of and into the mask. Hair frays far
# out; shoulders have an edge.
HAIR_BAND = (0.25, 0.08)
BODY_BAND = (0.05, 0.05)
# What the segmenter itself doubts is solved too, but only this near the edge of its mask.
DOUBT, DOUBT_BAND = (0.1, 0.9), 0.3
# How far colours are compared when one is judged by those around it.
NEAR = 0.15
# Against the smoothness of alpha (about 1 a pixel): the pull of colours where they tell, and of
# the segmenter's mask, which grows from its edge and doubles at FAR.
TRUST, FAITH, FAR = 0.015, 0.003, 0.1
# Variance of colours (0..1) that is noise, and how many times the variance of the wall its
# colour has to differ from the person's to be told from it.
NOISE, VARIETY = 1e-4, 25.0
# Alpha this close to 0 or 1 is a shimmer of the solver, not hair.
FLOOR, CEILING = 0.04, 0.97


def cut_out(
    image: np.ndarray,
    landmarks: np.ndarray,
    segmenter: Segmenter,
    inside: np.ndarray | None = None,
) -> np.ndarray:
    """Cut the person out of an aligned picture.

    Args:
        image: (h, w, 3) uint8 RGB, face upright.
        landmarks: (68, 2) float, pixels of `image`.
        segmenter: who tells person from background.
        inside: (h, w) bool, False where the crop reaches beyond the photo. None: nowhere.

    Returns:
        (h, w, 4) uint8 RGBA, alpha not premultiplied. Colours are those of the person alone;
        where alpha is 255 they are the photo's own, where it is 0 they are 0, so that a file
        tells nothing about the room.

    Raises:
        ValueError: an argument has the wrong shape or type.
        BadInput: the segmenter does not see the face the landmarks mark.
    """
    _check(image, landmarks, inside)
    photo = np.ones(image.shape[:2], bool) if inside is None else inside
    # Beyond the photo its border is continued, or its black would pass for dark hair.
    seen = ndimage.binary_erosion(photo, iterations=2, border_value=1)
    image = _continued(image, seen)
    mask = segmenter.mask(image, landmarks, seen)
    face = outline.face(landmarks, mask.shape)
    if (mask > 0.5)[face].mean() < 0.5:
        raise BadInput(
            f"background removal ({segmenter.name}) takes the face for background",
            "give a photo with a plainer background, cut it out by hand (a PNG with alpha is "
            "used as it is), or set prepare.background to keep",
        )
    alpha = solve(image, mask, trimap(mask, landmarks), interocular(landmarks))
    alpha = _mended(_attached(alpha, face)) * _feathered(photo)
    return _coloured(image, alpha)


def trimap(mask: np.ndarray, landmarks: np.ndarray) -> np.ndarray:
    """Say where a mask can be trusted.

    Args:
        mask: (h, w) float in 0..1, a segmenter's answer.
        landmarks: (68, 2) float, pixels.

    Returns:
        (h, w) float64: 1 person, 0 background, 0.5 to be solved. The band is wide around the
        head, where hair frays, and narrow at the shoulders.
    """
    person = mask > 0.5
    iod = interocular(landmarks)
    distance = _signed_distance(person) / iod
    # From the chin on, over half a face, hair gives way to clothes.
    y = np.arange(mask.shape[0])[:, None]
    body = ((y - landmarks[8, 1]) / (0.5 * iod)).clip(0, 1)
    reach, depth = (
        hair + (cloth - hair) * body for hair, cloth in zip(HAIR_BAND, BODY_BAND, strict=True)
    )
    unknown = (distance < reach) & (distance > -depth)
    doubted = (mask > DOUBT[0]) & (mask < DOUBT[1])
    unknown |= doubted & (np.abs(distance) < DOUBT_BAND)
    unknown &= ~outline.face(landmarks, mask.shape)
    return np.where(unknown, 0.5, person.astype(float))


def solve(image: np.ndarray, mask: np.ndarray, known: np.ndarray, iod: float) -> np.ndarray:
    """Find alpha where the trimap leaves it open.

    Closed-form matting, with a pull of every open pixel towards what its colour says when
    compared with the colours of person and background near it (as in Wang & Cohen, "Optimized
    Color Sampling for Robust Matting", CVPR 2007), and one towards the mask. The first frees
    what hair encloses, which no known background touches; the second decides where colours say
    nothing.

    Args:
        image: (h, w, 3) uint8.
        mask: (h, w) float in 0..1, the segmenter's answer.
        known: (h, w) trimap of 0, 0.5 and 1.
        iod: interocular distance in pixels, the measure of what is near.

    Returns:
        (h, w) float64 in 0..1.
    """
    colours = image / 255.0
    guess, trust = colour_guess(colours, known, NEAR * iod)
    edge = _signed_distance(mask > 0.5) / (FAR * iod)
    faith = FAITH * (1 + edge**2) * (1 - 0.9 * trust)
    pull = TRUST * trust + faith
    towards = (TRUST * trust * guess + faith * (mask > 0.5)) / pull
    alpha = matting.closed_form(colours, known, pull, towards)
    return ((alpha - FLOOR) / (CEILING - FLOOR)).clip(0, 1)


def colour_guess(
    colours: np.ndarray, known: np.ndarray, near: float
) -> tuple[np.ndarray, np.ndarray]:
    """Read alpha off each pixel's colour, between those of the background and person near it.

    Args:
        colours: (h, w, 3) float in 0..1.
        known: (h, w) trimap.
        near: standard deviation of the neighbourhood in pixels.

    Returns:
        guess: (h, w) float in 0..1.
        trust: (h, w) float in 0..1.
    """
    person, spread_person = _around(colours, known == 1, near)
    wall, spread_wall = _around(colours, known == 0, near)
    across = person - wall
    length = (across**2).sum(axis=2) + 1e-6
    along = ((colours - wall) * across).sum(axis=2) / length
    guess = along.clip(0, 1)
    # Off the line between both colours, or between colours hardly different, nothing is known.
    noise = spread_wall + (spread_person - spread_wall) * guess + NOISE
    missed = ((colours - wall - along[..., None] * across) ** 2).sum(axis=2)
    fits = np.exp(-missed / (2 * noise))
    # A wall with as much variety as it differs from the person may show the person's colours.
    plain = length / (length + VARIETY * (spread_wall + NOISE))
    return guess, fits * plain**2


def _around(colours: np.ndarray, where: np.ndarray, near: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean colour and variance (mean of the channels) of the pixels `where` around each pixel."""
    shape = where.shape[::-1]
    # A blur this wide loses nothing on a picture shrunk until it is 4 pixels wide.
    small = tuple(max(1, round(side * min(1.0, 4 / near))) for side in shape)

    def blurred(values: np.ndarray) -> np.ndarray:
        shrunk = cv2.resize(values * where, small, interpolation=cv2.INTER_AREA)
        wide = cv2.GaussianBlur(shrunk, (0, 0), near * small[0] / shape[0])
        return cv2.resize(wide, shape, interpolation=cv2.INTER_LINEAR)

    total = blurred(np.ones(where.shape)) + 1e-9
    mean = np.dstack([blurred(channel) / total for channel in np.moveaxis(colours, 2, 0)])
    square = blurred((colours**2).mean(axis=2)) / total
    return mean, np.maximum(square - (mean**2).mean(axis=2), 0)


def _attached(alpha: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Remove islands: what no trace of alpha connects with the face."""
    parts, _ = ndimage.label((alpha > 0.1) | face)
    own = np.isin(parts, np.unique(parts[face]))
    # the faint rim of what is kept belongs to it
    return np.where(ndimage.binary_dilation(own, iterations=2), alpha, 0.0)


def _mended(alpha: np.ndarray) -> np.ndarray:
    """Close thin spots: a gap through which the background shows is open somewhere."""
    spots, count = ndimage.label(alpha < 0.95)
    thinnest = ndimage.minimum(alpha, spots, np.arange(count + 1))
    return np.where((spots > 0) & (thinnest > 0.35)[spots], 1.0, alpha)


def _feathered(photo: np.ndarray) -> np.ndarray:
    """The photo's own border as alpha: 0 outside, 1 within two pixels, no staircase."""
    if photo.all():
        return np.ones(photo.shape)
    return (ndimage.distance_transform_edt(photo) / 2 - 0.5).clip(0, 1)


def _coloured(image: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Join alpha with the colours of the person alone."""
    colours = matting.foreground(image / 255.0, alpha) * 255
    opacity = np.rint(alpha * 255).astype(np.uint8)[..., None]
    rgb = np.where(opacity == 255, image, np.rint(colours).clip(0, 255).astype(np.uint8))
    return np.dstack([np.where(opacity == 0, 0, rgb), opacity])


def _continued(image: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Repeat the nearest pixel of the photo where the crop reaches beyond it."""
    if seen.all():
        return image
    rows, columns = ndimage.distance_transform_edt(
        ~seen, return_distances=False, return_indices=True
    )
    return image[rows, columns]


def _signed_distance(mask: np.ndarray) -> np.ndarray:
    """Pixels to the edge of a mask: > 0 outside, < 0 inside."""
    return _distance_to(mask) - _distance_to(~mask)


def _distance_to(mask: np.ndarray) -> np.ndarray:
    """Pixels from each pixel to the mask; far away where the mask is empty."""
    if not mask.any():
        return np.full(mask.shape, 1e6)
    # scipy's, for the last bits of OpenCV's depend on where in memory its result lies
    return ndimage.distance_transform_edt(~mask)


def _check(image: np.ndarray, landmarks: np.ndarray, inside: np.ndarray | None) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"a picture is (h, w, 3) uint8, not {image.shape} {image.dtype}")
    if landmarks.shape != (68, 2) or not np.isfinite(landmarks).all():
        raise ValueError("landmarks are (68, 2) finite numbers")
    if inside is not None:
        if inside.shape != image.shape[:2] or inside.dtype != bool:
            raise ValueError(f"inside is {image.shape[:2]} bool, not {inside.shape} {inside.dtype}")
        if not inside.any():
            raise ValueError("inside is False everywhere: the crop misses the photo")
