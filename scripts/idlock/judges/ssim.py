"""Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004), point by point."""

import cv2
import numpy as np

SIGMA = 1.5  # px, of the Gaussian window, their section III.B
STABLE = ((0.01 * 255) ** 2, (0.03 * 255) ** 2)  # their C1 and C2 for grey values 0..255


def ssim_map(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the (H, W) float32 similarity of two (H, W) grey pictures, 0..255: -1..1, 1 equal."""
    a, b = a.astype(np.float32), b.astype(np.float32)

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(x, (11, 11), SIGMA)

    mean_a, mean_b = mean(a), mean(b)
    var_a, var_b = mean(a * a) - mean_a**2, mean(b * b) - mean_b**2
    cov = mean(a * b) - mean_a * mean_b
    c1, c2 = STABLE
    light = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    return light * (2 * cov + c2) / (var_a + var_b + c2)
