"""Stage 1, prepare: photos become aligned, cut-out pictures of 768 px.

Per photo: decode, find and choose a face, mark its landmarks, judge whether it
is good enough, align and crop, remove the background. A photo that fails at
any of this is a row of the ledger.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from idlock.faces import align, detect, matte, quality, shape
from idlock.photos import sources
from idlock.photos.sheet import Person, Photo
from idlock.problems import BadInput
from idlock.store import pictures, units
from idlock.store.files import sha256, whole_folder, write_json
from idlock.store.ledger import Failure

log = logging.getLogger(__name__)

STAGE = "prepare"
PATIENCE = 3  # times that photos may be replaced during the work on them
CLEAR = 250  # of a photo's own alpha: more is taken for opaque


@dataclass(frozen=True)
class Tools:
    """What prepares a photo: a face detector and a way to cut the person out."""

    detector: detect.Detector
    segmenter: matte.Segmenter | None  # None keeps the background


def tools(settings: Mapping[str, Any], models: Path) -> Tools:
    """Open the tools that the config's ``prepare`` names."""
    remove = settings["background"] == "remove"
    return Tools(
        detector=detect.detector(settings["detector"], models),
        segmenter=matte.segmenter(models) if remove else None,
    )


def batch(people: Sequence[Person], config: Mapping[str, Any], code: str, record: Path) -> None:
    """Prepare all photos of ``people``.

    Args:
        people: who.
        config: the checked configuration.
        code: digest of the code at work.
        record: the batch record to write.
    """
    results = Path(config["results"])
    settings = config["prepare"]
    opened = tools(settings, Path(config["models"]))
    by_slug = {person.slug: person for person in people}

    def key(slug: str) -> str:
        person = by_slug[slug]
        return units.key(
            code=code,
            settings=settings,
            detector=opened.detector.name,
            segmenter=opened.segmenter.name if opened.segmenter else None,
            # names, labels and consent are written beside the picture, so they count as well
            person=_told(person),
            photos=[_identity_of(photo) for photo in person.photos],
        )

    def work(slug: str) -> units.Outcome:
        outcome = prepare_person(by_slug[slug], settings, opened, results)
        # otherwise the new photo would be kept under the digest of the old one
        return replace(outcome, sound=_stamps(by_slug[slug]) == stamps[slug])

    for _ in range(PATIENCE):
        stamps = {slug: _stamps(person) for slug, person in by_slug.items()}
        units.stage(STAGE, config).complete({slug: key(slug) for slug in by_slug}, work, record)
        if stamps == {slug: _stamps(person) for slug, person in by_slug.items()}:
            return
        log.info("photos were replaced while they were prepared; looking again")


def prepare_person(
    person: Person, settings: Mapping[str, Any], opened: Tools, results: Path
) -> units.Outcome:
    """Prepare one person's photos into ``prepared/<identity>/``."""
    failures, photos = [], []
    final = results / "prepared" / person.slug
    with whole_folder(final) as folder:
        for photo in person.photos:
            try:
                photos.append(_prepare(person, photo, settings, opened, folder))
            except BadInput as error:
                failures.append(Failure(person.name, photo.name, STAGE, error.reason, error.advice))
    if not photos:
        failures.append(
            Failure(
                *(person.name, "", STAGE, "no usable photo: nothing is made of this person"),
                "mend or replace the photos named in the rows above",
            )
        )
    return units.Outcome(
        outputs=[path for path in final.rglob("*") if path.is_file()],
        failures=failures,
        facts={
            "identity": person.name,
            "groups": person.groups,
            "photos": photos,
            "anchor": anchor(photos),
        },
    )


def anchor(photos: Sequence[Mapping[str, Any]]) -> str | None:
    """Choose the photo that pictures are made from.

    One labelled neutral before others, then the face turned away least, in
    steps of five degrees so that among frontal ones the sharpest wins.
    """

    def rank(photo: Mapping[str, Any]) -> tuple[bool, int, float, str]:
        measured = photo["quality"]
        turned = max(abs(measured["yaw"]), abs(measured["pitch"]))
        labelled = photo["expression"].casefold() != "neutral"
        return labelled, int(turned // 5), -measured["sharpness"], photo["name"]

    return min(photos, key=rank)["name"] if photos else None


def _prepare(
    person: Person, photo: Photo, settings: Mapping[str, Any], opened: Tools, folder: Path
) -> dict[str, Any]:
    """Prepare one photo into ``folder`` and return what later stages need to know of it."""
    decoded = sources.load(photo.path, settings["max_megapixels"])
    boxes = opened.detector.find(decoded.rgb)
    box = detect.choose(boxes, settings["face"], decoded.rgb.shape[:2])
    landmarks = shape.landmarks_in(decoded.rgb, box)
    measured = quality.measure(decoded.rgb, landmarks)
    quality.check(measured, settings)
    aligned = align.align(decoded.rgb, landmarks)
    picture, background = _without_background(aligned, decoded.alpha, opened.segmenter)
    pictures.write(folder / f"{photo.name}.png", picture)
    if settings["augment"]:
        for name, variant in augmented(picture).items():
            pictures.write(folder / "augmented" / f"{photo.name}_{name}.png", variant)
    write_json(
        folder / f"{photo.name}.json",
        {
            "identity": person.name,
            "photo": photo.name,
            "expression": photo.expression,
            "consent": photo.consent,
            "source": photo.source,
            "file": Path(photo.path).name,
            "sha256": decoded.origin,
            "size": list(decoded.rgb.shape[1::-1]),
            "faces": len(boxes),
            "detector": opened.detector.name,
            "box": [round(v, 2) for v in (box.left, box.top, box.side, box.side)],
            "landmarks": np.round(aligned.landmarks, 3).tolist(),
            "transform": np.round(aligned.transform, 6).tolist(),
            "back": np.round(aligned.back, 6).tolist(),
            "pose": {axis: round(getattr(measured, axis), 2) for axis in ("yaw", "pitch", "roll")},
            "quality": measured.rounded(),
            "background": background,
            "inside": round(float(aligned.inside.mean()), 4),
        },
    )
    return {
        "name": photo.name,
        "expression": photo.expression,
        "consent": photo.consent,
        "sha256": decoded.origin,
        "quality": measured.rounded(),
    }


def _without_background(
    aligned: align.Aligned, alpha: np.ndarray | None, segmenter: matte.Segmenter | None
) -> tuple[np.ndarray, str]:
    """Return the (768, 768, 4) uint8 cut-out, and what made it."""
    if alpha is not None:  # the photo came as a cut-out already
        own = align.warped(alpha, aligned.transform)
        own = np.where(own > CLEAR, 255, own).astype(np.uint8)
        return _with_alpha(aligned.rgb, own), "the photo's own alpha"
    if segmenter is None:
        return _with_alpha(aligned.rgb, np.where(aligned.inside, 255, 0).astype(np.uint8)), "kept"
    cut = matte.cut_out(aligned.rgb, aligned.landmarks, segmenter, aligned.inside)
    return cut, segmenter.name


def _with_alpha(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Join colour and alpha; where nothing is seen, nothing is stored."""
    return np.dstack([np.where(alpha[..., None] > 0, rgb, 0), alpha]).astype(np.uint8)


AUGMENTATIONS: dict[str, Callable[[], np.ndarray]] = {
    "turned-5": lambda: cv2.getRotationMatrix2D(_MIDDLE, 5, 1.0),
    "turned+5": lambda: cv2.getRotationMatrix2D(_MIDDLE, -5, 1.0),
    "crop-80": lambda: cv2.getRotationMatrix2D(_MIDDLE, 0, 1 / 0.8),
    "crop-60": lambda: cv2.getRotationMatrix2D(_MIDDLE, 0, 1 / 0.6),
}
_MIDDLE = ((align.SIZE - 1) / 2, (align.SIZE - 1) / 2)


def augmented(picture: np.ndarray) -> dict[str, np.ndarray]:
    """Return variants of a prepared picture for training, by name.

    Turned by five degrees either way, and the middle 80 % and 60 % enlarged:
    the augmentations of the identity-lock recipe.

    Args:
        picture: (768, 768, 4) uint8.
    """
    return {name: align.warped(picture, matrix()) for name, matrix in AUGMENTATIONS.items()}


def _told(person: Person) -> dict[str, Any]:
    """What the sheet says of a person, wherever the photos lie."""
    photos = [asdict(photo) | {"path": Path(photo.path).name} for photo in person.photos]
    return asdict(person) | {"photos": photos}


def _stamps(person: Person) -> list[tuple[int, int, int] | None]:
    """What changes when a person's photos are replaced: cheap, where a digest is not."""
    stamps = []
    for photo in person.photos:
        try:
            about = Path(photo.path).stat()
        except OSError:
            stamps.append(None)
        else:
            stamps.append((about.st_ino, about.st_mtime_ns, about.st_size))
    return stamps


def _identity_of(photo: Photo) -> str:
    """Digest of a photo's bytes; a built-in picture is known by its name."""
    if sources.is_built_in(photo.path):
        return photo.path
    try:
        return sha256(Path(photo.path))
    except OSError:
        return "unreadable"
