"""How large a set of networks is; free of torch, so that a run is checked before it starts."""

from dataclasses import dataclass
from itertools import pairwise

SMALLEST, LARGEST = 32, 1024
CROWDED = 10  # domains from which on the mapping network is worth a warning


@dataclass(frozen=True)
class Architecture:
    """What decides the shapes of all weights.

    The published networks have the default widths; narrow ones are for small machines.

    Attributes:
        img_size: side of the pictures, px: a power of two from 32 to 1024.
        style_dim: length of a style.
        num_domains: how many domains.
        latent_dim: length of the noise that styles are drawn from.
        w_hpf: strength of the edges carried over from the source; 0 for none.
            With and without them the networks have other shapes.
        base: channels at full size; by default 2**14 / img_size.
        widest: most channels of any layer.
        hidden: width of the mapping network.

    Raises:
        ValueError: the sizes fit no network.
    """

    img_size: int = 256
    style_dim: int = 64
    num_domains: int = 2
    latent_dim: int = 16
    w_hpf: float = 1
    base: int | None = None
    widest: int = 512
    hidden: int = 512

    def __post_init__(self):
        problem = size_problem(self.img_size)
        if problem:
            raise ValueError(problem)
        if self.num_domains < 1 or self.w_hpf < 0:
            raise ValueError(
                f"num_domains is {self.num_domains} and w_hpf {self.w_hpf}; "
                "at least one domain and no negative weight can be built"
            )

    def differences(self, other: "Architecture") -> str:
        """Say in what ``other`` differs, such as "img_size is 64, not 128"; empty for nothing."""
        pairs = [(name, getattr(self, name), getattr(other, name)) for name in vars(self)]
        pairs += [("base", self.first, other.first)]
        return ", ".join(
            f"{name} is {theirs}, not {ours}"
            for name, ours, theirs in pairs
            if ours != theirs and ours is not None and theirs is not None
        )

    @property
    def first(self) -> int:
        """Channels at full size."""
        return self.base or 2**14 // self.img_size

    @property
    def halvings(self) -> int:
        """How often the generator halves the picture: down to 16 px, or 8 with edges."""
        return self.img_size.bit_length() - 5 + (self.w_hpf > 0)

    def steps(self, number: int) -> list[tuple[int, int]]:
        """Return channels in and out of ``number`` blocks from full size on down."""
        widths = [min(self.first * 2**step, self.widest) for step in range(number + 1)]
        return list(pairwise([self.first, *widths[1:]]))


def size_problem(size: int) -> str | None:
    """Say why networks cannot have pictures of ``size`` px; None where they can."""
    if SMALLEST <= size <= LARGEST and size & (size - 1) == 0:
        return None
    return (
        f"a size of {size} px: the picture is halved again and again down to 4 px, so that only "
        "32, 64, 128, 256, 512 or 1024 come out whole (at 768 the discriminator would judge a "
        "corner of the picture and nobody would notice)"
    )


def mapping_parameters(architecture: Architecture) -> int:
    """Return the number of the mapping network's parameters, which grows with the domains."""
    wide = architecture.hidden * (architecture.hidden + 1)
    shared = (architecture.latent_dim + 1) * architecture.hidden + 3 * wide
    own = 3 * wide + (architecture.hidden + 1) * architecture.style_dim
    return shared + architecture.num_domains * own
