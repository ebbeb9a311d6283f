"""Presets: named sets of sliders, as data."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from idlock.expression.sliders import checked, from_normalised
from idlock.paths import PRESETS


def load(extra: str | Path | None = None) -> dict[str, dict[str, float]]:
    """Return preset name -> sliders, each already at the preset's own intensity.

    Args:
        extra: a YAML file whose presets add to, or replace, the shipped ones.

    Raises:
        ValueError: a file or preset is malformed; the message names both.
    """
    presets = dict(_shipped())
    if extra is not None:
        presets.update(_read(Path(extra)))
    return presets


@cache
def _shipped() -> dict[str, dict[str, float]]:
    return _read(PRESETS)


def _read(path: Path) -> dict[str, dict[str, float]]:
    try:
        presets = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(
            f"{path}: cannot be read as YAML: {' '.join(str(error).split())}"
        ) from None
    if not isinstance(presets, Mapping):
        raise ValueError(f"{path}: write presets as name: {{sliders: ..., intensity: ...}}")
    return {str(name): _scaled(path, name, preset) for name, preset in presets.items()}


def _scaled(path: Path, name: Any, preset: Any) -> dict[str, float]:
    where = f"{path}: preset {name!r}"
    if not isinstance(preset, Mapping) or not set(preset) <= {"sliders", "normalised", "intensity"}:
        raise ValueError(f"{where}: takes the keys sliders or normalised, and intensity")
    scales = [scale for scale in ("sliders", "normalised") if scale in preset]
    if len(scales) == 2:
        raise ValueError(f"{where}: write sliders or normalised, not both")
    intensity = preset.get("intensity", 1.0)
    if not scales or not isinstance(preset[scales[0]], Mapping):
        raise ValueError(f"{where}: sliders is missing; write {{}} for the untouched face")
    if isinstance(intensity, bool) or not isinstance(intensity, int | float):
        raise ValueError(f"{where}: intensity is {intensity!r}; write a number, such as 0.8")
    try:
        full = (checked if scales == ["sliders"] else from_normalised)(preset[scales[0]])
        return checked({slider: round(value * intensity, 6) for slider, value in full.items()})
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
