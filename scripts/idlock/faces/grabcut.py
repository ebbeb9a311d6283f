"""Who is in front: GrabCut seeded by landmarks and hair, without any trained weights.

GrabCut (Rother, Kolmogorov & Blake, "GrabCut", SIGGRAPH 2004) needs to be told roughly where the
person is. A rectangle is not enough for portraits: hair takes any shape, clothes any colour, and
both may share colours with the wall. These steps give it good seeds:

1. *Where people are.* The landmarks say where head and shoulders can be (`outline.prior`).
2. *What lies behind.* What is reached from the photo's border without crossing a sharp edge is
   wall, what is not may be the person (`flood.reached`).
3. *What they look like here.* Every pixel asks the pixels of similar colour and texture, near it
   and in the whole picture, on which side they stand (`evidence`). This spreads from the forehead
   over the hair, from the neck over the clothes and from the upper border over the wall.
4. *Where the edge runs.* GrabCut decides the doubtful rest at a finer size.
"""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from scipy import ndimage, sparse
from scipy.special import expit

from idlock.faces import flood, outline

# Sides in pixels: colours are learnt coarse, the wall is flooded from the border at a size that
# still shows its edges, edges are cut fine.
COARSE, MIDDLE, FINE = 96, 192, 384
# How colours are learnt. Found by random search for the best overlap with the same masks as the
# numbers of `outline.prior`; none of them is critical: halving or doubling one costs less than a
# point of IoU.
COLOUR_CELL = 3.5  # what counts as one colour, in OpenCV's 8-bit a and b
LIGHTNESS_CELL = (11.0, 20.0)  # and in L, before an even and before a grainy wall
PLACE_CELL = 0.38  # how far a colour keeps its meaning, as a fraction of the picture
FEW = 0.12 / 72**2  # of all pixels: rarer colours go by place and novelty
PLACE_WEIGHT, COLOUR_WEIGHT, ROUNDS = 1.7, 5.0, 12
# What counts as one texture, as a logarithm: it tells grey hair from a grey wall. Half of it
# splits even walls and costs two points of IoU.
TEXTURE_CELL = 1.1
# In the first rounds only those vote who are sure. Hair that hangs further out than most would
# otherwise be outvoted, as background, by its own far end.
SURE_ROUNDS, SURE_VOTE = 3, 0.9
# Where the evidence leaves less doubt than this, GrabCut is bound to it.
SURE = 0.999
# A fixed start for the k-means inside GrabCut; the same picture then gives the same mask.
SEED = 20


class SimilarPixels:
    """Sums over all pixels that are close in every given feature (a sparse bilateral grid).

    Each pixel is spread over the corners of its cell in feature space, cells are blurred with
    their neighbours and read back, which is a Gaussian-like kernel of about one cell
    (Chen, Paris & Durand 2007; as in the dense CRF of Krähenbühl & Koltun 2011).

    Args:
        features: (n, d) float, in units of one cell.
    """

    def __init__(self, features: np.ndarray):
        count, dims = features.shape
        offset = features - features.min(axis=0) + 1  # one empty cell around: no wrapping
        base = np.floor(offset).astype(np.int64)
        sides = base.max(axis=0) + 3
        strides = np.append(np.cumprod(sides[::-1])[-2::-1], 1)
        corners = np.array(list(product((0, 1), repeat=dims)))
        keys = ((base[:, None] + corners) * strides).sum(axis=2)
        part = (offset - base)[:, None]
        weights = np.where(corners == 1, part, 1 - part).prod(axis=2)
        cells, where = np.unique(keys, return_inverse=True)
        rows = np.repeat(np.arange(count), len(corners))
        self._spread = sparse.csr_matrix(
            (weights.ravel(), (rows, where.ravel())), (count, len(cells))
        )
        self._blurs = [self._neighbours(cells, stride) for stride in strides]

    @staticmethod
    def _neighbours(cells: np.ndarray, stride: int) -> sparse.csr_matrix:
        """A [1 2 1]/4 blur along one feature over the cells that exist."""
        at = np.searchsorted(cells, cells + stride).clip(max=len(cells) - 1)
        left = np.flatnonzero(cells[at] == cells + stride)
        link = sparse.csr_matrix(
            (np.full(len(left), 0.25), (left, at[left])), (len(cells), len(cells))
        )
        return (sparse.identity(len(cells), format="csr") * 0.5 + link + link.T).tocsr()

    def total(self, values: np.ndarray) -> np.ndarray:
        """(n,) values in, (n,) kernel-weighted sums out."""
        cells = self._spread.T @ values
        for blur in self._blurs:
            cells = blur @ cells
        return self._spread @ cells


@dataclass(frozen=True)
class View:
    """What is known of a picture before its colours are compared; all (h, w).

    Attributes:
        odds: log odds of the person from geometry and from the way to the border.
        novelty: >= 1, how much likelier a colour seen nowhere else belongs to the person.
            Clothes show colours of their own, the wall rarely does.
        texture: of `texture`.
        person: where the person is certain, 0 or 1.
        wall: share that is trusted to be wall, 0..1.
        inside: the photo, 0 or 1. What is outside has no vote.
    """

    odds: np.ndarray
    novelty: np.ndarray
    texture: np.ndarray
    person: np.ndarray
    wall: np.ndarray
    inside: np.ndarray


def evidence(picture: np.ndarray, view: View) -> np.ndarray:
    """Let pixels of similar colour agree on what is person and what is background.

    Args:
        picture: (h, w, 3) uint8 RGB.
        view: what is known of it.

    Returns:
        (h, w) float, probability of the person in 0..1.
    """
    similar = SimilarPixels(_features(picture, view))
    # A colour that fewer pixels show says little; the number grows with the working picture.
    few = FEW * view.odds.size
    voters, odds = view.inside.ravel(), PLACE_WEIGHT * view.odds.ravel()
    ayes, noes = view.person.ravel(), view.wall.ravel()
    for done in range(ROUNDS):
        colour = np.log(
            (similar.total(voters * ayes) + few * view.novelty.ravel())
            / (similar.total(voters * noes) + few)
        )
        person = expit(odds + COLOUR_WEIGHT * colour)
        ayes, noes = person, 1 - person
        if done + 1 < SURE_ROUNDS:
            ayes, noes = (np.where(vote > SURE_VOTE, vote, 0) for vote in (ayes, noes))
    return person.reshape(view.odds.shape)


def _features(picture: np.ndarray, view: View) -> np.ndarray:
    """(n, 6): colour, texture and place of each pixel in units of what counts as alike."""
    height, width = view.odds.shape
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(float)
    lab = lab.reshape(-1, 3) / [_lightness_cell(lab[..., 0], view.odds), COLOUR_CELL, COLOUR_CELL]
    y, x = np.mgrid[:height, :width].reshape(2, -1) / (PLACE_CELL * max(height, width))
    return np.column_stack([lab, y, x, view.texture.ravel() / TEXTURE_CELL])


def texture(picture: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """How much lightness changes from pixel to pixel, at a coarser size.

    Args:
        picture: (h, w, 3) uint8 RGB.
        shape: (height, width) of the answer.

    Returns:
        (height, width) float, logarithm of OpenCV's 8-bit lightness.
    """
    lightness = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    fine = cv2.GaussianBlur(np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), 1.5)), (0, 0), 3)
    return np.log(cv2.resize(fine, shape[::-1], interpolation=cv2.INTER_AREA) + 0.5)


def _lightness_cell(lightness: np.ndarray, odds: np.ndarray) -> float:
    """How far two tones may differ and still be one: less before an even studio wall.

    A white shirt before a light wall is told by a difference that is nothing in a landscape.
    """
    grain = np.abs(lightness - cv2.GaussianBlur(lightness, (0, 0), lightness.shape[0] / 24))
    far = odds < -2
    if not far.any():
        return LIGHTNESS_CELL[1]
    return float(np.clip(LIGHTNESS_CELL[0] + 3 * np.median(grain[far]), *LIGHTNESS_CELL))


def cut(picture: np.ndarray, person: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Run GrabCut where the evidence leaves doubt.

    Args:
        picture: (h, w, 3) uint8 RGB.
        person: (h, w) probability in 0..1.
        face: (h, w) bool, surely person.

    Returns:
        (h, w) bool.
    """
    labels = np.where(person > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[person > SURE] = cv2.GC_FGD
    labels[person < 1 - SURE] = cv2.GC_BGD
    labels[face] = cv2.GC_FGD
    if (labels & 1).all():
        return np.ones(labels.shape, bool)  # a face that fills the frame: GrabCut needs a wall
    cv2.setRNGSeed(SEED)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(picture[..., ::-1])
    cv2.grabCut(bgr, labels, None, *models, 3, cv2.GC_INIT_WITH_MASK)
    return (labels & 1).astype(bool)


def keep_person(mask: np.ndarray, odds: np.ndarray, face: np.ndarray) -> np.ndarray:
    """Drop what does not hang together with the face; close holes inside the head.

    Gaps between an arm or a curl and the neck are real, so a hole is closed only where geometry
    expects the person (a highlight in the hair, a glint on glasses).
    """
    parts, _ = ndimage.label(mask | face)
    mask = np.isin(parts, np.unique(parts[face]))
    holes, count = ndimage.label(ndimage.binary_fill_holes(mask) & ~mask)
    if count:
        likely = ndimage.mean(odds, holes, np.arange(1, count + 1)) > 4
        mask = mask | np.isin(holes, 1 + np.flatnonzero(likely))
    return mask


class GrabCut:
    """The segmenter that is always there."""

    name = "grabcut"

    def mask(self, image: np.ndarray, landmarks: np.ndarray, inside: np.ndarray) -> np.ndarray:
        """See `idlock.faces.segmenters.Segmenter`."""
        coarse, middle, fine = (_shrunk(image, side) for side in (COARSE, MIDDLE, FINE))
        view = _view(coarse, middle, fine, landmarks, inside)
        person = evidence(coarse, view).astype(np.float32)
        person = cv2.resize(person, fine.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        frame = landmarks, fine.shape[:2], fine.shape[0] / image.shape[0]
        face = outline.face(*frame)
        mask = keep_person(cut(fine, person, face), outline.prior(*frame), face)
        sure = np.where(mask, 0.5 + person / 2, person / 2)
        return cv2.resize(sure, image.shape[1::-1], interpolation=cv2.INTER_LINEAR).clip(0, 1)


def _view(
    coarse: np.ndarray,
    middle: np.ndarray,
    fine: np.ndarray,
    landmarks: np.ndarray,
    inside: np.ndarray,
) -> View:
    """Gather what is known at the coarse size; the pictures are one at three sizes."""
    size, height = coarse.shape[:2], inside.shape[0]
    way, wall = (
        cv2.resize(array.astype(np.float32), size[::-1], interpolation=cv2.INTER_AREA)
        for array in flood.reached(
            middle, landmarks, _sampled(inside, middle), middle.shape[0] / height
        )
    )
    frame = landmarks, size, size[0] / height
    prior = outline.prior(*frame)
    return View(
        odds=np.where(outline.face(*frame), 8, prior.clip(-5, 6) + way),
        novelty=outline.novelty(*frame),
        texture=texture(fine, size),
        person=(prior > flood.PERSON).astype(float),
        wall=wall.astype(float),
        inside=_sampled(inside, coarse).astype(float),
    )


def _sampled(inside: np.ndarray, picture: np.ndarray) -> np.ndarray:
    """The photo's extent, bool, at the size of `picture`."""
    size = picture.shape[1::-1]
    return cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0


def _shrunk(image: np.ndarray, side: int) -> np.ndarray:
    """The picture with its longer side at most `side` pixels."""
    scale = side / max(image.shape[:2])
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)
