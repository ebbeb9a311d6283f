"""What planning has to know of the parametric engine: that sliders say everything."""

from collections.abc import Mapping
from typing import Any

from idlock.engines.planning import Footprint, Planning


class Parametric(Planning):
    """It needs no model."""

    def footprint(self, config: Mapping[str, Any]) -> Footprint:
        """Return the size of a batch's job, which takes one photo after another."""
        return Footprint(2000)


PLANNING = Parametric()
