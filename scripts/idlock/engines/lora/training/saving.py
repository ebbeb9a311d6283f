"""What a killed training goes on from, and what of it is kept in the end."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from idlock.problems import BadInput
from idlock.training import state as states

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """All that a killed training goes on from, as it lies in the file.

    Attributes:
        fingerprint: of what decides the training.
        step: how many are done.
        number: of the phase at work; behind the last one when all is over.
        began: step at which that phase began.
        reasons: why the phases before ended.
        before: drift of the base's own previews.
        alpha, tensors: of the LoRA.
        optimizer, watch, precision: what these remember; {} where all is over.
        best: fields of `Kept`, None where nobody has looked yet.
    """

    fingerprint: str
    step: int
    number: int
    began: int
    reasons: list[str]
    before: float
    alpha: float
    tensors: Mapping[str, Tensor]
    optimizer: Mapping[str, Any]
    watch: Mapping[str, Any]
    precision: Mapping[str, Any]
    best: Mapping[str, Any] | None


@dataclass(frozen=True)
class Kept:
    """The LoRA at its best.

    Attributes:
        step: after how many steps.
        drift, copying: what the witness saw.
        copied: whether that is more copying than allowed.
        alpha, tensors: of the LoRA.
    """

    step: int
    drift: float
    copying: float
    copied: bool
    alpha: float
    tensors: Mapping[str, Tensor]

    def better_than(self, other: "Kept | None") -> bool:
        """Whether it is nearer to the person, what copies being worse than anything else."""
        return other is None or (self.copied, self.drift) < (other.copied, other.drift)


def save(path: Path, state: State) -> None:
    """Write a state, whole or not at all."""
    states.save(path, vars(state))


def load(path: Path, fingerprint: str) -> State | None:
    """Return the state in a file if it is of this very training; the log says why it is not."""
    if not path.is_file():
        return None
    try:
        saved = State(**states.load(path))
    except BadInput as error:
        log.warning("%s", error)
        return None
    except TypeError:  # fields are missing, or more than these
        log.warning("%s is of another version of idlock; starting anew", path)
        return None
    if saved.fingerprint != fingerprint:
        log.info("%s is of another training; starting anew", path)
        return None
    return saved
