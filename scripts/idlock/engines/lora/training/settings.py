"""What a LoRA training is set to: the config's ``lora`` as typed values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from idlock.engines.lora import prompts
from idlock.training.convergence import Rule


@dataclass(frozen=True)
class Phase:
    """One phase of a training.

    Attributes:
        name: such as ``COARSE``.
        lr: learning rate.
        alpha: of the LoRA; its strength is alpha / rank.
        loss: ``mse``, ``huber`` or ``charbonnier``.
        optimizer: ``AdamW`` or ``AdamP``.
        min_steps, max_steps: never fewer, never more.
    """

    name: str
    lr: float
    alpha: float
    loss: str
    optimizer: str
    min_steps: int
    max_steps: int


@dataclass(frozen=True)
class Preview:
    """How the witness looks: cheap pictures, always of the same noise.

    Attributes:
        count: of pictures.
        steps: of denoising each.
        guidance: classifier-free guidance scale.
        expressions: what they show, in turn; presets that no training picture
            shows tell learning from copying.
    """

    count: int
    steps: int
    guidance: float
    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Prior:
    """Pictures of the class, by the base itself, that keep it from forgetting other people.

    Attributes:
        pictures: how many are made, once per base; 0 for none.
        steps, guidance: how they are made.
        share: of every batch.
        weight: of their loss.
    """

    pictures: int
    steps: int
    guidance: float
    share: float
    weight: float


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training beyond its pictures, base and seed.

    Attributes:
        phases: in their order.
        rescale: whether a change of alpha leaves the network's function as it is.
        rank: of the LoRA.
        targets: ``attention``, ``attention+feedforward`` or ``all`` (with convolutions).
        text_encoder: whether the text encoders get a LoRA as well.
        up_lr_ratio: learning rate of the up-matrices as a multiple of a phase's
            (LoRA+, Hayou et al. 2024); 1 for plain LoRA.
        batch: pictures a step.
        check_every: steps between two validation losses.
        look_every: steps between two previews.
        save_every: steps between two savings of the state.
        rule: when a phase may end.
        min_snr: gamma of min-SNR weighting (Hang et al. 2023); None for none.
        face_weight: of the loss where the face is, 1 being the rest of the person.
        background_weight: of the loss outside the person.
        expressions: presets that the parametric engine adds of every photo.
        caption, class_caption: with ``{expression}`` in them, of the person and
            of anybody.
        copy_limit: correlation of a preview with a training picture from which
            on it counts as copied.
        preview, prior: see there.
        checkpointing: gradient checkpointing: less memory, more time.
        compile: whether steps go through a compiled UNet.
        words: what presets are called in captions.
    """

    phases: tuple[Phase, ...]
    rescale: bool
    rank: int
    targets: str
    text_encoder: bool
    up_lr_ratio: float
    batch: int
    check_every: int
    look_every: int
    save_every: int
    rule: Rule
    min_snr: float | None
    face_weight: float
    background_weight: float
    expressions: tuple[str, ...]
    caption: str
    class_caption: str
    copy_limit: float
    preview: Preview
    prior: Prior
    checkpointing: bool
    compile: bool
    words: Mapping[str, str]

    @classmethod
    def of(cls, lora: Mapping[str, Any], words: Mapping[str, str] | None = None) -> "Settings":
        """Read them from the checked config's ``lora``, whose other keys it leaves alone.

        Args:
            lora: that section.
            words: preset -> its words in a caption; by default those of
                ``config/prompts.tsv``.
        """
        told = prompts.load().expressions if words is None else words
        own = {"words": dict(told)} | {
            field.name: lora[field.name] for field in fields(cls) if field.name != "words"
        }
        return cls(
            **own
            | {
                "phases": tuple(Phase(**phase) for phase in own["phases"]),
                "rule": Rule(**own["rule"]),
                "expressions": tuple(own["expressions"]),
                "preview": Preview(
                    **own["preview"] | {"expressions": tuple(own["preview"]["expressions"])}
                ),
                "prior": Prior(**own["prior"]),
            }
        )

    def plain(self) -> dict[str, Any]:
        """The settings as JSON-able data."""
        return asdict(self)

    @property
    def steps(self) -> int:
        """The most steps a training can take."""
        return sum(phase.max_steps for phase in self.phases)

    def own_caption(self, expression: str) -> str:
        """Caption of a picture of the person."""
        return self.caption.format(expression=self.words.get(expression, expression))

    def anybodys_caption(self, expression: str) -> str:
        """Caption of a picture of anybody."""
        return self.class_caption.format(expression=self.words.get(expression, expression))
