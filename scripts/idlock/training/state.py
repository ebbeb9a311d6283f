"""State of a training on disk: a killed training goes on as if nothing had happened."""

import io
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from idlock.problems import BadInput
from idlock.store.files import write_bytes


def save(path: Path, state: Mapping[str, Any]) -> None:
    """Write tensors, numbers, texts, lists and dicts to ``path``, whole or not at all."""
    # through memory: torch itself says RuntimeError where a disk is full
    buffer = io.BytesIO()
    torch.save(dict(state), buffer)
    write_bytes(path, buffer.getvalue())


def load(path: Path) -> dict[str, Any]:
    """Read what `save` wrote, onto the CPU; nothing in the file is executed.

    Raises:
        BadInput: the file is damaged, or holds more than plain data.
    """
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, ValueError, OSError) as error:
        reason = f"{path}: not a readable training state ({type(error).__name__})"
    except Exception as error:  # pickle.UnpicklingError and what damaged bytes raise
        reason = f"{path}: refused, it is damaged or holds code ({type(error).__name__})"
    raise BadInput(reason, "remove the file; the training starts anew without it")


def random_state() -> dict[str, Any]:
    """Return the state of every global source of random numbers.

    Generators of a training's own are saved by whoever owns them.
    """
    name, keys, position, has_gauss, gauss = np.random.get_state()
    version, numbers, next_gauss = random.getstate()
    return {
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
        "numpy": [name, torch.from_numpy(keys.astype(np.int64)), position, has_gauss, gauss],
        "python": [version, list(numbers), next_gauss],
    }


def restore_random(state: Mapping[str, Any]) -> None:
    """Put back what `random_state` returned."""
    torch.set_rng_state(state["torch"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])
    name, keys, *rest = state["numpy"]
    np.random.set_state((name, keys.numpy().astype(np.uint32), *rest))
    version, numbers, next_gauss = state["python"]
    random.setstate((version, tuple(numbers), next_gauss))
