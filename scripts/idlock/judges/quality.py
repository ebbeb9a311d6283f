"""How good is the picture as a picture?"""

from collections.abc import Mapping

from idlock.faces import quality
from idlock.judges import Case, Value


class Quality:
    """Sharpness of the face, by itself and as a share of the source's."""

    columns = ("sharpness", "sharpness_ratio")

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        source, picture = (
            quality.sharpness(look.rgb, look.landmarks) for look in (case.source, case.picture)
        )
        return {"sharpness": picture, "sharpness_ratio": picture / source if source else None}
