"""StarGAN v2: a picture of a person in another expression, in a style drawn or taken from a photo.

    from idlock.engines import stargan

    nets = stargan.load("100000_nets_ema.ckpt")
    picture = nets.generator(x, nets.style_encoder(reference, domain), masks)

Our own implementation from the paper (Choi et al. 2020) and from the published
names and shapes of weights, so that published checkpoints load as they are.
torch is loaded only when a network is.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from idlock.engines.stargan.architecture import Architecture

if TYPE_CHECKING:
    from idlock.engines.stargan.nets import Nets


def build(
    img_size: int = 256,
    style_dim: int = 64,
    num_domains: int = 2,
    latent_dim: int = 16,
    w_hpf: float = 1,
    **narrower: int,
) -> "Nets":
    """Make untrained networks with the published shapes.

    Args:
        img_size: side of the pictures, px, a power of two.
        style_dim: length of a style.
        num_domains: how many domains.
        latent_dim: length of the noise that styles are drawn from.
        w_hpf: strength of the edges carried over from the source, 0 for none.
        **narrower: ``base``, ``widest``, ``hidden`` other than the published; see `Architecture`.

    Raises:
        ValueError: the sizes fit no network.
    """
    from idlock.engines.stargan import nets  # noqa: PLC0415  (torch takes a second)

    return nets.build(Architecture(img_size, style_dim, num_domains, latent_dim, w_hpf, **narrower))


def load(path: str | Path) -> "Nets":
    """Open a file of networks, published or our own; see `nets.load`."""
    from idlock.engines.stargan import nets  # noqa: PLC0415

    return nets.load(path)
