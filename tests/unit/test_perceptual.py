"""LPIPS, KID and FID are what their names say, with the user's weights or not at all."""

import numpy as np
import pytest
import torch
import torchmetrics.functional.image.lpips as theirs
from torch import nn

from idlock import perceptual
from idlock.perceptual import inception, lpips, sets
from idlock.problems import InvalidInput


def pictures(count, size=96):
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), np.uint8)


@pytest.fixture
def alexnet(tmp_path):
    torch.manual_seed(0)
    network = lpips.AlexNet()
    torch.save(network.state_dict(), tmp_path / perceptual.ALEXNET)
    return network, perceptual.distance(tmp_path)


def test_lpips_is_what_torchmetrics_computes(alexnet, monkeypatch):
    network, distance = alexnet
    whole = nn.Sequential(*network.features, nn.MaxPool2d(3, 2))  # as torchvision would build it
    monkeypatch.setattr(theirs, "_get_tv_model_features", lambda *_: whole)
    reference = theirs._LPIPS(net="alex")
    first, second = pictures(2)
    expected = reference(*(torch.from_numpy(p.transpose(2, 0, 1)[None] / 127.5 - 1).float()
                           for p in (first, second)))  # fmt: skip
    found = distance.between(distance.activations(first), distance.activations(second))
    assert found == pytest.approx(float(expected), rel=1e-5)


def test_lpips_is_a_distance(alexnet):
    _, distance = alexnet
    a, b = (distance.activations(picture) for picture in pictures(2))
    assert distance.between(a, a) == 0
    assert distance.between(a, b) == distance.between(b, a) > 0


def test_without_weights_nothing_is_measured(tmp_path):
    assert perceptual.distance(tmp_path) is None
    assert perceptual.features(tmp_path / "missing") is None


@pytest.mark.parametrize("content", [b"not weights", None])
def test_other_files_are_refused_by_name(tmp_path, content):
    path = tmp_path / perceptual.ALEXNET
    if content:
        path.write_bytes(content)
    else:
        torch.save(nn.Linear(2, 2).state_dict(), path)
    with pytest.raises(InvalidInput, match="alexnet-owt"):
        perceptual.distance(tmp_path).activations(pictures(1)[0])


def test_the_inception_network_has_the_published_size():
    """27.2 M parameters as published with both classifiers; 21,785,568 lead to the features."""
    network = inception.Inception()
    assert sum(p.numel() for p in network.parameters()) == 21_785_568
    names = set(network.state_dict())
    assert {"Conv2d_1a_3x3.conv.weight", "Mixed_7c.branch3x3dbl_3b.bn.running_var"} <= names
    assert network.eval()(torch.zeros(1, 3, 299, 299)).shape == (1, 2048)


def test_pictures_are_resized_from_the_first_pixels_corner():
    """Output pixel k shows input pixel k * size / 299, not half a pixel off, as others resize."""
    ramp = torch.arange(128.0).repeat(128, 1)[None, None]
    found = inception.resized(ramp)
    expected = (torch.arange(299.0) * 128 / 299).clamp(max=127)
    torch.testing.assert_close(found[0, 0, 5], expected)
    torch.testing.assert_close(inception.resized(ramp.mT.contiguous())[0, 0, :, 5], expected)


def kernel_distance(x, y):
    """Unbiased squared MMD with the kernel (x.y / d + 1)^3, term by term."""

    def k(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    n, m = len(x), len(y)
    own = (k(x, x).sum() - np.trace(k(x, x))) / (n * (n - 1))
    other = (k(y, y).sum() - np.trace(k(y, y))) / (m * (m - 1))
    return own + other - 2 * k(x, y).mean()


def test_kid_is_the_kernel_distance():
    random = np.random.default_rng(0)
    x, y = random.standard_normal((2, 200, inception.FEATURES)).astype(np.float32)
    y += 0.15
    found = sets.compared(x, y)
    assert found["kid"] == pytest.approx(
        kernel_distance(x.astype(float), y.astype(float)), abs=3 * found["kid_sd"]
    )
    assert found == sets.compared(x, y)
    alike = sets.compared(x, random.standard_normal(x.shape).astype(np.float32))
    assert abs(alike["kid"]) < 3 * alike["kid_sd"] < found["kid"]


def test_small_sets_get_no_figure():
    few = np.zeros((sets.FEWEST - 1, inception.FEATURES), np.float32)
    assert sets.compared(few, few) == {"kid": None, "kid_sd": None, "fid": None}
    enough = np.random.default_rng(0).standard_normal((sets.FEWEST, inception.FEATURES))
    assert sets.compared(enough.astype(np.float32), enough.astype(np.float32))["fid"] is None
