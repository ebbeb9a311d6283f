"""StarGAN v2's networks: published names and shapes, and the numbers of the plain formulas."""

import pytest
import torch
import torch.nn.functional as F
from plain import stargan as plain

from idlock.engines import stargan
from idlock.engines.stargan import architecture, nets, networks, resampling
from idlock.engines.stargan.architecture import Architecture
from idlock.engines.stargan.collection import Batch
from idlock.engines.stargan.fan import FAN
from idlock.engines.stargan.step import Recipe, Trainer

# keys and parameters of the published networks (facts/models.md 1.1)
PUBLISHED = {
    1: {
        "generator": (125, 43_467_395),
        "mapping_network": (24, 2_438_272),
        "style_encoder": (35, 20_916_928),
        "discriminator": (33, 20_852_290),
        "fan": (336, 6_333_603),
    },
    0: {"generator": (108, 33_892_995)},
}


def narrow(size=64, w_hpf=0, domains=3):
    return Architecture(size, 12, domains, 8, w_hpf, base=8, widest=24, hidden=16)


def drawn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def stirred(built):
    """Give weights that start at 0 or 1 other values, so that nothing hides in them."""
    generator = torch.Generator().manual_seed(5)
    for _, network in built.named():
        for value in network.parameters():
            value.data += 0.1 * torch.randn(value.shape, generator=generator)
    return built


@pytest.fixture(scope="module", params=[(64, 0), (64, 1), (32, 0), (128, 2.0)])
def pair(request):
    """Networks, and their weights by name."""
    size, w_hpf = request.param
    built = stirred(nets.build(narrow(size, w_hpf), seed=3))
    return built, built.state()


@pytest.mark.parametrize("w_hpf", [1, 0])
def test_names_and_parameters_are_the_published_ones(w_hpf):
    with torch.device("meta"):
        of = Architecture(w_hpf=w_hpf)
        parts = {
            "generator": networks.Generator(of),
            "mapping_network": networks.MappingNetwork(of),
            "style_encoder": networks.StyleEncoder(of),
            "discriminator": networks.Discriminator(of),
            "fan": FAN(),
        }
    for name, counted in PUBLISHED[w_hpf].items():
        network = parts[name]
        assert (len(network.state_dict()), sum(p.numel() for p in network.parameters())) == counted
    state = parts["generator"].state_dict()
    assert state["decode.2.norm1.fc.weight"].shape == (1024, 64)
    assert state["to_rgb.2.weight"].shape == (3, 64, 1, 1)
    assert ("hpf.filter" in state) == bool(w_hpf)
    assert parts["style_encoder"].state_dict()["shared.8.weight"].shape == (512, 512, 4, 4)
    assert parts["discriminator"].state_dict()["main.10.weight"].shape == (2, 512, 1, 1)
    assert parts["fan"].state_dict()["m0.coordconv.conv.weight"].shape == (256, 259, 1, 1)
    assert parts["fan"].state_dict()["conv1.conv.weight"].shape == (64, 6, 7, 7)


def test_the_generator_is_that_of_the_paper(pair):
    built, weights = pair
    size = built.architecture.img_size
    x, s = drawn(2, 3, size, size), drawn(2, 12, seed=1)
    masks = None
    if built.fan:
        masks = [
            torch.rand(2, 1, 256, 256, generator=torch.Generator().manual_seed(n)) for n in (1, 2)
        ]
    ours = built.generator(x, s, masks)
    torch.testing.assert_close(
        ours, plain.generator(weights["generator"], x, s, masks), atol=1e-5, rtol=1e-4
    )


def test_styles_and_logits_are_those_of_the_paper(pair):
    built, weights = pair
    size = built.architecture.img_size
    x, y = drawn(4, 3, size, size), torch.tensor([2, 0, 1, 2])
    z = drawn(4, 8, seed=2)
    for name, given in (("mapping_network", z), ("style_encoder", x), ("discriminator", x)):
        ours = getattr(built, name)(given, y)
        torch.testing.assert_close(
            ours, getattr(plain, name)(weights[name], given, y), atol=1e-5, rtol=1e-4
        )


def test_joined_convolutions_are_the_two_operations():
    conv = torch.nn.Conv2d(3, 5, 3, padding=1)
    x = drawn(2, 3, 8, 8)
    torch.testing.assert_close(
        resampling.convolved_halved(x, conv), F.avg_pool2d(conv(x), 2), atol=1e-6, rtol=1e-5
    )
    torch.testing.assert_close(
        resampling.doubled_convolved(x, conv),
        conv(F.interpolate(x, scale_factor=2)),
        atol=1e-6,
        rtol=1e-5,
    )


def test_a_content_serves_any_number_of_styles(pair):
    built, _ = pair
    size = built.architecture.img_size
    x = drawn(1, 3, size, size)
    content = built.generator.content(x)
    for seed in (1, 2):
        s = drawn(1, 12, seed=seed)
        assert torch.equal(built.generator.styled(content, s), built.generator(x, s))


def batch_of(size, domains=3, count=2):
    pictures = {
        name: drawn(count, 3, size, size, seed=seed).double()
        for seed, name in enumerate(("real", "reference", "reference2"))
    }
    return Batch(
        **pictures,
        real_domain=torch.arange(count) % domains,
        target=(torch.arange(count) + 1) % domains,
        noise=drawn(count, 8, seed=3).double(),
        noise2=drawn(count, 8, seed=4).double(),
        paired=None,
    )


def test_a_training_step_is_the_published_one():
    """Two steps of ours and of the plain loop: same losses, weights and averages."""
    built = nets.build(narrow(32), seed=3).to(torch.float64)
    weights = {
        name: {key: value.clone().requires_grad_() for key, value in state.items()}
        for name, state in built.state().items()
    }
    loop, trainer = plain.Loop(weights), Trainer(built, Recipe())
    for number in range(2):
        expected = loop.step(batch_of(32), Recipe().diversity_at(number))
        told = trainer.step(batch_of(32), number)
        assert {name: loss.item() for name, loss in told.items()} == pytest.approx(expected)
    for found, wanted in ((built, weights), (trainer.average, loop.average)):
        for name, state in found.state().items():
            for key, value in state.items():
                torch.testing.assert_close(value, wanted[name][key].detach(), atol=1e-6, rtol=1e-5)


def test_networks_are_read_back_as_they_were_written(tmp_path, pair):
    built, _ = pair
    nets.save(tmp_path / "a.ckpt", built)
    nets.save(tmp_path / "b.ckpt", built)
    assert (tmp_path / "a.ckpt").read_bytes() == (tmp_path / "b.ckpt").read_bytes()
    again = stargan.load(tmp_path / "a.ckpt")
    assert again.architecture == built.architecture
    for name, state in built.state().items():
        for key, value in state.items():
            assert torch.equal(again.state()[name][key], value)


def test_the_published_file_has_no_discriminator_and_loads(tmp_path):
    built = nets.build(narrow(64, 1))
    weights = {name: state for name, state in built.state().items() if name != "discriminator"}
    torch.save(weights, tmp_path / "100000_nets_ema.ckpt")
    again = stargan.load(tmp_path / "100000_nets_ema.ckpt")
    assert again.discriminator is None
    assert again.fan is not None


def test_the_landmark_network_loads_among_other_entries(tmp_path):
    fan = nets.build(narrow(64, 1)).fan
    given = dict(fan.state_dict()) | {"m1.more": torch.zeros(1)}
    torch.save({"epoch": 3, "state_dict": given}, tmp_path / "wing.ckpt")
    again = nets.load_fan(tmp_path / "wing.ckpt")
    assert torch.equal(again.l0.weight, fan.l0.weight)
    with pytest.raises(ValueError, match="is missing"):
        torch.save({"state_dict": {}}, tmp_path / "empty.ckpt")
        nets.load_fan(tmp_path / "empty.ckpt")


@pytest.mark.parametrize("content", [b"", b"not torch", None])
def test_a_file_that_holds_no_networks_is_refused(tmp_path, content):
    path = tmp_path / "x.ckpt"
    if content is None:
        torch.save({"g": {"a": torch.zeros(1)}}, path)
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"x\.ckpt"):
        stargan.load(path)


@pytest.mark.parametrize("size", [0, 16, 48, 768, 2048, -64])
def test_sizes_that_are_no_power_of_two_are_refused(size):
    assert "768" in architecture.size_problem(size)
    with pytest.raises(ValueError, match="halved"):
        stargan.build(size)


def test_masks_mark_eyes_and_nose_and_the_first_the_mouth_too():
    fan = nets.build(narrow(64, 1), seed=1).fan
    first, second = fan.get_heatmap(drawn(1, 3, 64, 64).clamp(-1, 1))
    assert first.shape == second.shape == (1, 1, 256, 256)
    assert 0 <= second.min() <= second.max() <= first.max() <= 1


def test_the_mapping_network_grows_with_the_domains():
    assert architecture.mapping_parameters(Architecture()) == 2_438_272
    assert architecture.mapping_parameters(Architecture(num_domains=100)) == pytest.approx(
        82.9e6, rel=1e-3
    )
