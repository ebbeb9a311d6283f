"""Pictures painted over, phase by phase, each time held against the person.

The first phase locks the identity, the next ones put it into a scene and make
it look like a photo; every one of them costs likeness. A phase that loses the
person is helped back by a blend of the first picture, tried again with less
strength, and in the end refused: then the picture stays as it was before.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

import numpy as np

from idlock.engines.lora.lock import Lock, fitted
from idlock.engines.lora.painting import Painter, Phase

log = logging.getLogger(__name__)

MADE, KEPT, RESCUED = "made", "kept", "rescued"
TAKEN = (MADE, KEPT, RESCUED)
LOST, LOST_BLENDED = "lost", "lost though rescued"


@dataclass(frozen=True)
class Persistence:
    """What is done about a phase that loses the person.

    Attributes:
        retries: how often it is tried again.
        weaken: share of the strength that each new attempt keeps.
    """

    retries: int
    weaken: float


@dataclass
class Canvas:
    """A picture on its way through the phases.

    Attributes:
        prompts: what it shall show, by phase.
        seed: of its noise.
        image: (side, side, 3) uint8, as the last phase that held left it.
        anchor: the same, as the first phase left it.
        drift: of ``image``.
        history: what was tried, and what came of it.
        refused: the phases that lost the person whatever was tried.
    """

    prompts: Mapping[str, str]
    seed: int
    image: np.ndarray | None = None
    anchor: np.ndarray | None = None
    drift: float = 0.0
    history: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def take(self, phase: Phase, image: np.ndarray, drift: float, outcome: str) -> None:
        """Go on with what a phase made."""
        self.image, self.drift = image, drift
        self.note(phase, drift, outcome)

    def note(self, phase: Phase, drift: float, outcome: str) -> None:
        """Remember an attempt."""
        known = round(drift, 6) if isfinite(drift) else None  # JSON knows no infinity
        strength = round(phase.strength, 4)
        self.history.append(
            {"phase": phase.name, "strength": strength, "drift": known, "outcome": outcome}
        )


def first(
    painter: Painter, phase: Phase, canvases: Sequence[Canvas], negative: str, held: Lock
) -> None:
    """Paint every canvas from its noise; there is nothing yet that could be lost."""
    for canvas, image in zip(canvases, _painted(painter, phase, canvases, negative), strict=True):
        canvas.anchor = image
        canvas.take(phase, image, held.drift(image), MADE)


def over(
    painter: Painter,
    phase: Phase,
    canvases: Sequence[Canvas],
    negative: str,
    held: Lock,
    persistence: Persistence,
) -> None:
    """Paint over every canvas, but never let a picture cross the line.

    One that lies beyond the line already may not be carried farther.
    """
    left = list(canvases)
    for attempt in range(persistence.retries + 1):
        tried = replace(phase, strength=phase.strength * persistence.weaken**attempt)
        images = _painted(painter, tried, left, negative)
        left = [
            canvas
            for canvas, image in zip(left, images, strict=True)
            if not _holds(canvas, tried, image, held)
        ]
        if not left:
            return
    for canvas in left:
        canvas.refused.append(phase.name)
        log.warning(
            "phase %s refused: it loses the person (%s; allowed %.4f)",
            phase.name,
            ", ".join(str(h["drift"]) for h in canvas.history if h["phase"] == phase.name),
            max(held.line, canvas.drift),
        )


def _painted(painter, phase, canvases, negative) -> Sequence[np.ndarray]:
    if not canvases:
        return []
    start = None
    if phase.strength < 1.0:
        start = np.stack([fitted(canvas.image, painter.side) for canvas in canvases])
    prompts = [canvas.prompts[phase.name] for canvas in canvases]
    return painter.paint(phase, prompts, negative, [canvas.seed for canvas in canvases], start)


def _holds(canvas: Canvas, phase: Phase, image: np.ndarray, held: Lock) -> bool:
    """Take what a phase painted if it is the person still, if need be with help."""
    allowed = max(held.line, canvas.drift)
    found = held.drift(image)
    if found <= allowed:
        canvas.take(phase, image, found, KEPT)
        return True
    canvas.note(phase, found, LOST)
    if phase.rescue:
        image = blended(image, canvas.anchor, phase.rescue)
        found = held.drift(image)
        if found <= allowed:
            canvas.take(phase, image, found, RESCUED)
            return True
        canvas.note(phase, found, LOST_BLENDED)
    return False


def blended(image: np.ndarray, anchor: np.ndarray, share: float) -> np.ndarray:
    """Lay ``share`` of the anchor over a picture of whatever size: (H, W, 3) uint8."""
    below = fitted(anchor, image.shape[0]).astype(np.float32)
    return np.rint((1 - share) * image + share * below).astype(np.uint8)
