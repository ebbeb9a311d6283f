"""Teach the network that reads sliders more about lips, pushed forward and drawn in.

It goes on from what bench/fit/reading.py has made, with further people of the
cast, and changes resources/expression/reading.npz in place.

Gone all the way, it would expect pursed lips in everybody. So pictures with any
other expression count more, and the weights stop half-way between before and
after (Wortsman et al. 2022, WiSE-FT). How much, was chosen by cross-validation
over the people taught.

    .venv/bin/python bench/fit/reading.py
    .venv/bin/python bench/fit/pursed.py
"""

from collections.abc import Iterable, Iterator

import numpy as np
import torch
from looks import REACH, drawn, kept, looked_at
from reading import PARTS, PICTURES, bases, inputs, network, resting, samples, ship, train

from idlock import faces
from idlock.expression import presets, reading
from idlock.expression.sliders import SLIDERS

PEOPLE = (*range(1201, 1301), *range(1501, 1601))
EPOCHS, RATE, DECAY, NOISE = 12, 6e-4, 0.05, 0.15
TIMES = 6  # how often a picture counts in which woo was not asked for
# what it is shown besides, see `PARTS` in reading.py
LIPS = {"lip_change": (48, 2.0), "lips": (12, 1.0)}
OTHERS = ("eee", "smile", "aaa")


def pursed(random: np.random.Generator) -> dict[str, float] | str:
    """Mostly lips pushed forward or drawn in, and more of the mouth; any sliders; a preset."""
    kind = random.random()
    if kind < 0.15:
        return str(random.choice(list(presets.load())))
    if kind < 0.4:
        return drawn(random)
    chosen = random.choice(OTHERS, random.integers(0, 3), replace=False)
    aside = drawn(random) if random.random() < 0.3 else {}
    return aside | somewhere(random, ["woo", *chosen])


def somewhere(random: np.random.Generator, names: Iterable[str]) -> dict[str, float]:
    """These sliders, on either side of rest as often."""
    sliders = {}
    for name in names:
        end = random.choice([SLIDERS[name].low, REACH[name] * SLIDERS[name].high])
        sliders[name] = round(float(end * random.random()), 3)
    return sliders


def pictures(person: int) -> Iterator[dict]:
    """One shot of a person."""
    random = np.random.default_rng(person)
    shot = int(random.integers(0, 3))
    # contempt presses the lips harder than nearly all that is drawn
    for expression in ["neutral", *(pursed(random) for _ in range(PICTURES)), "contempt"]:
        try:
            yield looked_at(person, shot, expression)
        except faces.NoFace:
            print(f"person {person}, {expression}: no face found")


def trained(arrays: dict[str, np.ndarray], shown: int) -> torch.nn.Sequential:
    """The network that ``arrays`` hold, to go on with; what it was not shown so far counts 0."""
    weights = [torch.from_numpy(arrays[f"weight{n}"].astype(np.float32).T) for n in (1, 2, 3)]
    biases = [torch.from_numpy(arrays[f"bias{n}"].astype(np.float32)) for n in (1, 2, 3)]
    net = network(shown, weights[2].shape[0])
    weights[0] = torch.nn.functional.pad(weights[0], (0, shown - weights[0].shape[1]))
    for layer, weight, bias in zip((net[0], net[3], net[6]), weights, biases, strict=True):
        layer.load_state_dict({"weight": weight, "bias": bias})
    return net


def halfway(before: torch.nn.Sequential, after: torch.nn.Sequential) -> torch.nn.Sequential:
    """Average two networks' weights."""
    there = after.state_dict()
    after.load_state_dict({n: (w + there[n]) / 2 for n, w in before.state_dict().items()})
    return after


def main() -> None:
    looks = [look for person in PEOPLE for look in kept("pursed", person, pictures)]
    taught = list(samples(looks, resting(looks)))
    parts = {name: np.array([s.shown[name] for s in taught]) for name in (*PARTS, *LIPS)}
    truth = np.array([s.truth for s in taught])
    with np.load(reading.FILE, allow_pickle=False) as file:
        arrays = dict(file)
    arrays |= {name: values.astype(np.float16) for name, values in bases(parts, LIPS).items()}
    x, y = inputs(arrays, parts), truth / arrays["scale"].astype(float)
    times = np.where(truth[:, reading.READABLE.index("woo")] == 0, TIMES, 1)
    x, y = (np.repeat(values, times, axis=0) for values in (x, y))
    torch.manual_seed(0)
    net = trained(arrays, x.shape[1])
    train(net, x, y, EPOCHS, RATE, DECAY, NOISE)
    ship(arrays, halfway(trained(arrays, x.shape[1]), net))


if __name__ == "__main__":
    main()
