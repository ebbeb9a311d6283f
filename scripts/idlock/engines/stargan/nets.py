"""A set of networks that belong together, and the files they come in.

The files are the published kind: a torch file with ``{network: {name: tensor}}``,
read with `weights_only`. Everything about the sizes is read off the tensors, so
the published `100000_nets_ema.ckpt` needs nothing beside it.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from idlock.engines.stargan.architecture import Architecture
from idlock.engines.stargan.fan import FAN
from idlock.engines.stargan.networks import (
    Discriminator,
    Generator,
    MappingNetwork,
    StyleEncoder,
)
from idlock.store.files import write_bytes

Weights = Mapping[str, Mapping[str, Tensor]]


@dataclass(eq=False)
class Nets:
    """The networks of one model.

    Attributes:
        architecture: their sizes.
        generator, mapping_network, style_encoder: see `networks`.
        discriminator: None where a file holds none, as the published one.
        fan: the landmark network; None with w_hpf 0.
    """

    architecture: Architecture
    generator: Generator
    mapping_network: MappingNetwork
    style_encoder: StyleEncoder
    discriminator: Discriminator | None = None
    fan: FAN | None = None

    def named(self) -> Iterator[tuple[str, nn.Module]]:
        """The networks that are there, by their published names."""
        for name in ("generator", "mapping_network", "style_encoder", "discriminator", "fan"):
            network = getattr(self, name)
            if network is not None:
                yield name, network

    def masks(self, x: Tensor) -> tuple[Tensor, Tensor] | None:
        """Return where edges of pictures (B, 3, H, W) are carried over; None for nowhere.

        Without a landmark network they are carried over everywhere.
        """
        if self.architecture.w_hpf == 0:
            return None
        if self.fan is not None:
            return self.fan.get_heatmap(x)
        everywhere = x.new_ones(len(x), 1, 1, 1)
        return everywhere, everywhere

    def state(self) -> dict[str, dict[str, Tensor]]:
        """All weights, by network and name."""
        return {name: dict(network.state_dict()) for name, network in self.named()}

    def take_over(self, given: "Nets") -> None:
        """Take the weights of networks of the same sizes; what ``given`` lacks stays."""
        for name, network in given.named():
            mine = getattr(self, name)
            if mine is not None:
                mine.load_state_dict(network.state_dict())

    def to(self, *args: Any, **kwargs: Any) -> "Nets":
        """Move all networks, as `torch.nn.Module.to` does."""
        for _, network in self.named():
            network.to(*args, **kwargs)
        return self

    def eval(self) -> "Nets":
        """Fix all networks, for use."""
        for _, network in self.named():
            network.eval().requires_grad_(False)
        return self


def build(
    of: Architecture, seed: int = 0, *, landmarks: bool = True, **of_discriminator: bool
) -> Nets:
    """Make untrained networks.

    Weights of convolutions and linear layers are drawn as He et al. 2015 say;
    the landmark network keeps torch's own and is to be loaded.

    Args:
        of: the sizes.
        seed: of the weights.
        landmarks: whether, with w_hpf, there is a landmark network.
        **of_discriminator: its options, ``spectral`` and ``deviation``.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        nets = Nets(
            of,
            Generator(of),
            MappingNetwork(of),
            StyleEncoder(of),
            Discriminator(of, **of_discriminator),
            FAN().eval().requires_grad_(False) if landmarks and of.w_hpf > 0 else None,
        )
        for name, network in nets.named():
            if name != "fan":
                network.apply(_drawn)
    return nets


def _drawn(layer: nn.Module) -> None:
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def load(path: str | Path) -> Nets:
    """Open a file of networks, published or our own, ready for use.

    Raises:
        ValueError: the file is not readable as such, or holds other networks.
    """
    weights = read(Path(path))
    try:
        of = architecture_of(weights)
        nets = Nets(of, Generator(of), MappingNetwork(of), StyleEncoder(of))
        if "discriminator" in weights:
            nets.discriminator = Discriminator(of)
        if "fan" in weights:
            nets.fan = FAN()
        for name, network in nets.named():
            network.load_state_dict(weights[name])
    except (KeyError, IndexError, RuntimeError, AttributeError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ValueError(
            f"{path}: not a StarGAN v2 checkpoint with generator, mapping_network and "
            f"style_encoder ({lines[0][:200]})"
        ) from None
    return nets.eval()


def load_fan(path: str | Path) -> FAN:
    """Open the published landmark network, ``wing.ckpt``; entries it has beyond ours are left.

    Raises:
        ValueError: the file is not readable as such.
    """
    weights = read(Path(path))
    fan = FAN()
    given = weights.get("state_dict", weights.get("fan", {}))
    wanted = fan.state_dict()
    missing = sorted(set(wanted) - set(given))
    if missing:
        raise ValueError(f"{path}: not the landmark network: {missing[0]} is missing")
    fan.load_state_dict({name: given[name] for name in wanted})
    return fan.eval().requires_grad_(False)


def read(path: Path) -> Weights:
    """Read the tensors of a torch file, and nothing else that may be in it.

    Raises:
        ValueError: it is no such file.
    """
    try:
        weights = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch has a different one for every kind of damage
        kind = type(error).__name__
        raise ValueError(f"{path}: cannot be read as a file of weights ({kind})") from None
    if not isinstance(weights, Mapping):
        raise ValueError(f"{path}: holds no named weights")
    return weights


def save(path: Path, nets: Nets) -> None:
    """Write networks; equal weights make equal bytes."""
    write_bytes(path, packed(nets.state()))


def packed(weights: Weights) -> bytes:
    """Return the torch file of ``{network: {name: tensor}}``."""
    whole = {
        name: {key: value.detach().cpu().contiguous() for key, value in state.items()}
        for name, state in weights.items()
    }
    file = io.BytesIO()
    torch.save(whole, file)
    return file.getvalue()


def architecture_of(weights: Weights) -> Architecture:
    """Read the sizes of networks off their tensors."""
    generator, mapping = weights["generator"], weights["mapping_network"]
    carried = "hpf.filter" in generator
    depth = _count(generator, "encode.") - 2
    size = 2 ** (depth + 4 - carried)
    styles = mapping["unshared.0.6.weight"]
    return Architecture(
        img_size=size,
        style_dim=styles.shape[0],
        num_domains=_count(mapping, "unshared."),
        latent_dim=mapping["shared.0.weight"].shape[1],
        w_hpf=round(8.0 / float(generator["hpf.filter"][1, 1]), 6) if carried else 0,
        base=generator["from_rgb.weight"].shape[0],
        widest=weights["style_encoder"][f"shared.{_last_conv(size)}.weight"].shape[0],
        hidden=styles.shape[1],
    )


def _last_conv(size: int) -> int:
    """Where in the trunk of a ``size`` px network its last convolution stands."""
    return size.bit_length() - 1


def _count(state: Mapping[str, Tensor], prefix: str) -> int:
    """Return how many numbered layers there are below ``prefix``."""
    return len({name.split(".")[1] for name in state if name.startswith(prefix)})
