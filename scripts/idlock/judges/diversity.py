"""How much a person's pictures differ, in the face alone, and how much of that is still them.

Diversity without identity is easily had, by drawing other people; identity
without diversity too, by drawing one picture. So the first is also given
weighted by the second, as StableIdentity (Wang et al. 2024) does with its
"trusted face diversity". Theirs measures difference by LPIPS, which needs
weights that idlock does not ship; here it is 1 - SSIM (Wang et al. 2004), so
figures do not compare with theirs.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import cv2
import numpy as np

from idlock.identity.references import Reference, drift
from idlock.judges import Look
from idlock.judges.ssim import ssim_map

MOST = 16  # pictures per engine that are compared with each other


def by_engine(
    rows: Sequence[Mapping[str, Any]], looks: Sequence[Look | None], reference: Reference
) -> dict[str, dict[str, float]]:
    """Return, per engine with two faces or more, ``diversity`` and ``diversity_trusted``."""
    engines = sorted({row["engine"] for row in rows})
    found = {
        engine: [
            look for row, look in zip(rows, looks, strict=True) if look and row["engine"] == engine
        ]
        for engine in engines
    }
    return {engine: measured(faces, reference) for engine, faces in found.items() if len(faces) > 1}


def measured(faces: Sequence[Look], reference: Reference) -> dict[str, float]:
    """Mean over pairs of pictures, evenly chosen where there are many.

    Returns:
        ``diversity``: 1 - SSIM of two face crops, eyes 50 px apart; ``diversity_trusted``: the
        same times the mean cosine similarity of the two to the reference, not
        below 0, so pictures of somebody else do not count.
    """
    chosen = [faces[n] for n in np.unique(np.linspace(0, len(faces) - 1, MOST).astype(int))]
    small = [cv2.resize(look.crop.grey, None, fx=0.5, fy=0.5) for look in chosen]
    hulls = [look.crop.hull[::2, ::2] for look in chosen]
    likeness = [1.0 - float(drift(look.vectors["judge"], reference.vector)) for look in chosen]
    apart, trusted = [], []
    for a, b in combinations(range(len(chosen)), 2):
        alike = ssim_map(small[a], small[b])[hulls[a] & hulls[b]]
        apart.append(1.0 - float(alike.mean()))
        trusted.append(apart[-1] * max(0.0, (likeness[a] + likeness[b]) / 2))
    return {"diversity": float(np.mean(apart)), "diversity_trusted": float(np.mean(trusted))}
