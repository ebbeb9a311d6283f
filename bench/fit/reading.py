"""Train how sliders are read back: writes resources/expression/reading.npz.

The synthetic cast as in bench/fit/looks.py, and more people at one shot each
whose mouths do more. Every face is shown mirrored as well, winks apart, since a
wink has a side. `pursed.py` goes on from it, and `errors.py` says how well it reads.

    .venv/bin/python bench/fit/reading.py
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from looks import FITTED, REACH, drawn, kept, looked_at, seen
from structure import MIRRORED

from idlock import faces
from idlock.expression import eyes, features, mouth, reading
from idlock.expression.sliders import SLIDERS
from idlock.store.files import whole_file

MORE, PICTURES = (*range(101, 201), *range(1301, 1501)), 9
HIDDEN, EPOCHS, BATCH, DECAY, NOISE = 256, 90, 128, 0.2, 0.3
# parts of the input: components kept (0: all, standardised) and weight
PARTS = {
    "feature_change": (0, 1.0),
    "features": (0, 0.5),
    "point_change": (0, 0.3),
    "gradient_change": (96, 1.0),
    "gradients": (32, 0.5),
    "colour_change": (48, 1.0),
    "colours": (12, 0.5),
}


def busy(random: np.random.Generator) -> dict[str, float]:
    """Any sliders, and mostly one of the mouth's among them."""
    sliders = drawn(random)
    name = random.choice(["eee", "woo", "smile", "aaa"])
    if random.random() < 0.6 and name not in sliders:
        reach = REACH[name] * random.uniform(SLIDERS[name].low, SLIDERS[name].high)
        sliders[name] = round(float(reach), 3)
    return sliders


def more() -> list[dict]:
    """One shot of many people."""
    return [look for person in MORE for look in kept("more", person, pictures)]


def pictures(person: int):
    random = np.random.default_rng(person)
    shot = int(random.integers(0, 3))
    for expression in ["neutral", *(busy(random) for _ in range(PICTURES))]:
        try:
            yield looked_at(person, shot, expression)
        except faces.NoFace:
            print(f"person {person}, {expression}: no face found")


def face(look: dict, side: int) -> reading.Face:
    """A picture as it is read, or (side -1) its mirror image."""
    marks, lids, here = look["landmarks"], look["eyes"], look["landmarks"] - look["corner"]
    cuts = mouth.patch(look["lower"], here), mouth.lips(look["lower"], here)
    if side < 0:
        marks, lids = (marks * (-1, 1))[MIRRORED], lids[::-1]
        cuts = (cut[:, ::-1].copy() for cut in cuts)
    return reading.seen(marks, features.assembled(marks, eyes.read(lids)), *cuts)


class Sample(NamedTuple):
    """A face that has moved.

    Attributes:
        side: 1, or -1 of its mirror image.
        shown: what `reading.described` gives.
        truth: (n,) the sliders of `reading.READABLE`.
        preset: its name, None of drawn sliders.
    """

    side: int
    shown: dict[str, np.ndarray]
    truth: list[float]
    preset: str | None


def resting(looks: list[dict]) -> dict[tuple[int, int], dict]:
    """The resting face of each (person, shot)."""
    return {(k["person"], k["shot"]): k for k in looks if k["preset"] == "neutral"}


def samples(looks: list[dict], rest: dict[tuple[int, int], dict]) -> Iterator[Sample]:
    """All looks but the resting ones themselves, against the ``rest`` of their person and shot."""
    still = {(*at, side): face(k, side) for at, k in rest.items() for side in (1, -1)}
    for look in looks:
        at = look["person"], look["shot"]
        for side in (1, -1):
            sliders = look["sliders"]
            if rest.get(at, look) is look or (side < 0 and "wink" in sliders):
                continue
            turned = ("rotate_yaw", "rotate_roll")
            truth = [sliders.get(n, 0.0) * (side if n in turned else 1) for n in reading.READABLE]
            shown = reading.described(face(look, side), still[*at, side])
            yield Sample(side, shown, truth, look["preset"])


def bases(
    parts: dict[str, np.ndarray], wanted: Mapping[str, tuple[int, float]]
) -> dict[str, np.ndarray]:
    """How each part that is wanted is brought to few numbers of about unit size."""
    arrays = {}
    for name, (components, weight) in wanted.items():
        values = parts[name]
        mean = values.mean(axis=0)
        if components:
            _, _, axes = np.linalg.svd(values[::2] - mean, full_matrices=False)
            size = np.sqrt(np.mean(((values - mean) @ axes[:components].T) ** 2))
            basis = axes[:components].T / size
        else:
            spread = values.std(axis=0)
            # what `features.upright` holds in its place never moves
            moving = spread > 1e-4
            basis = np.diag(np.where(moving, 1 / np.where(moving, spread, 1), 0))
        arrays |= {f"{name}_mean": mean, f"{name}_basis": basis * weight}
    return arrays


def inputs(arrays: Mapping[str, np.ndarray], parts: Mapping[str, np.ndarray]) -> np.ndarray:
    """(n, d) what the network is shown, of parts (n, ...)."""
    return np.hstack(
        [
            (v - arrays[f"{n}_mean"].astype(float)) @ arrays[f"{n}_basis"].astype(float)
            for n, v in parts.items()
        ]
    )


def network(shown: int, told: int) -> torch.nn.Sequential:
    return torch.nn.Sequential(
        *(torch.nn.Linear(shown, HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.3)),
        *(torch.nn.Linear(HIDDEN, HIDDEN), torch.nn.ReLU(), torch.nn.Dropout(0.2)),
        torch.nn.Linear(HIDDEN, told),
    )


def train(
    net: torch.nn.Sequential,
    x: np.ndarray,
    y: np.ndarray,
    epochs: int,
    rate: float,
    decay: float,
    noise: float = NOISE,
) -> None:
    """Train a network in place.

    Args:
        net: as `network` makes it.
        x: (n, shown), see `inputs`.
        y: (n, told) sliders, each in its own `scale`.
        epochs: how often everything is seen.
        rate, decay: of the steps, at their largest, and of the weights.
        noise: standard deviation of what is laid over the inputs.
    """
    x, y = (torch.from_numpy(a.astype(np.float32)) for a in (x, y))
    steps = epochs * -(-len(x) // BATCH)
    optimiser = torch.optim.AdamW(net.parameters(), weight_decay=decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    net.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(x)).split(BATCH):
            noisy = x[chosen] + noise * torch.randn(len(chosen), x.shape[1])
            loss = ((net(noisy) - y[chosen]) ** 2).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    net.eval()


def main() -> None:
    looks = seen(FITTED) + more()
    taught = list(samples(looks, resting(looks)))
    parts = {name: np.array([s.shown[name] for s in taught]) for name in PARTS}
    truth = np.array([s.truth for s in taught])
    arrays = bases(parts, PARTS)
    arrays["scale"] = truth.std(axis=0)
    arrays = {name: values.astype(np.float16) for name, values in arrays.items()}
    x = inputs(arrays, parts)
    torch.manual_seed(0)
    net = network(x.shape[1], truth.shape[1])
    train(net, x, truth / arrays["scale"].astype(float), EPOCHS, 4e-3, DECAY)
    ship(arrays, net)


def ship(arrays: dict[str, np.ndarray], net: torch.nn.Sequential) -> None:
    """Write the network to where it is read from, in half precision."""
    for number, layer in enumerate((net[0], net[3], net[6]), start=1):
        arrays[f"weight{number}"] = layer.weight.detach().numpy().T.astype(np.float16)
        arrays[f"bias{number}"] = layer.bias.detach().numpy().astype(np.float16)
    with whole_file(reading.FILE) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **arrays)
    reading._network.cache_clear()


if __name__ == "__main__":
    main()
