"""Train the small recogniser of the identity loss: writes resources/stargan/likeness.pt.

People of the cast from 1000 on, in two shots with five expressions each; the
loss is a softmax of cosines with a margin (CosFace, Wang et al. 2018). Prints
how well it tells apart people from 900 on, whom it has never seen. A CPU does
it in about five minutes, most of them for drawing the cast.

    .venv/bin/python bench/fit/likeness.py [--pictures FOLDER]
"""

import argparse
import io
from pathlib import Path

import cast_pictures
import numpy as np
import torch
import torch.nn.functional as F

from idlock.engines.stargan.collection import Drawing
from idlock.identity import differentiable
from idlock.identity.differentiable import Likeness
from idlock.store.files import write_bytes

STEPS, BATCH, RATE = 700, 32, 2e-3
MARGIN, SCALE = 0.2, 24.0


def batch(collection, random: np.random.Generator) -> tuple[torch.Tensor, np.ndarray]:
    """Pictures, each lit and placed a little otherwise, and whose they are."""
    chosen = random.integers(len(collection), size=BATCH)
    look = Drawing(collection, collection, 1, 1, 0)
    seen = [look.seen(random)(collection.picture(int(number))) for number in chosen]
    return tensor(seen), collection.person[chosen]


def tensor(pictures) -> torch.Tensor:
    stacked = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
    return F.interpolate(stacked / 127.5 - 1, size=Likeness.SIDE, mode="bilinear", antialias=True)


def train(collection) -> Likeness:
    torch.manual_seed(0)
    network, first = Likeness(), int(collection.person.min())
    centres = torch.nn.Parameter(torch.randn(int(collection.person.max()) - first + 1, 128))
    weights = [*network.parameters(), centres]
    optimiser = torch.optim.AdamW(weights, RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, STEPS, pct_start=0.1)
    random = np.random.default_rng(0)
    for step in range(STEPS):
        pictures, person = batch(collection, random)
        owner = torch.from_numpy(person - first)
        cosines = F.normalize(network(pictures)) @ F.normalize(centres).T
        cosines = cosines - MARGIN * F.one_hot(owner, len(centres))
        loss = F.cross_entropy(SCALE * cosines, owner)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 100 == 99:
            print(f"step {step + 1}: {loss.item():.3f}", flush=True)
    return network.eval()


@torch.no_grad()
def equal_error(network: Likeness, collection) -> float:
    """Share of pairs of pictures told wrong, where as many are wrong either way."""
    pictures = [collection.picture(number) for number in range(len(collection))]
    vectors = F.normalize(network(tensor(pictures))).numpy()
    upper = np.triu_indices(len(vectors), 1)
    cosine = (vectors @ vectors.T)[upper]
    same = (collection.person[:, None] == collection.person[None])[upper]
    lines = np.quantile(cosine, np.linspace(0, 1, 2001))
    wrong = [((cosine[same] < line).mean(), (cosine[~same] >= line).mean()) for line in lines]
    return float(np.mean(min(wrong, key=lambda pair: abs(pair[0] - pair[1]))))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, default=cast_pictures.KEPT)
    folder = parser.parse_args().pictures
    torch.set_num_threads(1)
    network = train(cast_pictures.of(range(1000, 1320), folder))
    file = io.BytesIO()
    torch.save(network.state_dict(), file)
    write_bytes(differentiable.SHIPPED, file.getvalue())
    held_out = cast_pictures.of(range(900, 930), folder)
    print(f"{len(file.getvalue()) / 1e6:.2f} MB, {sum(p.numel() for p in network.parameters())}")
    print(f"equal error on 30 people never seen: {equal_error(network, held_out):.2%}")


if __name__ == "__main__":
    main()
