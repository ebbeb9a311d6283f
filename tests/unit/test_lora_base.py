"""Base models: folders that lack something are told by name, small ones open as stock diffusers."""

import shutil

import cv2
import numpy as np
import pytest
import torch
from diffusers import DiffusionPipeline

from idlock import cast
from idlock.engines.lora import base, framing
from idlock.engines.lora.small import Size, small, tokenizer
from idlock.faces import align
from idlock.problems import InvalidInput

WORDS = ("photo", "of", "sks", "person", "happy")


@pytest.fixture(scope="module", params=[False, True], ids=["sd", "sdxl"])
def folder(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("base") / "model"
    small(Size(), WORDS, sdxl=request.param).save_pretrained(path)
    return path


def picture(pipe, **settings) -> np.ndarray:
    made = pipe(
        "photo of sks person",
        num_inference_steps=2,
        generator=torch.Generator().manual_seed(5),
        output_type="np",
        **settings,
    )
    return made.images[0]


def test_a_small_base_is_opened_again_as_it_was_saved(folder):
    pipe = base.opened(folder)
    again = base.opened(str(folder))
    assert picture(pipe).shape == (64, 64, 3)
    assert np.array_equal(picture(pipe), picture(again))
    text = pipe.tokenizer("photo of sks person, unheard-of zebra")
    assert pipe.tokenizer.decode(text.input_ids, skip_special_tokens=True).startswith(
        "photo of sks person"
    )


def test_a_seed_decides_the_weights_and_leaves_torch_alone():
    state = torch.get_rng_state()
    one, same, other = (small(Size(), WORDS, seed=seed).unet.conv_in.weight for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(state, torch.get_rng_state())


def test_every_word_of_the_vocabulary_is_one_token():
    words = tokenizer(("apple", "app", "happy", "sks", "a"), 24)
    for word in ("apple", "app", "happy", "sks", "a"):
        assert len(words(word).input_ids) == 3, word
    assert len(words("zebra").input_ids) == 7


@pytest.mark.parametrize(
    "piece",
    ["unet/diffusion_pytorch_model.safetensors", "vae/config.json", "text_encoder", "scheduler"],
)
def test_a_missing_piece_is_named(folder, tmp_path, piece):
    torn = tmp_path / "torn"
    shutil.copytree(folder, torn)
    gone = torn / piece
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    with pytest.raises(InvalidInput, match=piece):
        base.opened(torn)


def test_what_is_no_base_is_told(tmp_path):
    with pytest.raises(InvalidInput, match="no folder"):
        base.opened("no/such/base/anywhere")
    with pytest.raises(InvalidInput, match="offline: true"):
        base.opened("somebody/some-model")
    with pytest.raises(InvalidInput, match=r"model_index\.json"):
        base.opened(tmp_path)
    (tmp_path / "model_index.json").write_text('{"_class_name": "FluxPipeline"}')
    with pytest.raises(InvalidInput, match="FluxPipeline"):
        base.opened(tmp_path)


def test_damaged_weights_are_told(folder, tmp_path):
    torn = tmp_path / "torn"
    shutil.copytree(folder, torn)
    (torn / "unet/diffusion_pytorch_model.safetensors").write_bytes(b"half a fi")
    with pytest.raises(InvalidInput, match="cannot open"):
        base.opened(torn)


def test_stock_diffusers_opens_it_too(folder):
    stock = DiffusionPipeline.from_pretrained(folder, local_files_only=True)
    assert np.array_equal(picture(stock), picture(base.opened(folder)))


def test_framing_a_prepared_picture_is_a_plain_crop():
    shown = cast.render(7, "neutral", 512)
    prepared = align.align(shown.image, shown.landmarks)
    framed = framing.framed(prepared.rgb, prepared.landmarks, framing.WINDOW)
    top = round(align.EYE_LINE * align.SIZE - framing.EYES_AT * framing.WINDOW)
    left = (align.SIZE - framing.WINDOW) // 2
    crop = prepared.rgb[top : top + framing.WINDOW, left : left + framing.WINDOW]
    assert np.abs(framed.astype(int) - crop).mean() < 1.0


def test_framing_the_photo_or_its_prepared_picture_is_the_same():
    shown = cast.render(7, "neutral", 512, scene=cast.scene(3))
    prepared = align.align(shown.image, shown.landmarks)
    straight = framing.framed(shown.image, shown.landmarks, 64)
    crop = framing.framed(prepared.rgb, prepared.landmarks, 64)
    assert np.abs(straight.astype(int) - crop).mean() < 2.0


def test_all_of_a_prepared_picture_is_shown_at_its_own_window():
    shown = cast.render(7, "neutral", 512)
    prepared = align.align(shown.image, shown.landmarks)
    whole = framing.framed(prepared.rgb, prepared.landmarks, 256, window=768)
    small_one = cv2.resize(prepared.rgb, (256, 256), interpolation=cv2.INTER_AREA)
    assert np.abs(whole.astype(int) - small_one).mean() < 2.0
