"""How far a set of pictures is from a set of photos, by torchmetrics: KID and, for many, FID."""

import warnings
from collections.abc import Mapping

import numpy as np
import torch
from torch import nn
from torchmetrics.image.fid import FrechetInceptionDistance
from torchmetrics.image.kid import KernelInceptionDistance

from idlock.perceptual.inception import FEATURES

SUBSETS = 100  # as Binkowski et al. 2018
SUBSET = 1000  # pictures, where there are twice as many
FEWEST = 20  # pictures on either side, for KID
FEWEST_FOR_FID = 2048  # below, the covariance of 2048 features is singular


class _Ready(nn.Identity):
    """Features that were taken before, where torchmetrics expects a network."""

    num_features = FEATURES


def compared(photos: np.ndarray, pictures: np.ndarray) -> Mapping[str, float | None]:
    """Compare (n, 2048) features of photos with (m, 2048) of pictures.

    Returns:
        ``kid`` (mean over subsets; unbiased, so about 0, and not seldom below
        it, for pictures like the photos), ``kid_sd`` (over subsets), ``fid``;
        None where there are too few.
    """
    fewest = min(len(photos), len(pictures))
    found: dict[str, float | None] = {"kid": None, "kid_sd": None, "fid": None}
    if fewest >= FEWEST:
        size = min(SUBSET, fewest // 2)
        with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
            warnings.simplefilter("ignore")  # that features are kept in memory
            torch.manual_seed(0)  # which subsets, so that a rerun gives the same bytes
            metric = KernelInceptionDistance(_Ready(), subsets=SUBSETS, subset_size=size)
            mean, deviation = _measured(metric, photos, pictures)
        found |= {"kid": float(mean), "kid_sd": float(deviation)}
    if fewest >= FEWEST_FOR_FID:
        found["fid"] = float(_measured(FrechetInceptionDistance(_Ready()), photos, pictures))
    return found


def _measured(metric, photos: np.ndarray, pictures: np.ndarray):
    for features, real in ((photos, True), (pictures, False)):
        metric.update(torch.from_numpy(features).double(), real=real)
    return metric.compute()
