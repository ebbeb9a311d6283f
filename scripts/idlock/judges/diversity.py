"""How much a person's pictures differ, in the face alone, and how much of that is still them.

Diversity without identity is easily had, by drawing other people; identity
without diversity too, by drawing one picture. So the first is also given
weighted by the second, as StableIdentity (Wang et al. 2024) does with its
"trusted face diversity". Theirs measures difference by LPIPS, which needs
weights that idlock does not ship; where they are in the models folder, LPIPS is
measured too, under its name. Always there is 1 - SSIM (Wang et al. 2004), whose
figures do not compare with theirs.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

import cv2
import numpy as np

from idlock.identity.references import Reference, drift
from idlock.judges import Look
from idlock.judges.ssim import ssim_map

MOST = 16  # pictures per engine that are compared with each other


def by_engine(
    rows: Sequence[Mapping[str, Any]],
    looks: Sequence[Look | None],
    reference: Reference,
    distance: Any = None,
) -> dict[str, dict[str, float]]:
    """Return, per engine with two faces or more, what `measured` and `perceived` do."""
    engines = sorted({row["engine"] for row in rows})
    found = {
        engine: [
            look for row, look in zip(rows, looks, strict=True) if look and row["engine"] == engine
        ]
        for engine in engines
    }
    return {
        engine: measured(faces, reference)
        | (perceived(faces, reference, distance) if distance else {})
        for engine, faces in found.items()
        if len(faces) > 1
    }


def measured(faces: Sequence[Look], reference: Reference) -> dict[str, float]:
    """Mean over pairs of pictures, evenly chosen where there are many.

    Returns:
        ``diversity``: 1 - SSIM of two face crops, eyes 50 px apart; ``diversity_trusted``: the
        same times the mean cosine similarity of the two to the reference, not
        below 0, so pictures of somebody else do not count.
    """
    chosen = _evenly(faces)
    small = [cv2.resize(look.crop.grey, None, fx=0.5, fy=0.5) for look in chosen]
    hulls = [look.crop.hull[::2, ::2] for look in chosen]

    def apart(a: int, b: int) -> float:
        return 1.0 - float(ssim_map(small[a], small[b])[hulls[a] & hulls[b]].mean())

    return _over_pairs("diversity", apart, chosen, reference)


def perceived(faces: Sequence[Look], reference: Reference, distance: Any) -> dict[str, float]:
    """Return ``diversity_lpips`` and ``diversity_lpips_trusted``: as `measured`, by LPIPS.

    Args:
        faces: two or more.
        reference: of the person.
        distance: an `idlock.perceptual.lpips.Lpips`.
    """
    chosen = _evenly(faces)
    seen = [distance.activations(look.crop.rgb) for look in chosen]
    return _over_pairs(
        "diversity_lpips", lambda a, b: distance.between(seen[a], seen[b]), chosen, reference
    )


def _evenly(faces: Sequence[Look]) -> list[Look]:
    return [faces[n] for n in np.unique(np.linspace(0, len(faces) - 1, MOST).astype(int))]


def _over_pairs(
    name: str, apart: Callable[[int, int], float], faces: Sequence[Look], reference: Reference
) -> dict[str, float]:
    likeness = [1.0 - float(drift(look.vectors["judge"], reference.vector)) for look in faces]
    pairs = list(combinations(range(len(faces)), 2))
    found = np.array([apart(a, b) for a, b in pairs])
    weights = np.array([max(0.0, (likeness[a] + likeness[b]) / 2) for a, b in pairs])
    return {name: float(found.mean()), f"{name}_trusted": float((found * weights).mean())}
