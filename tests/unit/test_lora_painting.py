"""Painting with a LoRA: many at once as one alone, stopped and gone on with, phase by phase."""

from dataclasses import dataclass
from math import inf

import numpy as np
import pytest
import small_lora
import torch

from idlock import identity
from idlock.engines import Request
from idlock.engines.lora import engine, infotext, lock, phases, prompts
from idlock.engines.lora.lock import Lock
from idlock.engines.lora.painting import SAMPLERS, Painter, Phase
from idlock.engines.lora.phases import Canvas, Persistence
from idlock.problems import BadInput
from idlock.store import pictures

START = Phase("identity", lora=1.0, guidance=5.8, strength=1.0)
PROMPTS = ["photo of sks person", "photo of sks person, happy", "photo of sks person"]
SEEDS = [5, 6, 7]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """LoRA files for Stable Diffusion and SDXL."""
    folder = tmp_path_factory.mktemp("lora")
    return {
        sdxl: small_lora.lora(small_lora.base(sdxl=sdxl), folder / str(sdxl))
        for sdxl in (False, True)
    }


@pytest.fixture(scope="module")
def painter(files):
    painter = Painter(small_lora.base(), "DPM++ 2M", steps=6, batch=2)
    painter.learn(files[False])
    return painter


@pytest.mark.parametrize("sdxl", [False, True], ids=["sd", "sdxl"])
@pytest.mark.parametrize("sampler", SAMPLERS)
def test_many_at_once_are_what_diffusers_makes_one_by_one(sampler, sdxl, files):
    painter = Painter(small_lora.base(sdxl=sdxl), sampler, steps=5, batch=2)
    painter.learn(files[sdxl])
    made = painter.paint(START, PROMPTS, "happy", SEEDS)
    stock = small_lora.base(sdxl=sdxl)
    stock.scheduler = SAMPLERS[sampler].from_config(stock.scheduler.config)
    stock.load_lora_weights(files[sdxl])
    for prompt, seed, image in zip(PROMPTS, SEEDS, made, strict=True):
        wanted = stock(
            prompt,
            negative_prompt="happy",
            num_inference_steps=5,
            guidance_scale=START.guidance,
            generator=torch.Generator().manual_seed(seed),
            output_type="np",
        ).images[0]
        assert np.abs(image - 255 * wanted).max() < 1.5  # digits of float32, rounded


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_picture_stopped_and_gone_on_with_is_the_same_to_the_bit(sampler, files):
    painter = Painter(small_lora.base(), sampler, steps=6, batch=2)
    painter.learn(files[False])
    whole = painter.paint(START, PROMPTS, "", SEEDS)
    begun = painter.denoising(START, PROMPTS, "", SEEDS)
    begun.advance([0, 1, 2], 2)
    foreseen = begun.pictures([0, 1, 2])
    assert not np.array_equal(foreseen, whole)
    begun.advance([2, 0], 3)
    begun.advance([2], 1)
    assert np.array_equal(begun.pictures([2]), whole[2:])
    assert np.array_equal(foreseen, painter_foresees(painter))


def painter_foresees(painter):
    again = painter.denoising(START, PROMPTS, "", SEEDS)
    again.advance([0, 1, 2], 2)
    return again.pictures([0, 1, 2])


def test_a_picture_does_not_hang_on_its_company(painter):
    whole = painter.paint(START, PROMPTS, "", SEEDS)
    for number in range(3):
        alone = painter.paint(START, PROMPTS[number : number + 1], "", SEEDS[number : number + 1])
        assert np.array_equal(alone[0], whole[number])
    over = Phase("scene", lora=0.85, guidance=6.3, strength=0.5)
    painted = painter.paint(over, PROMPTS, "", SEEDS, whole)
    assert np.array_equal(painter.paint(over, PROMPTS[2:], "", SEEDS[2:], whole[2:]), painted[2:])


def test_weights_of_the_lora_leave_no_trace(files):
    bare = Painter(small_lora.base(), "DDIM", steps=3, batch=2)
    before = bare.paint(START, PROMPTS, "", SEEDS)
    bare.learn(files[False])
    full = bare.paint(START, PROMPTS, "", SEEDS)
    half = bare.paint(Phase("identity", 0.5, 5.8, 1.0), PROMPTS, "", SEEDS)
    none = bare.paint(Phase("identity", 0.0, 5.8, 1.0), PROMPTS, "", SEEDS)
    assert np.array_equal(bare.paint(START, PROMPTS, "", SEEDS), full)
    assert np.array_equal(none, before)
    assert len({image.tobytes() for image in (before, half, full)}) == 3
    bare.forget()
    assert np.array_equal(bare.paint(START, PROMPTS, "", SEEDS), before)


def test_a_lora_of_another_base_or_none_is_refused(painter, files, tmp_path):
    damaged = tmp_path / "pytorch_lora_weights.safetensors"
    damaged.write_bytes(b"nothing")
    for file in (files[True], damaged):
        with pytest.raises(BadInput, match="not a LoRA for this base"):
            painter.learn(file)
    painter.learn(files[False])


@dataclass(frozen=True)
class Brightness(Lock):
    """Holds pictures against nothing but light: 0 is black, 1 is white."""

    def drift(self, image):
        return float(image.mean() / 255)


def canvases(painter, held):
    found = [Canvas({"identity": p, "scene": p}, s) for p, s in zip(PROMPTS, SEEDS, strict=True)]
    phases.first(painter, START, found, "", held)
    return found


@pytest.fixture(scope="module")
def brightness():
    return Brightness(identity.recogniser("dlib"), np.ones(128), line=0.0)


def test_a_phase_that_loses_the_person_is_tried_weaker_then_refused(painter):
    """The random base shows no face, so a picture in which there is one loses it."""
    face = pictures_of_a_face(painter.side)
    held = Lock(identity.recogniser("dlib"), np.ones(128, np.float32), line=0.05)
    canvas = Canvas({"scene": PROMPTS[0]}, 5, image=face, anchor=face, drift=0.02)
    phase = Phase("scene", lora=0.85, guidance=6.3, strength=0.5)
    phases.over(painter, phase, [canvas], "", held, Persistence(retries=2, weaken=0.6))
    assert canvas.refused == ["scene"]
    assert canvas.image is face
    assert [(h["strength"], h["outcome"], h["drift"]) for h in canvas.history] == [
        (0.5, "lost", None),
        (0.3, "lost", None),
        (0.18, "lost", None),
    ]


def pictures_of_a_face(side):
    from idlock import cast

    return cast.render(cast.person(3), "neutral", side).image


def test_a_phase_is_rescued_by_the_first_picture(painter, brightness):
    (canvas, *_) = canvases(painter, brightness)
    canvas.anchor, canvas.drift = np.zeros_like(canvas.image), 0.01
    phase = Phase("scene", lora=0.85, guidance=6.3, strength=0.5, rescue=1.0)
    phases.over(painter, phase, [canvas], "", brightness, Persistence(retries=2, weaken=0.6))
    assert [h["outcome"] for h in canvas.history] == ["made", "lost", "rescued"]
    assert canvas.drift == 0 and not canvas.image.any() and not canvas.refused


def test_no_phase_takes_a_picture_farther_than_the_line_or_where_it_was(painter, brightness):
    found = canvases(painter, brightness)
    before = [canvas.drift for canvas in found]
    phase = Phase("scene", lora=0.85, guidance=6.3, strength=0.5)
    phases.over(painter, phase, found, "", brightness, Persistence(retries=1, weaken=0.5))
    for canvas, was in zip(found, before, strict=True):
        assert canvas.drift <= max(brightness.line, was)
        assert canvas.drift == brightness.drift(canvas.image)
    everything = Persistence(retries=0, weaken=0.5)
    found[0].drift = inf
    phases.over(painter, phase, found[:1], "", brightness, everything)
    assert found[0].history[-1]["outcome"] == "kept"


def test_the_blend_is_the_share_it_says():
    dark, light = np.zeros((8, 8, 3), np.uint8), np.full((16, 16, 3), 100, np.uint8)
    assert (phases.blended(dark, light, 0.3) == 30).all()


@pytest.fixture(scope="module")
def anna(tmp_path_factory):
    return small_lora.run(tmp_path_factory.mktemp("run"))


def asked(*pairs):
    return [Request(name, {}, index, 100 + index) for name, index in pairs]


def test_the_engine_paints_what_is_asked_and_says_how(anna, tmp_path):
    painting = engine.engine(anna)
    assert painting.makes("happy") and not painting.makes("unheard-of")
    wanted = asked(("neutral", 0), ("happy", 0), ("happy", 1))
    made = list(painting.pictures(small_lora.source(anna), wanted))
    assert [picture.request for picture in made] == wanted
    for picture in made:
        assert picture.image.shape == (768, 768, 4) and picture.image.dtype == np.uint8
        about = picture.made_with
        assert about["noise"] == {"seed": picture.request.seed, "from": "derived"}
        assert about["selected_by"] == ["dlib"]
        assert [h["phase"] for h in about["drifts"]] == ["identity", "scene", "realism"]
        pictures.write(tmp_path / "a.png", picture.image, picture.text)
        assert np.array_equal(pictures.read(tmp_path / "a.png"), picture.image)
    again = list(engine.engine(anna).pictures(small_lora.source(anna), wanted[1:2]))
    assert np.array_equal(again[0].image, made[1].image)
    assert again[0].text == made[1].text


def test_a_picture_is_made_again_from_its_sidecar_alone(anna):
    painting = engine.engine(anna)
    (made,) = painting.pictures(small_lora.source(anna), asked(("happy", 1)))
    about = made.made_with
    first = Phase(**about["phases"][0])
    painting.painter.learn(engine.trained(anna, "anna"))
    image = painting.painter.paint(
        first, [about["prompts"]["identity"]], about["negative"], [about["noise"]["seed"]]
    )
    for entry in about["drifts"][1:]:
        if entry["outcome"] != "kept":
            continue
        (phase,) = (Phase(**p) for p in about["phases"] if p["name"] == entry["phase"])
        weakened = Phase(phase.name, phase.lora, phase.guidance, entry["strength"])
        image = painting.painter.paint(
            weakened,
            [about["prompts"][phase.name]],
            about["negative"],
            [about["noise"]["seed"]],
            image,
        )
    assert np.array_equal(engine.finished(image[0]), made.image)


def test_the_png_says_what_the_fields_tools_read(anna, tmp_path):
    from PIL import Image

    painting = engine.engine(anna)
    (made,) = painting.pictures(small_lora.source(anna), asked(("happy", 0)))
    pictures.write(tmp_path / "a.png", made.image, made.text)
    with Image.open(tmp_path / "a.png") as opened:
        said = opened.text["parameters"]
    prompt, negative, settings = said.split("\n")
    assert prompt == "photo of sks person, happy, smiling <lora:anna:1>"
    assert negative == "Negative prompt: blurred, deformed"
    assert settings.startswith("Steps: 4, Sampler: DPM++ 2M, CFG scale: 5.8, Seed: 100, RNG: CPU, ")
    file = engine.trained(anna, "anna")
    assert f'Lora hashes: "anna: {infotext.lora_hash(file)}"' in settings


def test_words_of_any_script_survive_in_a_png(tmp_path):
    from PIL import Image

    text = {"parameters": "foto von Zoë, 微笑\nSteps: 4"}
    pictures.write(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8), text)
    with Image.open(tmp_path / "a.png") as opened:
        assert opened.text == text


def test_a_person_without_a_lora_is_a_row_of_the_ledger(anna):
    with pytest.raises(BadInput, match="no LoRA was trained for bert"):
        engine.engine(anna).needs("bert")


def test_the_second_base_paints_last(tmp_path):
    export = {"base": str(tmp_path / "base")}
    config = small_lora.run(tmp_path, render={"steps": 2, "export": export})
    (made,) = engine.engine(config).pictures(small_lora.source(config), asked(("happy", 0)))
    assert made.made_with["drifts"][-1]["phase"] == "export"
    assert made.made_with["export"]["base"]["name"] == "base"


def test_prompts_of_ones_own_add_to_the_shipped_ones(tmp_path):
    own = tmp_path / "own.tsv"
    own.write_text(
        "use\tname\twords\nphase\tscene\t{caption} on the moon\nexpression\tgrin\tgrinning\n"
    )
    words = prompts.load(own)
    caption = "photo of sks person, {expression}"
    assert words.of("scene", caption, "grin") == "photo of sks person, grinning on the moon"
    assert words.of("identity", caption, "sad") == "photo of sks person, sad, mouth down"
    with pytest.raises(ValueError, match="no words for the expression"):
        words.of("scene", caption, "nobody")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("name\twords\n", "its first line has to be"),
        ("use\tname\twords\nphase\tscene\n", "own.tsv:2: write"),
        ("use\tname\twords\n\nmood\tscene\ta\n", "own.tsv:3: write"),
        ("use\tname\twords\nphase\tscene\t{who}\n", "own.tsv:2: the only places"),
    ],
)
def test_prompts_that_are_wrong_are_told_by_file_and_line(tmp_path, content, said):
    own = tmp_path / "own.tsv"
    own.write_text(content)
    with pytest.raises(ValueError, match=said):
        prompts.load(own)


def test_no_face_is_an_infinite_drift(anna):
    held = lock.of("anna", anna)
    assert held.drift(np.zeros((64, 64, 3), np.uint8)) == inf
    assert held.drift(pictures_of_a_face(512)) < held.line
