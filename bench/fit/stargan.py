"""Train the StarGAN that ships: writes resources/stargan/nets_ema.ckpt and about.json.

A recipe for one CPU core: 64 px, narrow networks, and the truth at hand (the
cast shows the same person in every expression), so that only the change has to
be learnt. About three quarters of an hour on an idle core, drawing the cast
included; killed, it goes on where it was.

    .venv/bin/python bench/fit/stargan.py [--pictures FOLDER] [--run FOLDER]
"""

import argparse
import json
import logging
import tempfile
from pathlib import Path

import cast_pictures
import numpy as np
import torch

from idlock.engines.stargan import nets, settings
from idlock.engines.stargan.architecture import Architecture
from idlock.engines.stargan.collection import Drawing
from idlock.engines.stargan.fit import FORM, Course, fit
from idlock.engines.stargan.step import Recipe, Trainer
from idlock.store.files import write_bytes, write_json

SIZES = Architecture(cast_pictures.SIZE, 16, 5, 8, w_hpf=0, base=16, widest=96, hidden=64)
RECIPE = {
    **{"momentum": 0.9, "average": 0.995, "decay": 0.0, "paired": 1.0, "latent_every": 10},
    **{"style": 0.0, "cycle": 0.0, "diversity": 0.0, "adversary_from": 10**6},
}
COURSES = ((5_500, 1e-3), (400, 3e-4))  # steps and learning rate, one by one
BATCH, SAVED_EVERY = 4, 100


class FromNeutral(Drawing):
    """Photos show neutral faces, and with the truth at hand there is no way back to be learnt."""

    def change(self, random: np.random.Generator) -> tuple[int, int]:
        return settings.EXPRESSIONS.index("neutral"), super().change(random)[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, default=cast_pictures.KEPT)
    parser.add_argument("--start-from", type=Path, help="a checkpoint to begin with")
    parser.add_argument(
        "--run", type=Path, default=Path(tempfile.gettempdir()) / "idlock-stargan-run"
    )
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)
    training = cast_pictures.of(range(1000, 1320), wanted.pictures)
    held_out = cast_pictures.of(range(950, 966), wanted.pictures)
    last = wanted.start_from
    for number, (steps, rate) in enumerate(COURSES):
        built = nets.build(SIZES, seed=1)
        if last:
            built.take_over(nets.load(last))
        folder = wanted.run / str(number)
        best = fit(
            Trainer(built.to(memory_format=FORM), Recipe(rate=rate, mapping_rate=rate, **RECIPE)),
            FromNeutral(training, training, BATCH, SIZES.latent_dim, 7 + 2 * number),
            FromNeutral(held_out, held_out, BATCH, SIZES.latent_dim, 8, varied=False),
            Course(steps, 50, SAVED_EVERY),
            folder,
        )
        last = folder / settings.CHECKPOINT
    about = {"domains": list(settings.EXPRESSIONS), "frame": "face", "change": True, "best": best}
    about |= {"trained_with": []}
    write_bytes(settings.SHIPPED, last.read_bytes())
    write_json(settings.SHIPPED.with_name(settings.ABOUT), about)
    print(json.dumps(best))


if __name__ == "__main__":
    main()
