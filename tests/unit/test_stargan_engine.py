"""The StarGAN engine: what it pastes, what it keeps, what it says of its pictures."""

import json

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as checks
from hypothesis import strategies as st

from idlock import config as configuration
from idlock import generate, stargan_matrix
from idlock.engines import Request, Source, engine
from idlock.engines.stargan import model, movement, nets, paste
from idlock.engines.stargan.architecture import Architecture
from idlock.engines.stargan.frames import FRAMES
from idlock.problems import BadInput

DOMAINS = ["neutral", "happy"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    """A small untrained model that changes pictures by a difference."""
    path = tmp_path_factory.mktemp("model") / "nets_ema.ckpt"
    of = Architecture(32, 6, 2, 4, 1, base=8, widest=16, hidden=12)
    nets.save(path, nets.build(of, seed=4, landmarks=False))
    about = {"domains": DOMAINS, "frame": "face", "change": True, "trained_with": ["likeness"]}
    path.with_name("about.json").write_text(json.dumps(about))
    return path


@pytest.fixture
def config(tmp_path, checkpoint):
    path = tmp_path / "config.yaml"
    path.write_text(f"identities: x\nstargan: {{checkpoint: {checkpoint}, guide: latent}}\n")
    return configuration.read(path)


@pytest.fixture(scope="module")
def source():
    image = np.random.default_rng(0).integers(0, 255, (768, 768, 4), dtype=np.uint8)
    image[..., 3] = 255
    image[:, :100] = 0
    return Source("A", "a", "photo", image, np.zeros((68, 2)))


def request(name="happy", index=0, seed=5):
    return Request(name, {}, index, seed)


def test_a_seed_gives_the_same_picture_and_another_another(config, source):
    asked = [request(), request(index=1, seed=6), request("neutral")]
    first = [p.image for p in engine("stargan", config).pictures(source, asked)]
    again = [p.image for p in engine("stargan", config).pictures(source, asked[:1])]
    assert np.array_equal(first[0], again[0])
    assert not np.array_equal(first[0], first[1])
    assert all(picture.shape == (768, 768, 4) and picture.dtype == np.uint8 for picture in first)


def test_the_sidecar_says_what_made_a_picture(config, source):
    (picture,) = engine("stargan", config).pictures(source, [request()])
    told = picture.made_with
    assert told["selected_by"] == ["likeness"]
    assert told["checkpoint"] == engine("stargan", config).needs("a")["checkpoint"]


def test_styles_come_from_references_where_the_config_says_so(config, source):
    config["stargan"]["guide"] = "reference"
    (picture,) = engine("stargan", config).pictures(source, [request(seed=107)])
    assert picture.made_with["reference"] == "cast:807/happy/1"


def test_expressions_that_are_no_domain_are_left_out(config):
    opened = engine("stargan", config)
    assert [opened.makes(name) for name in ("happy", "wink")] == [True, False]


def test_a_model_that_was_not_trained_is_everybodys_failure(config, tmp_path):
    config["stargan"]["checkpoint"] = "train"
    config["results"] = str(tmp_path)
    with pytest.raises(BadInput, match="its training failed"):
        engine("stargan", config).needs("a")


def test_requests_do_not_depend_on_the_engine(config):
    config["generate"] |= {"expressions": ["neutral"], "seeds": 1}
    assert generate.requests("A", "stargan", config)[0].expression == "neutral"


@pytest.mark.parametrize("frame", FRAMES.values(), ids=FRAMES)
@pytest.mark.parametrize("size", [64, 256])
def test_a_frame_is_cut_where_it_maps_to(frame, size):
    ramp = np.mgrid[0:768, 0:768].transpose(1, 2, 0)[..., ::-1].astype(np.float32)
    seen = frame.cut(ramp, size)
    there = frame.to_network(size)
    middle = seen[size // 2, size // 4]
    assert there[:, :2] @ middle + there[:, 2] == pytest.approx([size // 4, size // 2], abs=0.1)


def test_what_the_network_leaves_alone_stays_the_photos_own(source):
    frame = FRAMES["face"]
    before = paste.seen(source.image, frame, 64).astype(np.float32)
    restless = before + np.random.default_rng(1).normal(0, 1, before.shape).astype(np.float32)
    for after in (before, restless):
        assert np.array_equal(paste.pasted(source.image, frame, before, after, 1.4), source.image)


@checks(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(sorted(FRAMES)), st.sampled_from([32, 64, 128]))
def test_outside_the_frame_and_where_nothing_is_seen_nothing_changes(seed, name, size):
    random = np.random.default_rng(seed)
    picture = random.integers(0, 255, (768, 768, 4), dtype=np.uint8)
    picture[picture[..., 3] < 100] = 0
    frame = FRAMES[name]
    after = random.uniform(-50, 300, (size, size, 3)).astype(np.float32)
    before = paste.seen(picture, frame, size).astype(np.float32)
    made = paste.pasted(picture, frame, before, after, 1.0)
    outside = np.ones((768, 768), bool)
    outside[frame.top : frame.top + frame.side, frame.left : frame.left + frame.side] = False
    assert np.array_equal(made[..., 3], picture[..., 3])
    assert np.array_equal(made[outside], picture[outside])
    assert not made[picture[..., 3] == 0].any()


def test_a_plain_flat_change_is_pasted_at_its_full_strength():
    picture = np.full((768, 768, 4), 100, np.uint8)
    picture[..., 3] = 255
    frame = FRAMES["face"]
    before = paste.seen(picture, frame, 64).astype(np.float32)
    made = paste.pasted(picture, frame, before, before + 60.0, 1.0)
    assert (made[384:400, 384:400, :3] == 160).all()


@pytest.fixture(scope="module")
def smooth():
    """(64, 64, 3) float32, 0..255: soft spots of all colours."""
    noise = np.random.default_rng(2).normal(0, 1, (64, 64, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), 3)
    return np.clip(128 + 60 * soft / soft.std(), 0, 255)


def bump(side, far):
    """(side, side, 2) px: what lies in the middle came from ``far`` px below."""
    rows, columns = np.indices((side, side), np.float32) - side / 2
    high = np.exp(-(rows**2 + columns**2) / (2 * (side / 6) ** 2))
    return np.dstack([np.zeros_like(high), far * high])


def test_a_movement_is_found_to_a_fraction_of_a_pixel(smooth):
    true = bump(64, 3.0)
    found = movement.movement(smooth, movement.moved(smooth, true))
    assert np.abs(found - true)[8:-8, 8:-8].max() < 0.6
    assert np.abs(found - true)[8:-8, 8:-8].mean() < 0.12


def test_between_equal_pictures_nothing_moved(smooth):
    assert not movement.movement(smooth, smooth).any()


def test_what_moves_in_the_small_picture_moves_in_the_large_one_with_its_detail(smooth):
    frame = FRAMES["face"]
    picture = np.full((768, 768, 4), 255, np.uint8)
    large = cv2.resize(smooth, (frame.side, frame.side), interpolation=cv2.INTER_CUBIC)
    large[::2] += 20  # lines that no small picture shows
    part = np.s_[frame.top : frame.top + frame.side, frame.left : frame.left + frame.side]
    picture[part][..., :3] = np.clip(large, 0, 255)
    before = paste.seen(picture, frame, 64).astype(np.float32)
    flow = bump(64, 2.0)
    made = paste.pasted(picture, frame, before, movement.moved(before, flow), 1.0)[part]
    photo = picture[part][..., :3].astype(np.float32)
    true = movement.moved(photo, movement.enlarged(flow, frame.side))

    def coarse(x):
        return cv2.GaussianBlur(x.astype(np.float32), (0, 0), 3)[100:220, 100:220]

    def lines(x):
        return np.abs(np.diff(x[100:220, 100:220].astype(np.float32), axis=0)).mean()

    away = np.abs(coarse(made[..., :3]) - coarse(true)).mean()
    assert away < 0.2 * np.abs(coarse(photo) - coarse(true)).mean()
    assert lines(made[..., :3]) > 0.8 * lines(true)


def test_strength_is_how_far_things_move_and_at_none_nothing_changes(source):
    frame = FRAMES["face"]
    before = paste.seen(source.image, frame, 64).astype(np.float32)
    after = np.roll(before, 2, axis=0)
    assert np.array_equal(paste.pasted(source.image, frame, before, after, 0.0), source.image)
    half, whole = (paste.pasted(source.image, frame, before, after, far) for far in (0.5, 1.0))
    assert not np.array_equal(half, whole)


def test_a_models_names_have_to_be_as_many_as_its_domains(tmp_path):
    nets.save(tmp_path / "x.ckpt", nets.build(Architecture(32, 6, 3, 4, 0, base=8, widest=16)))
    own = {"checkpoint": str(tmp_path / "x.ckpt"), "domains": DOMAINS}
    with pytest.raises(ValueError, match="have 3 domains"):
        model.open_model(configuration.checked({"identities": ".", "stargan": own}, None))


def test_without_a_landmark_network_edges_are_carried_everywhere(config):
    opened = model.open_model(config)
    first, second = opened.networks.masks(torch.zeros(1, 3, 32, 32))
    assert first.min() == second.min() == 1


def test_matrix_and_film_show_everybody_in_every_style(tmp_path, config, source):
    opened = model.open_model(config)
    editors = [model.Editor(opened, source.image) for _ in range(2)]
    styles = [opened.drawn_style(domain, 1) for domain in (0, 1)]
    tiles = [stargan_matrix.tile(source.image)] * 2
    table = stargan_matrix.table(tiles, tiles, [[tiles[0]] * 2] * 2)
    side = 3 * stargan_matrix.TILE + 2 * stargan_matrix.GAP
    assert table.shape == (side, side, 3)
    frames = list(stargan_matrix.frames(editors, styles))
    assert len(frames) == 2 * 2 * stargan_matrix.STEPS
    stargan_matrix._write_film(tmp_path / "film.mp4", iter(frames[:4]))
    assert (tmp_path / "film.mp4").read_bytes()[4:8] == b"ftyp"
