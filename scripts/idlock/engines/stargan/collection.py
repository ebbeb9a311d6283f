"""Pictures to train on, and the batches drawn from them.

What is drawn depends on the seed and the number of the step alone, so a
training that is taken up again goes on as if it had never stopped, with no
position of a loader to keep.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

UNKNOWN = -1  # person of whom there is no other picture
TURN, SCALE, SHIFT, GAIN = 3.0, 0.04, 0.02, 0.10  # degrees, share, share of the side, share


@dataclass(frozen=True, eq=False)
class Collection:
    """Pictures with what is known of them.

    Attributes:
        picture: number -> (size, size, 3) uint8.
        domain: (n,) number of each picture's domain.
        person: (n,) number of the person, or `UNKNOWN`.
        shot: (n,) number of the shot; pictures of one person in one shot differ
            in expression only.
        domains: names.
    """

    picture: Callable[[int], np.ndarray]
    domain: np.ndarray
    person: np.ndarray
    shot: np.ndarray
    domains: Sequence[str]

    def __len__(self) -> int:
        return len(self.domain)

    def counterpart(self, number: int, domain: int) -> int | None:
        """Return the picture that shows the same person and shot in ``domain``; None for none."""
        return self._places().get((self.person[number], self.shot[number], domain))

    def _places(self) -> dict[tuple[int, int, int], int]:
        if "_found" not in self.__dict__:
            keys = zip(self.person.tolist(), self.shot.tolist(), self.domain.tolist(), strict=True)
            found = {key: n for n, key in enumerate(keys) if key[0] != UNKNOWN}
            object.__setattr__(self, "_found", found)
        return self._found

    def subset(self, chosen: np.ndarray) -> "Collection":
        """Return the pictures for which (n,) bool ``chosen`` is true."""
        places = np.flatnonzero(chosen)
        return Collection(
            lambda number: self.picture(int(places[number])),
            *(self.domain[chosen], self.person[chosen], self.shot[chosen]),
            self.domains,
        )


@dataclass(frozen=True, eq=False)
class Batch:
    """What one training step sees; pictures are (B, 3, S, S) float in -1..1.

    Attributes:
        real, real_domain: sources and their domains (B,).
        target: domains to go to (B,).
        reference, reference2: pictures of those domains.
        noise, noise2: (B, latent_dim).
        paired: the sources' people in the target domain; None where not known.
    """

    real: Tensor
    real_domain: Tensor
    target: Tensor
    reference: Tensor
    reference2: Tensor
    noise: Tensor
    noise2: Tensor
    paired: Tensor | None

    def to(self, device: torch.device, memory_format: torch.memory_format) -> "Batch":
        """Move everything to a device."""
        return Batch(
            **{
                name: None
                if value is None
                else value.to(device, non_blocking=True).to(memory_format=memory_format)
                if value.ndim == 4
                else value.to(device, non_blocking=True)
                for name, value in vars(self).items()
            }
        )


class Drawing:
    """Draws batches: sources and targets evenly over the domains.

    Args:
        sources: pictures to change.
        references: pictures to take styles from.
        size: of a batch.
        latent_dim: length of the noise.
        seed: of everything drawn.
        varied: whether pictures are turned, moved, mirrored and lit a little
            otherwise each time.
    """

    def __init__(
        self,
        sources: Collection,
        references: Collection,
        size: int,
        latent_dim: int,
        seed: int,
        *,
        varied: bool = True,
    ):
        self.sources, self.references = sources, references
        self.size, self.latent_dim, self.seed, self.varied = size, latent_dim, seed, varied
        self._of_domain = [
            [np.flatnonzero(c.domain == number) for number in range(len(c.domains))]
            for c in (sources, references)
        ]

    def batch(self, step: int) -> Batch:
        """Return the batch of a step."""
        random = np.random.default_rng([self.seed, step])
        rows = [self._row(random) for _ in range(self.size)]
        pictures = {
            name: _tensor([row[name] for row in rows])
            for name in ("real", "reference", "reference2", "paired")
            if rows[0][name] is not None
        }
        noise = random.standard_normal((2, self.size, self.latent_dim), np.float32)
        return Batch(
            real_domain=torch.tensor([row["real_domain"] for row in rows]),
            target=torch.tensor([row["target"] for row in rows]),
            noise=torch.from_numpy(noise[0]),
            noise2=torch.from_numpy(noise[1]),
            **({"paired": None} | pictures),
        )

    def change(self, random: np.random.Generator) -> tuple[int, int]:
        """Draw the domain to go from, and the one to go to."""
        return tuple(int(d) for d in random.integers(len(self.sources.domains), size=2))

    def _row(self, random: np.random.Generator) -> dict:
        real_domain, target = self.change(random)
        source = int(random.choice(self._of_domain[0][real_domain]))
        pair = self.sources.counterpart(source, target)
        seen = self.seen(random)
        first, second = self._references(random, target, source if pair is not None else None)
        return {
            "real": seen(self.sources.picture(source)),
            "paired": None if pair is None else seen(self.sources.picture(pair)),
            "reference": self.seen(random)(self.references.picture(first)),
            "reference2": self.seen(random)(self.references.picture(second)),
            "real_domain": real_domain,
            "target": target,
        }

    def _references(
        self, random: np.random.Generator, target: int, paired: int | None
    ) -> tuple[int, int]:
        """Choose two references; the first as strong as the source's counterpart, if it has one."""
        of_domain = self._of_domain[1][target]
        alike = of_domain
        if paired is not None:
            alike = of_domain[self.references.shot[of_domain] == self.sources.shot[paired]]
        return int(random.choice(alike)), int(random.choice(of_domain))

    def seen(self, random: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
        """Return a way to look at pictures, the same for all it is used on."""
        if not self.varied:
            return lambda picture: picture
        turn, scale, *shift = random.uniform(-1, 1, 4) * (TURN, SCALE, SHIFT, SHIFT)
        mirror, gains = random.random() < 0.5, 1 + GAIN * random.uniform(-1, 1, 3)

        def look(picture: np.ndarray) -> np.ndarray:
            side = len(picture)
            middle = (side - 1) / 2
            pose = cv2.getRotationMatrix2D((middle, middle), turn, 1 + scale)
            pose[:, 2] += np.array(shift) * side
            moved = cv2.warpAffine(
                picture, pose, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
            )
            moved = moved[:, ::-1] if mirror else moved
            return np.clip(moved * gains + 0.5, 0, 255).astype(np.uint8)

        return look


def _tensor(pictures: Sequence[np.ndarray]) -> Tensor:
    """(size, size, 3) uint8 pictures to (B, 3, size, size) in -1..1."""
    stacked = torch.from_numpy(np.stack(pictures))
    return stacked.permute(0, 3, 1, 2).to(torch.float32).div_(127.5).sub_(1).contiguous()
