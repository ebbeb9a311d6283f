"""One training step: the discriminator twice, then the generator twice.

The published order (Choi et al. 2020): discriminator with styles from noise,
with styles from references; generator, mapping network and style encoder with
styles from noise; the generator alone with styles from references. What several
of these share is worked out once, and gradients that nobody steps by are not
worked out; the numbers are those of the plain loop.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from idlock.engines.stargan import losses
from idlock.engines.stargan.collection import Batch
from idlock.engines.stargan.nets import Nets
from idlock.engines.stargan.networks import Content

TRAINED = ("generator", "mapping_network", "style_encoder", "discriminator")
AVERAGED = TRAINED[:3]
WAYS = ("latent", "reference")  # where styles come from: noise, or pictures
Losses = dict[str, Tensor]


@dataclass(frozen=True)
class Recipe:
    """How a model is trained; the defaults are the published ones.

    Attributes:
        rate, mapping_rate: learning rates, of the mapping network apart.
        momentum: share of the last step's direction that is kept (Adam's first beta).
        decay: weight decay.
        average: share kept of the moving average at each step.
        r1, style, cycle: weights of the losses.
        diversity, diversity_steps: weight of the diversity loss, and the number
            of steps in which it sinks to nothing.
        identity: weight of the identity loss; 0 needs no recogniser.
        paired: weight of the distance to the same person's own picture in the
            target domain, for pictures that have one (the cast).
        latent_every: steps of which one learns with styles from noise as well; 1 is
            the published loop.
        adversary_from: step from which there is a discriminator.
        bf16: whether forward passes run in bfloat16.
    """

    rate: float = 1e-4
    mapping_rate: float = 1e-6
    momentum: float = 0.0
    decay: float = 1e-4
    average: float = 0.999
    r1: float = 1.0
    style: float = 1.0
    cycle: float = 1.0
    diversity: float = 1.0
    diversity_steps: int = 100_000
    identity: float = 0.0
    paired: float = 0.0
    latent_every: int = 1
    adversary_from: int = 0
    bf16: bool = False

    def diversity_at(self, step: int) -> float:
        """Weight of the diversity loss at a step, which resuming does not change."""
        return self.diversity * max(0.0, 1 - step / self.diversity_steps)


@dataclass(frozen=True, eq=False)
class Made:
    """Pictures made to learn from: the sources' content, the styles, and how they look in them."""

    content: Content
    style: Tensor
    fake: Tensor


class Trainer:
    """Networks in training, their moving average and their optimisers.

    Args:
        nets: the networks, on their device.
        recipe: how.
        recogniser: (B, 3, S, S) to (B, d) identity vectors, differentiable;
            needed where the recipe has an identity loss.
    """

    def __init__(self, nets: Nets, recipe: Recipe, recogniser: nn.Module | None = None):
        self.nets, self.recipe, self.recogniser = nets, recipe, recogniser
        self.average = replace(deepcopy(nets), discriminator=None).eval()
        self.optimisers = {
            name: torch.optim.Adam(
                getattr(nets, name).parameters(),
                lr=recipe.mapping_rate if name == "mapping_network" else recipe.rate,
                betas=(float(recipe.momentum), 0.99),
                weight_decay=recipe.decay,
                fused=True,
            )
            for name in TRAINED
        }

    def step(self, batch: Batch, number: int) -> Losses:
        """Train on a batch and return the losses, by name.

        Args:
            batch: on the networks' device.
            number: of the step, from 0.
        """
        masks, told = self.nets.masks(batch.real), {}
        ways = WAYS if number % self.recipe.latent_every == 0 else WAYS[1:]
        made = self._made(batch, masks, ways[0])
        if number >= self.recipe.adversary_from:
            for way in ways:
                fake = made.fake if way == ways[0] else self._restyled(batch, made.content, way)
                told |= self._judge(batch, fake.detach(), way)
        for way in ways:
            if way != ways[0]:
                made = self._made(batch, masks, way)
            told |= self._generate(batch, number, made, way)
        self._follow()
        return told

    def state(self) -> dict:
        """Everything that training changes, for `restore`."""
        return {
            "nets": self.nets.state(),
            "average": self.average.state(),
            "optimisers": {name: o.state_dict() for name, o in self.optimisers.items()},
        }

    def restore(self, state: Mapping) -> None:
        """Take up the training where `state` was taken."""
        for nets, weights in ((self.nets, state["nets"]), (self.average, state["average"])):
            for name, network in nets.named():
                network.load_state_dict(weights[name])
        for name, optimiser in self.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])

    def _made(self, batch: Batch, masks: Sequence[Tensor] | None, way: str) -> Made:
        """Make pictures in the styles of a way, to learn from."""
        learnt = self._stepped(way)
        idle = (n for name, n in self.nets.named() if name in TRAINED and name not in learnt)
        with _frozen(*idle), self._precision(batch.real):
            content = self.nets.generator.content(batch.real, masks)
            style = self._style(batch, way)
            return Made(content, style, self.nets.generator.styled(content, style))

    @torch.no_grad()
    def _restyled(
        self, batch: Batch, content: Content, way: str, *, second: bool = False
    ) -> Tensor:
        """Make pictures of a content in the styles of a way, to look at only."""
        with self._precision(batch.real):
            return self.nets.generator.styled(content, self._style(batch, way, second=second))

    def _style(self, batch: Batch, way: str, *, second: bool = False) -> Tensor:
        if way == "latent":
            noise = batch.noise2 if second else batch.noise
            return self.nets.mapping_network(noise, batch.target)
        reference = batch.reference2 if second else batch.reference
        return self.nets.style_encoder(reference, batch.target)

    def _judge(self, batch: Batch, fake: Tensor, way: str) -> Losses:
        """Step the discriminator with real pictures and made ones."""
        judge = self.nets.discriminator
        real = batch.real.detach().requires_grad_()
        with self._precision(real):
            on_real = judge(real, batch.real_domain)
            on_fake = judge(fake, batch.target)
        told = {
            "real": losses.adversary(on_real.float(), real=True),
            "fake": losses.adversary(on_fake.float(), real=False),
            "r1": losses.r1(on_real, real),
        }
        self._descend(told["real"] + told["fake"] + self.recipe.r1 * told["r1"], "discriminator")
        return {f"{way}_discriminator_{name}": loss.detach() for name, loss in told.items()}

    def _generate(self, batch: Batch, number: int, made: Made, way: str) -> Losses:
        """Step what makes pictures: all of it with styles from noise, else the generator."""
        stepped, recipe = self._stepped(way), self.recipe
        idle = (n for name, n in self.nets.named() if name in TRAINED and name not in stepped)
        with _frozen(*idle), self._precision(batch.real):
            told = self._terms(batch, number, made, way)
        weights = {
            "adversary": 1.0,
            "style": recipe.style,
            "diversity": -recipe.diversity_at(number),
            "cycle": recipe.cycle,
            "identity": recipe.identity,
            "paired": recipe.paired,
        }
        self._descend(sum(weights[name] * loss for name, loss in told.items()), *stepped)
        return {f"{way}_{name}": loss.detach() for name, loss in told.items()}

    def _terms(self, batch: Batch, number: int, made: Made, way: str) -> Losses:
        """Return the losses that have a weight."""
        nets, recipe, fake = self.nets, self.recipe, made.fake
        told: Losses = {}
        if number >= recipe.adversary_from:
            logits = nets.discriminator(fake, batch.target)
            told["adversary"] = losses.adversary(logits.float(), real=True)
        if recipe.style:
            told["style"] = losses.distance(nets.style_encoder(fake, batch.target), made.style)
        if recipe.diversity_at(number):
            other = self._restyled(batch, made.content, way, second=True)
            told["diversity"] = losses.distance(fake, other)
        truth = batch.paired if recipe.paired else None
        if recipe.cycle or truth is not None:
            own = nets.style_encoder(batch.real, batch.real_domain)
        if recipe.cycle:
            back = nets.generator(fake, own, nets.masks(fake))
            told["cycle"] = losses.distance(back, batch.real)
        shown = fake
        if truth is not None:
            same = nets.generator.styled(made.content, own)
            told["paired"] = losses.paired(fake, same, truth, batch.real)
            shown = batch.real + fake - same
        if recipe.identity:
            with torch.no_grad():
                known = self.recogniser(batch.real)
            told["identity"] = losses.identity(self.recogniser(shown), known)
        return told

    def _stepped(self, way: str) -> tuple[str, ...]:
        """Name what learns from a way; with the truth at hand, references teach styles as well."""
        if way == "latent":
            return AVERAGED
        return ("generator", "style_encoder") if self.recipe.paired else ("generator",)

    def _descend(self, loss: Tensor, *names: str) -> None:
        for name in names:
            self.optimisers[name].zero_grad(set_to_none=True)
        loss.backward()
        for name in names:
            self.optimisers[name].step()

    def _follow(self) -> None:
        """Let the moving average follow the weights."""
        for name in AVERAGED:
            own = list(getattr(self.nets, name).parameters())
            torch._foreach_lerp_(
                list(getattr(self.average, name).parameters()), own, 1 - self.recipe.average
            )

    def _precision(self, x: Tensor) -> torch.autocast:
        return torch.autocast(x.device.type, torch.bfloat16, enabled=self.recipe.bf16)


@contextmanager
def _frozen(*networks: nn.Module) -> Iterator[None]:
    """Work out no gradients for these networks' weights inside the block."""
    for network in networks:
        network.requires_grad_(False)
    try:
        yield
    finally:
        for network in networks:
            network.requires_grad_(True)
