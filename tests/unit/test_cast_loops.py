"""The renderer's compiled loops against their plain counterparts and simple geometry."""

import subprocess
import sys

import numpy as np
import pytest
from numba.core import caching

from idlock.cast.chart import chart, fine
from idlock.cast.compiled import compiled, fingerprint
from idlock.cast.fields import rise, step
from idlock.cast.grid import blended
from idlock.cast.layers import Layers
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


def _plane(depth: float, left: float = 10.0, apart: float = 0.8) -> tuple[np.ndarray, np.ndarray]:
    """A flat grid of points that faces the viewer, 31.2 px each way."""
    count = round(31.2 / apart) + 1
    row, column = np.mgrid[0:count, 0:count].astype(np.float32)
    pixels = np.stack([left + apart * column, 10.0 + apart * row], axis=-1)
    return pixels, np.full((count, count), depth, np.float32)


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


@pytest.mark.parametrize("apart", [0.3, 1.2, 7.8])
def test_a_surface_has_no_holes_however_coarse_its_grid(apart):
    pixels, _ = _plane(5.0, apart=apart)
    turn = np.array([[0.94, 0.34], [-0.34, 0.94]], np.float32)
    turned = (pixels - 26.0) @ turn.T + 32.0
    slope = turned[..., 0] - 2.0 * turned[..., 1]
    seen = sight(turned, slope, (64, 64))
    row, column = np.mgrid[seen.area].astype(np.float32)
    inside = np.hypot(row - 32.0, column - 32.0) < 12.0
    assert (seen.cover[inside] == 1.0).all()
    wanted = (column + 0.5) - 2.0 * (row + 0.5)
    assert np.allclose(seen.depth[inside], wanted[inside], atol=2e-3)


def test_what_nearer_things_cover_is_told_before_it_is_painted():
    layers = Layers(8)
    area, whole = (slice(0, 8), slice(0, 8)), np.ones((8, 8), np.float32)
    cover = whole.copy()
    cover[:, 4:] = 0.5
    layers.add(np.ones((8, 8, 3)), cover, 10.0 * whole, area)
    behind, before = (layers.unhidden(depth * whole, area) for depth in (2.0, 12.0))
    assert (behind[:, :4] == NOWHERE).all()
    assert (behind[:, 4:] == 2.0).all()  # it shows through
    assert (before == 12.0).all()
    as_it_was = layers.colour.copy()
    layers.add(np.zeros((8, 8, 3)), whole, 2.0 * whole, area)
    assert (layers.colour[:, :4] == as_it_was[:, :4]).all()
    assert (layers.cover == 1.0).all()


def test_a_finer_grid_meets_a_plane_and_its_ends():
    grid = fine(256)
    controls = np.arange(len(chart().y))[:, None] + 0.5 * np.arange(len(chart().turn))
    surface = grid.surface(controls)
    assert np.allclose(surface, grid.row[:, None] + 0.5 * grid.column, atol=1e-4)


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
