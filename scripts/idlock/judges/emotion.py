"""What an expression classifier of one's own says, where the config names one.

An ONNX network on a square face crop, such as the EmotiEffLib (HSEmotion) ones,
with a JSON file of the same name beside it: ``labels`` (in the order of its
output), ``size`` (px), ``mean`` and ``std`` (three numbers each, of RGB in 0..1).
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from idlock.faces import shape
from idlock.judges import Case, Look, Value
from idlock.store.files import read_json


def files(name: str, models: str | Path) -> tuple[Path, dict[str, Any]]:
    """Return the model ``name`` in the models folder and what lies beside it.

    Raises:
        ValueError: one of the two is missing, or says not enough.
    """
    found = sorted(Path(models).rglob(f"{name}.onnx")) if Path(models).is_dir() else []
    if not found:
        raise ValueError(f"{name!r} needs a file {name}.onnx in the models folder ({models})")
    beside = found[0].with_suffix(".json")
    if not beside.is_file():
        raise ValueError(f"{found[0]} needs {beside.name} beside it, with labels, size, mean, std")
    about = read_json(beside)
    missing = {"labels", "size", "mean", "std"} - set(about)
    if missing:
        raise ValueError(f"{beside} lacks {', '.join(sorted(missing))}")
    return found[0], about


class Emotion:
    """The likeliest label, its probability, and by how much it grew from the source photo."""

    columns = ("emotion_read", "emotion_probability", "emotion_change")

    def __init__(self, name: str, models: str | Path):
        self._path, self._about = files(name, models)

    def measure(self, case: Case) -> Mapping[str, Value]:
        """See `idlock.judges.Judge`."""
        now, before = self._probabilities(case.picture), self._probabilities(case.source)
        best = int(now.argmax())
        values = (self._about["labels"][best], float(now[best]), float(now[best] - before[best]))
        return dict(zip(self.columns, values, strict=True))

    @cached_property
    def _net(self):
        import onnxruntime  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(
            str(self._path), options, providers=["CPUExecutionProvider"]
        )

    def _probabilities(self, look: Look) -> np.ndarray:
        """Return the (labels,) probabilities, of a crop as face detectors frame it."""
        size = self._about["size"]
        middle = look.landmarks[[27, 33]].mean(axis=0)
        scale = size / (2.7 * shape.interocular(look.landmarks))
        smooth = 0.5 / scale
        rgb = cv2.GaussianBlur(look.rgb, (0, 0), smooth) if smooth > 0.75 else look.rgb
        shift = (size - 1) / 2 - scale * middle
        crop = cv2.warpAffine(
            rgb, np.array([[scale, 0, shift[0]], [0, scale, shift[1]]]), (size, size)
        )
        values = (crop / 255.0 - self._about["mean"]) / self._about["std"]
        fed = values.transpose(2, 0, 1)[None].astype(np.float32)
        logits = np.ravel(self._net.run(None, {self._net.get_inputs()[0].name: fed})[0])
        raised = np.exp(logits - logits.max())
        return raised / raised.sum()
