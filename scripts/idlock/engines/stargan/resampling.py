"""Convolutions joined with the doubling or halving of the picture beside them.

Doubling a picture and then taking a 3x3 convolution is one transposed 4x4
convolution of stride 2; a 3x3 convolution and then the mean of 2x2 pixels is one
4x4 convolution of stride 2. Either does 4 multiplications a pixel in place of 9
and never makes the large picture (as in Karras et al. 2018, progressive GANs).
The numbers are the same up to rounding; so are those of 1x1 convolutions, which
trade places with doubling and halving.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def halved(x: Tensor) -> Tensor:
    """Mean of 2x2 pixels of (B, C, H, W)."""
    return F.avg_pool2d(x, 2)


def doubled(x: Tensor) -> Tensor:
    """Every pixel of (B, C, H, W) four times."""
    return F.interpolate(x, scale_factor=2, mode="nearest")


def convolved_halved(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """Return ``halved(conv(x))`` of a 3x3 convolution with a border of 1."""
    return F.conv2d(x, _joined(conv, _with_halving), conv.bias, stride=2, padding=1)


def doubled_convolved(x: Tensor, conv: nn.Conv2d) -> Tensor:
    """Return ``conv(doubled(x))`` of a 3x3 convolution with a border of 1."""
    return F.conv_transpose2d(x, _joined(conv, _with_doubling), conv.bias, stride=2, padding=1)


def _joined(conv: nn.Conv2d, join: Callable[[Tensor], Tensor]) -> Tensor:
    """Return a convolution's kernel joined with what stands beside it.

    In inference mode, where weights stay as they are, it is kept for the next time.
    """
    weight = conv.weight
    if not torch.is_inference_mode_enabled():
        return join(weight)
    now = (weight.data_ptr(), weight._version)
    if getattr(conv, "joined", (None,))[0] != now:
        kernel = join(weight).contiguous(memory_format=torch.channels_last)
        conv.joined = (now, kernel)
    return conv.joined[1]


def _with_halving(weight: Tensor) -> Tensor:
    return _boxed(weight) / 4


def _with_doubling(weight: Tensor) -> Tensor:
    return _boxed(weight.flip(2, 3).transpose(0, 1))


def _boxed(kernel: Tensor) -> Tensor:
    """Convolve (a, b, 3, 3) kernels with a 2x2 box, giving (a, b, 4, 4)."""
    wide = F.pad(kernel, (1, 1, 1, 1))
    rows = wide[:, :, 1:] + wide[:, :, :-1]
    return rows[..., 1:] + rows[..., :-1]


def normalised(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    """Give each channel of each picture its own mean and deviation.

    Instance normalisation and the affine map after it, as one pass: each
    channel of each picture counts as a channel of a single picture.

    Args:
        x: (B, C, H, W).
        scale: (B, C), the deviation to have.
        shift: (B, C), the mean.
    """
    flat = x.reshape(1, -1, *x.shape[2:])
    kind = torch.promote_types(x.dtype, torch.float32)
    scale, shift = (value.to(kind).reshape(-1) for value in (scale, shift))
    return F.batch_norm(flat, None, None, scale, shift, training=True, eps=1e-5).reshape(x.shape)
