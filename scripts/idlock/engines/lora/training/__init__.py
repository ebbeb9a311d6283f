"""Learn a person: photos and a base in, a LoRA out. No Snakemake needed.

    import torch
    from pathlib import Path
    from idlock import config, identity
    from idlock.engines.lora import base, training

    lora = config.checked({"identities": "."}, None)["lora"]   # defaults; change what you like
    trained = training.train(
        [(source, "neutral")],                # idlock.engines.Source: image, landmarks
        base.opened("resources/embedded_base"),
        training.Settings.of(lora),
        Path("results/models/lora/someone"),
        witness=identity.recogniser("dlib"),  # not the one that judges afterwards
        seed=0,
    )
    trained.files      # pytorch_lora_weights.safetensors, kohya.safetensors, convergence.csv
    trained.reasons    # why each phase ended

The base is left as it was, so the next person can be learnt with it. A killed
training is gone on with by the same call.
"""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import DiffusionPipeline

from idlock.engines import Source
from idlock.engines.lora.training import denoising, export, prior
from idlock.engines.lora.training.adapter import TEXT_ENCODERS, Adapter
from idlock.engines.lora.training.course import Course, OnStep
from idlock.engines.lora.training.examples import examples
from idlock.engines.lora.training.material import Material, material
from idlock.engines.lora.training.precision import Precision, channels_last
from idlock.engines.lora.training.saving import Kept
from idlock.engines.lora.training.settings import Phase, Preview, Prior, Settings
from idlock.engines.lora.training.steps import Steps
from idlock.engines.lora.training.witness import Witness
from idlock.expression import presets as shipped
from idlock.identity import Recogniser
from idlock.store.files import whole_file

__all__ = ["Phase", "Preview", "Prior", "Settings", "Trained", "train"]
TRACE = "convergence.csv"


@dataclass(frozen=True)
class Trained:
    """A training that is done.

    Attributes:
        files: written.
        reasons: why each phase ended.
        steps: how many were taken.
        kept: the LoRA that was kept, and what the witness saw of it.
        before: the drift that the witness saw of the base's own previews.
    """

    files: list[Path]
    reasons: list[str]
    steps: int
    kept: Kept
    before: float


def train(
    photos: Sequence[tuple[Source, str]],
    base: DiffusionPipeline,
    settings: Settings,
    folder: Path,
    *,
    witness: Recogniser | None,
    seed: int,
    presets: Mapping[str, Mapping[str, float]] | None = None,
    prior_folder: Path | None = None,
    told: Mapping[str, str] | None = None,
    device: torch.device | None = None,
    precision: str = "auto",
    on_step: OnStep = lambda step: None,
) -> Trained:
    """Learn one person.

    Args:
        photos: prepared photos, each with the name of the expression it shows.
        base: an SD 1.5 or SDXL pipeline; its weights do not change.
        settings: of the training.
        folder: for the LoRA and its trace; the state of a training under way
            lies in ``state/`` below it.
        witness: recogniser that says which LoRA is the best; with None the last is kept.
        seed: of everything random.
        presets: slider values of expressions by name; by default the shipped ones.
        prior_folder: where the class pictures of this base lie or will lie; by
            default in the training's state.
        told: texts for the metadata of the kohya file.
        device: by default the CPU.
        precision: ``auto``, ``fp32``, ``bf16`` or ``fp16``.
        on_step: told the number of every step that is done.

    Raises:
        BadInput: the training went astray; nothing is written but the state.
    """
    numbers = Precision(precision, device or torch.device("cpu"))
    numbers.place(base)
    state = folder / "state"
    state.mkdir(parents=True, exist_ok=True)
    with channels_last(base.unet):
        own = examples(photos, presets or shipped.load(None), denoising.side(base), settings)
        anybody = prior.made(base, settings, prior_folder or state / "prior", numbers)
        learnt = material(base, own, anybody, settings.prior.weight)
        adapter = Adapter(base, settings.rank, settings.targets, settings.text_encoder, seed)
        try:
            if settings.checkpointing:
                base.unet.enable_gradient_checkpointing()
                base.unet.train()  # diffusers checkpoints only then; it has no dropout
            seen_by = witness and Witness(witness, [source for source, _ in photos], own)
            course = Course(
                Steps(base, adapter, learnt, settings, numbers, seed),
                seen_by,
                settings,
                state,
                fingerprint(base, learnt, settings, seed, numbers.name, witness),
                on_step,
            )
            kept = course.run()
        finally:
            adapter.remove()
            base.unet.eval()
    files = export.write(
        folder, kept.tensors, kept.alpha, settings.rank, base.unet.config, told or {}
    )
    with whole_file(folder / TRACE) as temporary:
        shutil.copyfile(course.trace.path, temporary)
    shutil.rmtree(state)
    return Trained([*files, folder / TRACE], course.reasons, course.step, kept, course.before)


def fingerprint(
    base: DiffusionPipeline,
    learnt: Material,
    settings: Settings,
    seed: int,
    precision: str,
    witness: Recogniser | None,
) -> str:
    """Digest of all that decides a training."""
    digest = hashlib.sha256()
    about = [settings.plain(), seed, precision, learnt.captions, learnt.caption.tolist()]
    about.append([witness.name, witness.version] if witness else None)
    digest.update(json.dumps(about, sort_keys=True).encode())
    networks = [getattr(base, name, None) for name in ("unet", *TEXT_ENCODERS)]
    weights = [
        tensor
        for network in networks
        if network is not None
        for name, tensor in network.state_dict().items()
        if "lora_" not in name
    ]
    for tensor in (learnt.latents, learnt.weights, *weights):
        digest.update(tensor.detach().to("cpu", torch.float32).numpy().tobytes())
    return digest.hexdigest()
