"""The shipped base: whole, small, opened by stock diffusers, and does what it is told."""

import cv2
import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline

from idlock import cast, faces, identity
from idlock.engines.lora import base, framing
from idlock.expression import features
from idlock.faces.align import SIZE
from idlock.identity import references
from idlock.paths import RESOURCES
from idlock.store.files import read_json, sha256
from idlock.trust import licences

FOLDER = RESOURCES / "embedded_base"
HELD_OUT = range(900, 906)


@pytest.fixture(scope="module")
def pipe():
    torch.set_num_threads(1)
    opened = StableDiffusionPipeline.from_pretrained(FOLDER, local_files_only=True)
    opened.set_progress_bar_config(disable=True)
    return opened


def enlarged(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)


def made(pipe, prompt: str, count: int = 6) -> list[np.ndarray]:
    told = base.facts(FOLDER)
    pictures = pipe(
        [prompt] * count,
        num_inference_steps=told["steps"],
        guidance_scale=told["guidance"],
        generator=[torch.Generator().manual_seed(seed) for seed in range(count)],
        output_type="np",
    ).images
    return [np.rint(255 * picture).astype(np.uint8) for picture in pictures]


def test_it_is_small_and_every_file_is_the_one_that_was_made():
    listed = {
        entry["file"]: entry["sha256"]
        for entry in licences.catalogue()
        if entry["file"].startswith(FOLDER.name)
    }
    found = {
        f"{FOLDER.name}/{path.relative_to(FOLDER)}": path for path in FOLDER.rglob("*.safetensors")
    }
    assert set(listed) == set(found)
    for name, path in found.items():
        assert sha256(path) == listed[name], name
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 20_000_000


def test_it_opens_as_every_base_does(pipe):
    told = base.facts(FOLDER)
    opened = base.opened(FOLDER)
    assert opened.unet.config.sample_size * opened.vae_scale_factor == told["size"]
    known = opened.tokenizer.get_vocab()
    assert all(f"{word}</w>" in known for word in (*told["words"], told["token"]))


@pytest.mark.slow
def test_the_autoencoder_keeps_people_whom_it_never_saw(pipe):
    dlib = identity.recogniser("dlib")
    line = read_json(RESOURCES / "calibration/dlib.json")["lines"]["far-1e-3"]["drift"]
    drifts = []
    for person in HELD_OUT:
        shown = cast.render(person, "neutral", 512)
        crop = framing.framed(shown.image, shown.landmarks, 64)
        with torch.no_grad():
            seen = torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 127.5 - 1.0
            back = pipe.vae.decode(pipe.vae.encode(seen).latent_dist.mode()).sample[0]
        back = ((back.permute(1, 2, 0).numpy() + 1) * 127.5).clip(0, 255).astype(np.uint8)
        large = framing.framed(shown.image, shown.landmarks, SIZE)
        vectors = [dlib.embed(p, faces.landmarks(p)) for p in (large, enlarged(back))]
        drifts.append(float(references.drift(*vectors)))
    assert np.mean(np.array(drifts) < line) > 0.9, drifts


@pytest.mark.slow
def test_words_change_the_picture(pipe):
    """The same noise, other words: dark skin is darker, and asked mouths open, if only a little."""
    index = features.NAMES.index("mouth_open")

    def opened(pictures: list[np.ndarray]) -> np.ndarray:
        large = [enlarged(picture) for picture in pictures]
        return np.array([features.measure(p, faces.landmarks(p))[index] for p in large])

    light = made(pipe, "photo of a person, neutral, light skin, grey background")
    dark = made(pipe, "photo of a person, neutral, dark skin, grey background")
    assert np.mean(light) - np.mean(dark) > 10
    asked = opened(made(pipe, "photo of a person, surprised, mouth open, grey background"))
    resting = opened(made(pipe, "photo of a person, neutral, grey background"))
    assert np.mean(asked > resting) > 0.8, (asked, resting)


def test_the_same_noise_is_the_same_picture(pipe):
    prompt = "photo of a person, happy"
    assert np.array_equal(made(pipe, prompt, 1)[0], made(pipe, prompt, 1)[0])
