"""StarGAN v2 as the paper writes it down: functions of named weights, one operation after another.

Nothing is shared, folded or left out. It is what idlock's networks are compared
with, in numbers (tests/unit/test_stargan_networks.py) and in time
(bench/stargan.py); the product does not use it.

Weights are ``{name: tensor}`` with the published names. Which blocks halve or
double is read off the names and shapes.
"""

import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

Weights = Mapping[str, Tensor]
SLOPE = 0.2


def conv(w: Weights, at: str, x: Tensor, padding: int = 1) -> Tensor:
    return F.conv2d(x, w[f"{at}.weight"], w.get(f"{at}.bias"), padding=padding)


def linear(w: Weights, at: str, x: Tensor) -> Tensor:
    return F.linear(x, w[f"{at}.weight"], w[f"{at}.bias"])


def rectified(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def instance_norm(w: Weights, at: str, x: Tensor) -> Tensor:
    if f"{at}.weight" not in w:
        return x
    return F.instance_norm(x, weight=w[f"{at}.weight"], bias=w[f"{at}.bias"])


def shortcut(w: Weights, at: str, x: Tensor) -> Tensor:
    return conv(w, f"{at}.conv1x1", x, padding=0) if f"{at}.conv1x1.weight" in w else x


def residual(w: Weights, at: str, x: Tensor, halve: bool) -> Tensor:
    y = conv(w, f"{at}.conv1", rectified(instance_norm(w, f"{at}.norm1", x)))
    x = shortcut(w, at, x)
    if halve:
        x, y = F.avg_pool2d(x, 2), F.avg_pool2d(y, 2)
    y = conv(w, f"{at}.conv2", rectified(instance_norm(w, f"{at}.norm2", y)))
    return (x + y) / math.sqrt(2)


def adaptive_norm(w: Weights, at: str, x: Tensor, s: Tensor) -> Tensor:
    gamma, beta = linear(w, f"{at}.fc", s)[:, :, None, None].chunk(2, dim=1)
    return (1 + gamma) * F.instance_norm(x) + beta


def styled(w: Weights, at: str, x: Tensor, s: Tensor, double: bool, carried: bool) -> Tensor:
    y = rectified(adaptive_norm(w, f"{at}.norm1", x, s))
    if double:
        x, y = (F.interpolate(v, scale_factor=2, mode="nearest") for v in (x, y))
    y = conv(w, f"{at}.conv1", y)
    y = conv(w, f"{at}.conv2", rectified(adaptive_norm(w, f"{at}.norm2", y, s)))
    return y if carried else (shortcut(w, at, x) + y) / math.sqrt(2)


def count(w: Weights, part: str) -> int:
    return len({name.split(".")[1] for name in w if name.startswith(f"{part}.")})


def generator(w: Weights, x: Tensor, s: Tensor, masks=None) -> Tensor:
    blocks, carried, cache = count(w, "encode"), "hpf.filter" in w, {}
    x = conv(w, "from_rgb", x)
    for number in range(blocks):
        cache[x.shape[2]] = x
        x = residual(w, f"encode.{number}", x, halve=number < blocks - 2)
    for number in range(blocks):
        x = styled(w, f"decode.{number}", x, s, double=number >= 2, carried=carried)
        side = x.shape[2]
        if masks is not None and side in (32, 64, 128):
            mask = F.interpolate(masks[0 if side == 32 else 1], size=side, mode="bilinear")
            kernel = w["hpf.filter"][None, None].repeat(x.shape[1], 1, 1, 1)
            x = x + F.conv2d(mask * cache[side], kernel, padding=1, groups=x.shape[1])
    return conv(w, "to_rgb.2", rectified(instance_norm(w, "to_rgb.0", x)), padding=0)


def mapping_network(w: Weights, z: Tensor, y: Tensor) -> Tensor:
    for layer in (0, 2, 4, 6):
        z = F.relu(linear(w, f"shared.{layer}", z))
    styles = []
    for domain in range(count(w, "unshared")):
        h = z
        for layer in (0, 2, 4):
            h = F.relu(linear(w, f"unshared.{domain}.{layer}", h))
        styles.append(linear(w, f"unshared.{domain}.6", h))
    return torch.stack(styles, dim=1)[torch.arange(len(y)), y]


def trunk(w: Weights, part: str, x: Tensor) -> tuple[Tensor, int]:
    """Down to one pixel; also the number of the layer after the last rectifier."""
    x = conv(w, f"{part}.0", x)
    number = 1
    while f"{part}.{number}.conv1.weight" in w:
        x = residual(w, f"{part}.{number}", x, halve=True)
        number += 1
    x = conv(w, f"{part}.{number + 1}", rectified(x), padding=0)
    return rectified(x), number + 3


def style_encoder(w: Weights, x: Tensor, y: Tensor) -> Tensor:
    h = trunk(w, "shared", x)[0].flatten(1)
    styles = [linear(w, f"unshared.{domain}", h) for domain in range(count(w, "unshared"))]
    return torch.stack(styles, dim=1)[torch.arange(len(y)), y]


def discriminator(w: Weights, x: Tensor, y: Tensor) -> Tensor:
    h, last = trunk(w, "main", x)
    return conv(w, f"main.{last}", h, padding=0).flatten(1)[torch.arange(len(y)), y]


class Loop:
    """The published training step on named weights.

    Args:
        nets: network -> its weights, leaves that want gradients.
    """

    def __init__(self, nets: Mapping[str, dict[str, Tensor]]):
        self.nets = nets
        self.average = {
            name: {key: value.detach().clone() for key, value in nets[name].items()}
            for name in ("generator", "mapping_network", "style_encoder")
        }
        self.optimisers = {
            name: torch.optim.Adam(
                [value for value in weights.values() if value.requires_grad],
                lr=1e-6 if name == "mapping_network" else 1e-4,
                betas=(0.0, 0.99),
                weight_decay=1e-4,
            )
            for name, weights in nets.items()
        }

    def step(self, batch, diversity: float = 1.0) -> dict[str, float]:
        told = {}
        for way in ("latent", "reference"):
            told |= self._discriminate(batch, way)
        for way in ("latent", "reference"):
            told |= self._generate(batch, way, diversity)
        for name, weights in self.average.items():
            for key, value in weights.items():
                weights[key] = torch.lerp(self.nets[name][key].detach(), value, 0.999)
        return told

    def _style(self, batch, way: str, second: bool = False) -> Tensor:
        if way == "latent":
            noise = batch.noise2 if second else batch.noise
            return mapping_network(self.nets["mapping_network"], noise, batch.target)
        reference = batch.reference2 if second else batch.reference
        return style_encoder(self.nets["style_encoder"], reference, batch.target)

    def _discriminate(self, batch, way: str) -> dict[str, float]:
        judge = self.nets["discriminator"]
        real = batch.real.detach().requires_grad_()
        on_real = discriminator(judge, real, batch.real_domain)
        loss_real = _cross_entropy(on_real, 1.0)
        (gradient,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
        penalty = 0.5 * gradient.pow(2).flatten(1).sum(1).mean()
        with torch.no_grad():
            fake = generator(self.nets["generator"], batch.real, self._style(batch, way))
        loss_fake = _cross_entropy(discriminator(judge, fake, batch.target), 0.0)
        self._descend(loss_real + loss_fake + penalty, "discriminator")
        return {
            f"{way}_discriminator_real": loss_real.item(),
            f"{way}_discriminator_fake": loss_fake.item(),
            f"{way}_discriminator_r1": penalty.item(),
        }

    def _generate(self, batch, way: str, diversity: float) -> dict[str, float]:
        nets = self.nets
        style = self._style(batch, way)
        fake = generator(nets["generator"], batch.real, style)
        adversary = _cross_entropy(discriminator(nets["discriminator"], fake, batch.target), 1.0)
        again = style_encoder(nets["style_encoder"], fake, batch.target)
        loss_style = (again - style).abs().mean()
        other = generator(nets["generator"], batch.real, self._style(batch, way, second=True))
        loss_diversity = (fake - other.detach()).abs().mean()
        own = style_encoder(nets["style_encoder"], batch.real, batch.real_domain)
        cycle = (generator(nets["generator"], fake, own) - batch.real).abs().mean()
        loss = adversary + loss_style - diversity * loss_diversity + cycle
        everything = ("generator", "mapping_network", "style_encoder")
        self._descend(loss, *(everything if way == "latent" else ("generator",)))
        return {
            f"{way}_adversary": adversary.item(),
            f"{way}_style": loss_style.item(),
            f"{way}_diversity": loss_diversity.item(),
            f"{way}_cycle": cycle.item(),
        }

    def _descend(self, loss: Tensor, *names: str) -> None:
        for optimiser in self.optimisers.values():
            optimiser.zero_grad()
        loss.backward()
        for name in names:
            self.optimisers[name].step()


def _cross_entropy(logits: Tensor, target: float) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target))
