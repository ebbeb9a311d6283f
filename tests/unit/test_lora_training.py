"""Training a LoRA, on bases of random weights and of the real classes."""

import csv
import functools
import signal
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch
import torch

from idlock import cast, identity
from idlock.engines import Source
from idlock.engines.lora import small, training
from idlock.engines.lora.training import denoising, export, objective, saving
from idlock.engines.lora.training.adapter import Adapter
from idlock.engines.lora.training.precision import Precision
from idlock.engines.lora.training.settings import Phase, Preview, Prior, Settings
from idlock.faces import align
from idlock.problems import BadInput
from idlock.training import state as states
from idlock.training.convergence import Rule

CPU = Precision("fp32", torch.device("cpu"))
PHASES = (
    Phase("COARSE", 1e-3, 8, "mse", "AdamW", 4, 6),
    Phase("MID", 3e-4, 4, "huber", "AdamW", 4, 4),
    Phase("MID_FINE", 1e-4, 2, "charbonnier", "AdamP", 4, 4),
    Phase("FINAL_FINE", 5e-5, 1, "charbonnier", "AdamP", 4, 4),
)


def settings(**others) -> Settings:
    usual = {
        "phases": PHASES,
        "rescale": True,
        "rank": 4,
        "targets": "all",
        "text_encoder": False,
        "up_lr_ratio": 16.0,
        "batch": 2,
        "check_every": 1,
        "look_every": 4,
        "save_every": 3,
        "rule": Rule(6, 0.05, 0.05, 2, 0.002),
        "min_snr": 5.0,
        "face_weight": 3.0,
        "background_weight": 0.3,
        "expressions": ("happy",),
        "caption": "photo of sks person, {expression}",
        "class_caption": "photo of a person, {expression}",
        "copy_limit": 0.97,
        "preview": Preview(1, 2, 3.0, ("sad",)),
        "prior": Prior(2, 2, 3.0, 0.5, 0.5),
        "checkpointing": False,
        "compile": False,
        "words": {},
    }
    return Settings(**usual | others)


@pytest.fixture(scope="module")
def photo() -> Source:
    picture = cast.render(cast.person(1000), "neutral", 768)
    aligned = align.align(picture.image, picture.landmarks)
    image = np.dstack([aligned.rgb, np.full(aligned.rgb.shape[:2], 255, np.uint8)])
    return Source("someone", "someone", "a", image, aligned.landmarks)


def a_base(sdxl: bool = False):
    size = small.Size(vae=(8, 16), unet=(16, 32), picture=32)
    return small.small(size, ["photo", "sks", "person", "neutral", "happy"], sdxl=sdxl)


def train(photo, folder: Path, base=None, **others):
    known = {"witness": identity.recogniser("dlib"), "seed": 0}
    on_step = others.pop("on_step", lambda step: None)
    return training.train(
        [(photo, "neutral")],
        base or a_base(),
        settings(**others),
        folder,
        on_step=on_step,
        **known,
    )


@pytest.fixture(scope="module")
def trained(photo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    return folder, train(photo, folder)


def noise_said(pipeline) -> torch.Tensor:
    """What a pipeline's UNet says of fixed latents under a fixed caption."""
    side = pipeline.unet.config.sample_size
    random = torch.Generator().manual_seed(5)
    latents = torch.randn((2, 4, side, side), generator=random)
    from idlock.engines.lora.training import conditions

    with torch.no_grad():
        given = conditions.encode(pipeline, ["photo of sks person, happy"] * 2, side)
        return pipeline.unet(latents, torch.tensor([10, 700]), **given.arguments()).sample


def weights(pipeline) -> dict[str, torch.Tensor]:
    """Everything that a pipeline's networks have learnt, by network and name."""
    return {
        f"{part}.{name}": value.clone()
        for part in ("unet", "text_encoder", "vae")
        for name, value in getattr(pipeline, part).state_dict().items()
    }


def shaken(adapter: Adapter) -> None:
    """Give up-matrices that do something."""
    random = torch.Generator().manual_seed(9)
    for parameter in adapter.parameters():
        parameter.data = torch.randn(parameter.shape, generator=random) * 0.05


def test_it_leaves_what_it_promises_and_nothing_else(trained):
    folder, done = trained
    there = sorted(path.name for path in folder.iterdir())
    assert there == ["convergence.csv", "kohya.safetensors", "pytorch_lora_weights.safetensors"]
    assert sorted(path.name for path in done.files) == there
    assert [reason.split(" ended after ")[0] for reason in done.reasons] == [
        "COARSE",
        "MID",
        "MID_FINE",
        "FINAL_FINE",
    ]


def test_the_trace_has_a_row_a_step(trained):
    folder, done = trained
    rows = list(csv.DictReader((folder / "convergence.csv").open()))
    assert [int(row["step"]) for row in rows] == list(range(done.steps + 1))
    assert all(float(row["loss"]) > 0 for row in rows[1:])
    assert float(rows[0]["drift"]) > 0
    # what is kept is the best that the witness saw without copying
    looks = [row for row in rows[1:] if row["drift"]]
    assert done.kept.drift == min(float(row["drift"]) for row in looks)


class Killed(Exception):
    pass


SHORT = {
    "phases": (
        Phase("COARSE", 1e-3, 8, "mse", "AdamW", 4, 4),
        Phase("FINE", 1e-4, 1, "charbonnier", "AdamP", 4, 4),
    ),
    "expressions": (),
    "look_every": 2,
    "prior": Prior(0, 2, 3.0, 0.0, 0.0),
}


@pytest.fixture(scope="module")
def undisturbed(photo, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    return folder, train(photo, folder, **SHORT)


@pytest.mark.parametrize("kill_at", [[], [1, 5], [3, 4, 7, 8]])
def test_killed_anywhere_it_ends_with_the_same_bytes(undisturbed, photo, tmp_path, kill_at):
    folder, done = undisturbed
    for step in kill_at:

        def die(number: int, step: int = step) -> None:
            if number == step:
                raise Killed

        with pytest.raises(Killed):
            train(photo, tmp_path, on_step=die, **SHORT)
        assert not (tmp_path / export.DIFFUSERS).exists()
    again = train(photo, tmp_path, **SHORT)
    assert again.reasons == done.reasons
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_a_state_of_another_training_is_not_gone_on_with(photo, tmp_path):
    def die(number: int) -> None:
        if number == 4:
            raise Killed

    with pytest.raises(Killed):
        train(photo, tmp_path, on_step=die, **SHORT)
    seen = []
    train(photo, tmp_path, rank=2, on_step=seen.append, **SHORT)
    assert seen[0] == 1


def test_a_state_of_an_older_version_is_not_gone_on_with(tmp_path, caplog):
    path = tmp_path / "training.pt"
    states.save(path, {"fingerprint": "f", "step": 4})  # before there was all the rest
    assert saving.load(path, "f") is None
    assert "another version of idlock; starting anew" in caplog.text


def test_a_loss_that_is_no_number_is_bad_input_and_leaves_no_lora(photo, tmp_path):
    wild = (Phase("COARSE", 1e30, 8, "mse", "AdamW", 8, 8),)
    with pytest.raises(BadInput, match="not a number"):
        train(photo, tmp_path, **SHORT | {"phases": wild})
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_full_disk_leaves_nothing_half_written(photo, tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handled = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # then writing raises instead
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        with pytest.raises(OSError, match="too large"):
            train(photo, tmp_path, **SHORT)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handled)
    left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert left <= {"convergence.csv"}
    train(photo, tmp_path, **SHORT)


@pytest.mark.parametrize("sdxl", [False, True])
@pytest.mark.parametrize("text_encoder", [False, True])
def test_a_change_of_alpha_keeps_the_function(sdxl, text_encoder):
    base = a_base(sdxl)
    adapter = Adapter(base, 4, "all", text_encoder, seed=0)
    shaken(adapter)
    adapter.set_alpha(8, rescale=False)
    before = noise_said(base)
    adapter.set_alpha(1, rescale=True)
    assert torch.allclose(noise_said(base), before, atol=1e-6)
    adapter.set_alpha(8, rescale=False)  # the literal recipe: eight times the effect
    assert not torch.allclose(noise_said(base), before, atol=1e-3)


@pytest.mark.parametrize("sdxl", [False, True])
@pytest.mark.parametrize("text_encoder", [False, True])
@pytest.mark.parametrize("targets", ["attention", "all"])
def test_stock_diffusers_loads_both_files(tmp_path, sdxl, text_encoder, targets):
    base = a_base(sdxl)
    adapter = Adapter(base, 4, targets, text_encoder, seed=0)
    shaken(adapter)
    adapter.set_alpha(1, rescale=False)
    learnt = noise_said(base)
    tensors, config = adapter.tensors(), base.unet.config
    adapter.remove()
    plain = noise_said(base)
    assert not torch.allclose(plain, learnt, atol=1e-3)
    export.write(tmp_path, tensors, adapter.alpha, 4, config, {"ss_seed": "0"})
    for name in (export.DIFFUSERS, export.KOHYA):
        stock = a_base(sdxl)
        stock.load_lora_weights(str(tmp_path), weight_name=name)
        assert torch.allclose(noise_said(stock), learnt, atol=1e-5), name


def test_a_reader_without_metadata_gets_the_same(tmp_path):
    base = a_base()
    adapter = Adapter(base, 4, "attention", False, seed=0)
    shaken(adapter)
    adapter.set_alpha(2, rescale=False)
    learnt, tensors = noise_said(base), adapter.tensors()
    adapter.remove()
    bare = tmp_path / "bare.safetensors"
    safetensors.torch.save_file(export.diffusers(tensors, 2, 4), bare)
    stock = a_base()
    stock.load_lora_weights(str(tmp_path), weight_name=bare.name)
    assert torch.allclose(noise_said(stock), learnt, atol=1e-5)


def test_kohyas_file_is_as_kohya_writes_them(trained):
    folder, done = trained
    with safetensors.safe_open(folder / export.KOHYA, "pt") as file:
        names, told = set(file.keys()), file.metadata()
        stem = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
        assert {f"{stem}.lora_down.weight", f"{stem}.lora_up.weight", f"{stem}.alpha"} <= names
        assert file.get_tensor(f"{stem}.alpha").item() == done.kept.alpha
        assert file.get_tensor(f"{stem}.lora_down.weight").shape[0] == 4
    assert told["ss_network_module"] == "networks.lora"
    assert told["ss_network_dim"] == "4"


def test_the_base_is_as_it_was(photo, tmp_path):
    base = a_base()
    before, said = weights(base), noise_said(base)
    train(photo, tmp_path, base, text_encoder=True, **SHORT)
    after = weights(base)
    assert set(after) == set(before)
    assert [name for name in before if not torch.equal(after[name], before[name])] == []
    assert torch.equal(noise_said(base), said)


def test_pictures_of_the_class_are_made_once(photo, tmp_path):
    base = a_base()
    shared = tmp_path / "prior"
    for person in ("one", "two"):
        training.train(
            [(photo, "neutral")],
            base,
            settings(**SHORT | {"prior": Prior(2, 2, 3.0, 0.5, 0.5)}),
            tmp_path / person,
            witness=None,
            seed=0,
            prior_folder=shared,
        )
        made = {path: path.stat().st_mtime_ns for path in shared.iterdir()}
        if person == "one":
            first = made
    assert made == first
    assert len(made) == 2


def test_it_learns(photo, tmp_path):
    many = (Phase("COARSE", 2e-3, 8, "mse", "AdamW", 60, 60),)
    train(photo, tmp_path, **SHORT | {"phases": many, "check_every": 20, "look_every": 60})
    rows = list(csv.DictReader((tmp_path / "convergence.csv").open()))
    losses = [float(row["validation"]) for row in rows if row["validation"]]
    assert losses[-1] < 0.85 * losses[0]


def test_compiled_steps_learn_the_same(photo, tmp_path, monkeypatch):
    """All of `torch.compile` but the last, building machine code, which takes minutes."""
    traced = functools.partial(torch.compile, backend="aot_eager")
    monkeypatch.setattr(torch, "compile", traced)
    two = (PHASES[0], PHASES[1])  # of different alpha, so that it is traced anew
    for name, compiled in (("plain", False), ("compiled", True)):
        train(
            photo,
            tmp_path / name,
            **SHORT | {"phases": two, "targets": "attention", "compile": compiled},
        )
    plain, compiled = (
        safetensors.torch.load_file(tmp_path / name / "pytorch_lora_weights.safetensors")
        for name in ("plain", "compiled")
    )
    assert set(plain) == set(compiled)
    assert all(torch.allclose(plain[name], compiled[name], atol=1e-4) for name in plain)


@pytest.mark.parametrize("loss", objective.LOSSES.values())
def test_losses_are_zero_at_zero_and_even(loss):
    error = torch.linspace(-2, 2, 41)
    assert loss(torch.zeros(1)).item() == pytest.approx(0, abs=1e-7)
    assert torch.allclose(loss(error), loss(-error))
    assert (loss(error)[21:].diff() > 0).all()


def test_min_snr_is_one_where_noise_rules_and_small_where_signal_does():
    from diffusers import DDPMScheduler

    scheduler = DDPMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    times = torch.tensor([0, 100, 500, 999])
    weights = objective.min_snr(scheduler, times, 5.0)
    ratio = objective.signal_to_noise(scheduler, times)
    assert torch.allclose(weights, torch.minimum(ratio, torch.tensor(5.0)) / ratio)
    assert weights[-1] == 1
    assert weights[0] < 0.01
    assert (objective.min_snr(scheduler, times, None) == 1).all()


def test_half_precision_needs_a_card():
    with pytest.raises(ValueError, match="needs a GPU"):
        Precision("bf16", torch.device("cpu"))


def test_previews_are_the_same_every_time():
    base = a_base()
    one, two = (denoising.pictures(base, ["photo"], 1, 2, 3.0, CPU) for _ in range(2))
    assert one.shape == (1, 32, 32, 3)
    assert np.array_equal(one, two)
