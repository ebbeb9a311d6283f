"""Is the picture one of the person's photos, pixel by pixel?

It needs no second photo and no recogniser, so it tells a photo handed back
where `copy_paste` cannot be measured; but it says nothing of a face that was
redrawn to look exactly as in the photo.
"""

from collections.abc import Mapping

import numpy as np

from idlock.judges import Case, Value
from idlock.judges.crops import Crop


class Copying:
    """The correlation of the face's pixels with those of the nearest photo."""

    columns = ("pixel_copy",)

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        likeness = [correlation(case.picture.crop, photo.crop) for photo in case.photos]
        return {"pixel_copy": max((r for r in likeness if r is not None), default=None)}


def correlation(a: Crop, b: Crop) -> float | None:
    """Correlate two faces' grey values (normalised cross-correlation).

    Over the pixels that lie inside both faces, -1..1; 1 for the same pixels,
    whatever the exposure. None where one is of one grey.
    """
    both = a.hull & b.hull
    x, y = a.grey[both].astype(np.float64), b.grey[both].astype(np.float64)
    if not len(x) or x.std() == 0 or y.std() == 0:
        return None
    return float(np.corrcoef(x, y)[0, 1])
