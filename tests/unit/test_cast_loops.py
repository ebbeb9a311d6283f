"""The renderer's compiled loops against their plain counterparts and simple geometry."""

import subprocess
import sys

import numpy as np
import pytest
from numba.core import caching

from idlock.cast.compiled import compiled, fingerprint
from idlock.cast.fields import rise, step
from idlock.cast.grid import blended
from idlock.cast.light import normals, unit
from idlock.cast.noise import TILE, glimpse, look, tile
from idlock.cast.raster import NOWHERE, sight


@pytest.mark.parametrize(("low", "high"), [(-1.5, 5.0), (2.0, -3.0)])
def test_rise_is_step_of_one_number(low, high):
    values = np.linspace(-8.0, 8.0, 97)
    assert np.allclose([rise(value, low, high) for value in values], step(values, low, high))


def test_glimpse_is_look_at_one_place():
    source = tile((8, 16))
    u, v = np.random.default_rng(3).uniform(-2.0, 2.0, (2, 50)).astype(np.float32)
    seen = [glimpse(source, *place) for place in zip(u, v, strict=True)]
    # OpenCV looks at 32 places between two texels; these are as far as one of them apart.
    slope = np.abs(np.diff(source, axis=0)).max() + np.abs(np.diff(source, axis=1)).max()
    assert np.allclose(seen, look(source, u[None], v[None])[0], atol=slope / 32)


def test_noise_repeats_without_a_seam():
    source = tile((8, 16))
    edge = 1.0 - 0.5 / TILE  # half way between the last texel and the first
    assert np.isclose(glimpse(source, edge, 0.0), 0.5 * (source[0, -1] + source[0, 0]), atol=1e-4)


def test_a_field_goes_on_beyond_its_edges():
    field = np.arange(12, dtype=np.float32).reshape(3, 4, 1)
    value = np.empty(1, np.float32)
    for row, column, wanted in ((0.5, 1.5, 3.5), (-4.0, 0.0, 0.0), (9.0, 9.0, 11.0)):
        blended(field, np.float32(row), np.float32(column), value)
        assert value[0] == wanted


def _plane(depth: float, left: float = 10.0) -> tuple[np.ndarray, np.ndarray]:
    """A flat grid (40, 40) of points 0.8 px apart that faces the viewer."""
    row, column = np.mgrid[0:40, 0:40].astype(np.float32)
    pixels = np.stack([left + 0.8 * column, 10.0 + 0.8 * row], axis=-1)
    return pixels, np.full((40, 40), depth, np.float32)


def test_a_pixel_sees_its_place_on_a_flat_grid():
    seen = sight(*_plane(5.0), (64, 64))
    inner = (slice(8, 24), slice(8, 24))
    row, column = np.mgrid[seen.area][:, 8:24, 8:24]
    assert np.allclose(seen.row[inner], (row + 0.5 - 10.0) / 0.8, atol=1e-3)
    assert np.allclose(seen.column[inner], (column + 0.5 - 10.0) / 0.8, atol=1e-3)
    assert (seen.depth[inner] == 5.0).all()
    assert (seen.cover[inner] == 1.0).all()
    assert seen.depth[0, 0] == NOWHERE
    assert seen.cover[0, 0] == 0.0


def test_the_nearer_of_two_surfaces_is_seen():
    near, far = _plane(9.0, left=20.0), _plane(1.0)
    for first, second in ((near, far), (far, near)):
        pixels, depth = (np.concatenate(parts) for parts in zip(first, second, strict=True))
        bands = (slice(0, 40), slice(40, 80))
        seen = sight(pixels, depth, (64, 64), bands)
        at = seen.depth[20 - seen.area[0].start, 30 - seen.area[1].start]
        assert at == 9.0


def test_what_turns_its_back_is_not_seen():
    pixels, depth = _plane(5.0)
    assert not sight(pixels[:, ::-1], depth, (64, 64)).cover.any()


def test_normals_stand_on_their_surface():
    row, column = np.mgrid[0:9, 0:11].astype(np.float32)
    slope = np.stack([column, -row, 0.5 * column], axis=-1)
    wanted = unit(np.array([[-0.5, 0.0, 1.0]], np.float32))
    assert np.allclose(normals(slope, (slice(0, 9),)), wanted, atol=1e-6)


def test_the_picture_that_set_up_draws_compiles_every_loop():
    code = """
import sys
from numba.core.dispatcher import Dispatcher
from idlock import cast

def compiled():
    modules = [module for name, module in sys.modules.items() if name.startswith("idlock.cast")]
    loops = {x for module in modules for x in vars(module).values() if isinstance(x, Dispatcher)}
    return {(loop.__module__, loop.__name__): len(loop.signatures) for loop in loops}

cast.render(0, "laughing", 64)  # as in the Makefile
at_first = compiled()
assert sum(at_first.values()) > 20
for seed in range(1, 40):
    cast.render(seed, ("neutral", "wink", "surprised")[seed % 3], 128, scene=cast.scene(seed))
grown = {loop: count for loop, count in compiled().items() if count != at_first[loop]}
assert not grown, grown
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_loops_are_compiled_where_nothing_can_be_kept(monkeypatch):
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    assert compiled(lambda value: 2.0 * value)(1.5) == 3.0


def test_a_change_anywhere_in_the_package_compiles_anew(tmp_path):
    (tmp_path / "hair").mkdir()
    for path, text in (("light.py", "a = 1"), ("hair/laying.py", "b = 1")):
        (tmp_path / path).write_text(text)
    before = fingerprint(tmp_path)
    assert fingerprint(tmp_path) == before
    (tmp_path / "hair/laying.py").write_text("b = 2")
    assert fingerprint(tmp_path) != before
