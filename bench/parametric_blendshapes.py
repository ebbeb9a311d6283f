"""MediaPipe's blendshapes of pictures, in whatever Python has MediaPipe.

    python bench/parametric_blendshapes.py face_landmarker.task < paths > scores.jsonl

One line of JSON a path, in their order: name -> score, or null where no face is
found. Apart from the project, which does not depend on MediaPipe.
"""

import json
import sys

import mediapipe
from mediapipe.tasks.python import BaseOptions, vision


def main() -> None:
    options = vision.FaceLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=sys.argv[1]), output_face_blendshapes=True
    )
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        for path in sys.stdin.read().split("\n"):
            if not path:
                continue
            found = landmarker.detect(mediapipe.Image.create_from_file(path)).face_blendshapes
            scores = {shape.category_name: shape.score for shape in found[0]} if found else None
            print(json.dumps(scores), flush=True)


if __name__ == "__main__":
    main()
