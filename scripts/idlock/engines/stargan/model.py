"""A model ready for use: networks, the names of their domains, the frame they see.

Beside a checkpoint of our own lies ``about.json``; published checkpoints have
none, and the config says what it would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from idlock import device
from idlock.engines.stargan import nets, paste, settings
from idlock.engines.stargan.frames import FRAMES, Frame
from idlock.store.files import read_json, sha256


@dataclass(eq=False)
class Model:
    """Networks and what is known of them.

    Attributes:
        networks: ready for use.
        domains: names, in the order of their numbers.
        frame: which part of a prepared picture they see.
        rest: number of the domain that sources show.
        change: whether a picture is changed by the difference of two made ones
            (models trained for it), or replaced by the made one.
        version: digest of the checkpoint.
        strength: how far everything moves, 1 as far as in the networks' pictures.
        trained_with: names of the recognisers that took part in the training.
    """

    networks: nets.Nets
    domains: Sequence[str]
    frame: Frame
    rest: int
    change: bool
    version: str
    strength: float
    trained_with: Sequence[str] = ()

    @cached_property
    def size(self) -> int:
        """Side of the networks' pictures, px."""
        return self.networks.architecture.img_size

    def seen(self, picture: np.ndarray) -> Tensor:
        """Return what the networks see of a (768, 768, 3 or 4) uint8 picture: (1, 3, S, S)."""
        return self._placed(pictured(paste.seen(picture, self.frame, self.size)))

    def style_of(self, picture: Tensor, domain: int) -> Tensor:
        """Return the (1, style_dim) style of a picture (1, 3, S, S)."""
        return self.networks.style_encoder(
            self._placed(picture), self._placed(torch.tensor([domain]))
        )

    def drawn_style(self, domain: int, seed: int) -> Tensor:
        """Return the (1, style_dim) style of a domain that belongs to a seed.

        The noise is drawn on the CPU, so that it is the same wherever the networks are.
        """
        generator = torch.Generator().manual_seed(seed % 2**63)
        noise = torch.randn(1, self.networks.architecture.latent_dim, generator=generator)
        return self.networks.mapping_network(
            self._placed(noise), self._placed(torch.tensor([domain]))
        )

    def _placed(self, x: Tensor) -> Tensor:
        """Bring a tensor to where the networks are."""
        return x.to(next(self.networks.generator.parameters()).device)


class Editor:
    """Makes pictures of one source; what they share is worked out once.

    Args:
        model: what makes them.
        picture: (768, 768, 4) uint8, the source.
    """

    def __init__(self, model: Model, picture: np.ndarray):
        self._model, self._picture = model, picture
        with torch.inference_mode():
            seen = model.seen(picture)
            networks = model.networks
            self._content = networks.generator.content(seen, networks.masks(seen))
            self._before = floats(seen)
            if model.change:
                self._before = self.made(model.style_of(seen, model.rest))

    def made(self, style: Tensor) -> np.ndarray:
        """Return what the networks make of the source, (S, S, 3) float, about 0..255."""
        with torch.inference_mode():
            return floats(self._model.networks.generator.styled(self._content, style))

    def picture(self, style: Tensor) -> np.ndarray:
        """Return the source in a style (1, style_dim): (768, 768, 4) uint8."""
        model = self._model
        return paste.pasted(
            self._picture, model.frame, self._before, self.made(style), model.strength
        )


def pictured(picture: np.ndarray) -> Tensor:
    """(S, S, 3) uint8 to (1, 3, S, S) in -1..1."""
    return torch.from_numpy(picture).permute(2, 0, 1)[None].to(torch.float32) / 127.5 - 1


def floats(x: Tensor) -> np.ndarray:
    """(1, 3, S, S) in -1..1 to (S, S, 3) float32 in 0..255."""
    return ((x[0].permute(1, 2, 0) + 1) * 127.5).float().cpu().numpy()


def open_model(config: Mapping[str, Any]) -> Model:
    """Open the checkpoint that the config names, on the device that it names.

    Of its section ``stargan``, ``domains`` and ``frame`` count where no
    ``about.json`` lies beside the checkpoint.

    Raises:
        ValueError: the file holds no networks, or the domains are not known or
            not as many as the networks have.
    """
    told, path = config["stargan"], settings.checkpoint(config)
    networks = nets.load(path).to(device.torch_device(config))
    beside = path.with_name(settings.ABOUT)
    about = read_json(beside) if beside.is_file() else {}
    domains = about.get("domains") or told["domains"]
    count = networks.architecture.num_domains
    if not domains or len(domains) != count:
        raise ValueError(
            f"{path}: the networks have {count} domains; write their names, in order, as "
            f"stargan.domains (now: {', '.join(domains or []) or 'none'})"
        )
    rest = told["source_domain"]
    return Model(
        networks,
        tuple(domains),
        FRAMES[about.get("frame") or told["frame"]],
        domains.index(rest) if rest in domains else 0,
        about.get("change", False),
        sha256(path),
        told["strength"],
        tuple(about.get("trained_with", ())),
    )
