"""Sidecars: all that is needed to make a picture again, beside every picture."""

from collections.abc import Mapping
from typing import Any

from idlock.engines import Picture
from idlock.store import versions


def sidecar(
    engine: str, picture: Picture, origin: Mapping[str, Any], config: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe how a picture was made.

    There is no date in it: the same inputs give the same bytes.

    Args:
        engine: name of the engine.
        picture: what it made.
        origin: the photo it was made from: name, digests, consent.
        config: the checked configuration.
    """
    request = picture.request
    return {
        "engine": engine,
        "expression": request.expression,
        "sliders": dict(request.sliders),
        "seed": request.index,
        "derived_seed": request.seed,
        "run_seed": config["seed"],
        "source": dict(origin),
        "made_with": dict(picture.made_with),
        "versions": versions.at_work(),
    }
