"""The person is cut out: alpha near the truth, no halo, no lost hair, and refusals that say why."""

import socket
from dataclasses import replace

import cv2
import numpy as np
import onnx
import pytest
from scipy import ndimage

from idlock import cast
from idlock.faces import align, flood, grabcut, matte, outline, segmenters
from idlock.problems import BadInput

SIDE = 320


class Told:
    """A segmenter that answers what it was given."""

    name = "told"

    def __init__(self, mask):
        self._mask = np.asarray(mask, np.float32)

    def mask(self, image, landmarks, inside):
        return self._mask


@pytest.fixture(scope="module")
def portrait():
    """A person of the cast with long hair."""
    return cast.render(14, "neutral", SIDE, scene=cast.scene(1))


@pytest.fixture(scope="module")
def composite(portrait):
    """(picture, truth, colours of the person alone): the person before a loud gradient."""
    inner = portrait.mask > 0.999
    nearest = ndimage.distance_transform_edt(~inner, return_distances=False, return_indices=True)
    person = portrait.image[tuple(nearest)].astype(float)
    across = np.linspace(0, 1, SIDE)[None, :, None]
    loud = np.broadcast_to(across * [230, 40, 200] + (1 - across) * [30, 220, 90], person.shape)
    truth = portrait.mask[..., None]
    picture = np.rint(truth * person + (1 - truth) * loud).astype(np.uint8)
    return picture, portrait.mask, person


@pytest.fixture(scope="module")
def cut(composite, portrait):
    picture, truth, _ = composite
    return matte.cut_out(picture, portrait.landmarks, Told(truth > 0.5))


def overlap(found, truth):
    return (found & truth).sum() / (found | truth).sum()


def test_alpha_is_near_the_truth(cut, composite):
    error = np.abs(cut[..., 3] / 255 - composite[1])
    edge = (composite[1] > 0.02) & (composite[1] < 0.98)
    assert error.mean() < 0.01
    assert error[edge].mean() < 0.15
    assert np.quantile(error, 0.999) < 0.6


def test_no_halo_on_another_background(cut, composite):
    """Green and pink of the old wall must not show on white, black or blue."""
    _, truth, person = composite
    alpha, truth = cut[..., 3:] / 255, truth[..., None]
    edge = ndimage.binary_dilation((truth[..., 0] > 0.02) & (truth[..., 0] < 0.98), iterations=3)
    for new in ((255, 255, 255), (0, 0, 0), (20, 40, 160)):
        made = alpha * cut[..., :3] + (1 - alpha) * new
        wanted = truth * person + (1 - truth) * new
        assert np.abs(made - wanted)[edge].mean() < 12


def test_colours_are_the_photos_where_opaque_and_nothing_where_clear(cut, composite):
    opaque, clear = cut[..., 3] == 255, cut[..., 3] == 0
    assert opaque.mean() > 0.3
    assert clear.mean() > 0.2
    assert (cut[opaque][:, :3] == composite[0][opaque]).all()
    assert not cut[clear].any()


def test_nothing_is_shown_outside_the_photo(composite, portrait):
    picture, truth, _ = composite
    inside = np.ones(truth.shape, bool)
    inside[-30:] = inside[:, :12] = False
    blank = np.where(inside[..., None], picture, 0).astype(np.uint8)
    cut = matte.cut_out(blank, portrait.landmarks, Told(truth > 0.5), inside)
    assert not cut[~inside].any()
    assert (cut[SIDE - 34, 120:200, 3] == 255).all()


def test_twice_the_same(portrait):
    first, second = (
        matte.cut_out(portrait.image, portrait.landmarks, grabcut.GrabCut()) for _ in range(2)
    )
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"image": np.zeros((8, 8), np.uint8)}, "uint8"),
        ({"image": np.zeros((SIDE, SIDE, 3))}, "uint8"),
        ({"landmarks": np.zeros((5, 2))}, "68"),
        ({"landmarks": np.full((68, 2), np.nan)}, "finite"),
        ({"landmarks": np.zeros((68, 2))}, "upright face"),
        ({"inside": np.ones((8, 8), bool)}, "inside"),
        ({"inside": np.ones((SIDE, SIDE))}, "inside"),
        ({"inside": np.zeros((SIDE, SIDE), bool)}, "misses the photo"),
    ],
)
def test_arguments_are_refused(portrait, change, message):
    good = {"image": portrait.image, "landmarks": portrait.landmarks, "inside": None}
    with pytest.raises(ValueError, match=message):
        matte.cut_out(**{**good, **change}, segmenter=grabcut.GrabCut())


def test_a_face_taken_for_background_is_a_row_of_the_ledger(portrait):
    nobody = Told(np.zeros(portrait.mask.shape))
    with pytest.raises(BadInput, match="told"):
        matte.cut_out(portrait.image, portrait.landmarks, nobody)


def test_the_trimap_is_open_at_the_edge_and_never_on_the_face(portrait):
    known = matte.trimap(portrait.mask, portrait.landmarks)
    face = outline.face(portrait.landmarks, known.shape)
    assert set(np.unique(known)) == {0, 0.5, 1}
    assert (known[face] == 1).all()
    assert (known[(portrait.mask > 0.3) & (portrait.mask < 0.7)] == 0.5).mean() > 0.95


# Each lost what is named, or kept the wall, before the photo's border was flooded.
HARD = {
    "black hair before a plain wall": (14, 1),
    "as much hair again": (9, 91),
    "grey hair before a grey wall": (20, 203),
    "garden beside the shoulders": (33, 333),
}


@pytest.mark.parametrize(("person", "shot"), HARD.values(), ids=HARD)
def test_people_are_cut_from_what_is_behind_them(person, shot):
    picture = cast.render(person, "neutral", 640, scene=cast.scene(shot))
    aligned = align.align(picture.image, picture.landmarks)
    truth = align.warped((picture.mask * 255).astype(np.uint8), aligned.transform) > 127
    found = grabcut.GrabCut().mask(aligned.rgb, aligned.landmarks, aligned.inside) > 0.5
    assert overlap(found & aligned.inside, truth) > 0.9
    head = truth & (np.arange(align.SIZE)[:, None] < aligned.landmarks[8, 1])
    assert found[head].mean() > 0.92


def test_the_astronaut_keeps_her_hair(astronaut, astronaut_landmarks):
    aligned = align.align(astronaut, astronaut_landmarks)
    found = grabcut.GrabCut().mask(aligned.rgb, aligned.landmarks, aligned.inside) > 0.5
    assert found[160:200, 330:430].all()  # the crown
    assert not found[:60, :60].any()


def test_what_lies_outside_the_photo_does_not_count(portrait):
    """Hair that the border cuts is continued beyond it, and must not vote for background."""
    rgb, inside = portrait.image.copy(), np.ones((SIDE, SIDE), bool)
    inside[:, 265:] = False
    rgb[:, 265:] = rgb[:, 264:265]
    found = grabcut.GrabCut().mask(rgb, portrait.landmarks, inside) > 0.5
    assert overlap(found & inside, (portrait.mask > 0.5) & inside) > 0.9


def test_a_soft_edge_is_an_easy_way_and_a_sharp_one_is_not():
    step = np.full((100, 100, 3), 60, np.uint8)
    step[:, 50:] = 160
    soft = cv2.GaussianBlur(step, (0, 0), 10)
    odds, everywhere = np.full((100, 100), -9.0), np.ones((100, 100), bool)
    odds[:, 12:] = 9  # the border on the left is wall
    length = {
        name: flood.ways(picture, odds, everywhere)[50, 80]
        for name, picture in {"soft": soft, "step": step}.items()
    }
    assert length["step"] > length["soft"] + 1


def network(path, shape=("n", 3, 320, 320)):
    """Write a network with u2net's input and output that answers with the red of the picture."""
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    red = helper.make_tensor("red", float32, (1, 3, 1, 1), [1.0, 0.0, 0.0])
    graph = helper.make_graph(
        [helper.make_node("Conv", ["input", "red"], ["output"])],
        "red",
        [helper.make_tensor_value_info("input", float32, shape)],
        [helper.make_tensor_value_info("output", float32, (shape[0], 1, *shape[2:]))],
        [red],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, str(path))


@pytest.fixture
def no_network(monkeypatch):
    def refused(*_, **__):
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "connect", refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)


def test_weights_at_hand_are_used_and_nothing_is_fetched(tmp_path, no_network, portrait):
    network(tmp_path / "rembg/u2net_human_seg.onnx")
    chosen = matte.segmenter(tmp_path)
    assert chosen.name.startswith("rembg u2net_human_seg ")
    picture = np.zeros_like(portrait.image)
    picture[..., 0] = np.where(portrait.mask > 0.5, 250, 10)
    mask = chosen.mask(picture, portrait.landmarks, np.ones((SIDE, SIDE), bool))
    assert (mask.shape, mask.dtype) == ((SIDE, SIDE), np.float32)
    assert overlap(mask > 0.5, portrait.mask > 0.5) > 0.98
    cut = matte.cut_out(picture, portrait.landmarks, chosen)
    assert overlap(cut[..., 3] > 127, portrait.mask > 0.5) > 0.97


def test_other_weights_are_another_name(tmp_path):
    network(tmp_path / "u2net.onnx")
    first = matte.segmenter(tmp_path).name
    network(tmp_path / "u2net.onnx", shape=(1, 3, 320, 320))
    assert matte.segmenter(tmp_path).name != first


def test_the_better_network_is_preferred(tmp_path):
    assert isinstance(matte.segmenter(None), grabcut.GrabCut)
    assert isinstance(matte.segmenter(tmp_path / "missing"), grabcut.GrabCut)
    for stem in ("u2netp", "u2net", "u2net_human_seg"):
        network(tmp_path / f"{stem}.onnx")
        assert matte.segmenter(tmp_path).name.split()[1] == stem
    best = "BiRefNet-portrait-epoch_150"  # as the release page names it
    (tmp_path / f"{best}.onnx").write_bytes(b"")
    assert segmenters.network(tmp_path) == ("birefnet-portrait", tmp_path / f"{best}.onnx")


def test_a_broken_network_is_named(tmp_path, portrait):
    path = tmp_path / "u2net.onnx"
    path.write_bytes(b"nonsense")
    with pytest.raises(ValueError, match=r"u2net\.onnx does not work"):
        matte.segmenter(tmp_path)
    network(path, shape=(1, 3, 64, 64))  # takes pictures of another size than u2net's
    with pytest.raises(ValueError, match=r"u2net\.onnx does not work"):
        matte.segmenter(tmp_path).mask(
            portrait.image, portrait.landmarks, np.ones((SIDE, SIDE), bool)
        )


def test_a_plain_scene_by_its_backdrop():
    """Every kind of backdrop, in one person's default light."""
    for backdrop in ("studio", "room", "garden"):
        scene = replace(cast.scene(7), backdrop=backdrop)
        picture = cast.render(12, "neutral", 256, scene=scene)
        inside = np.ones(picture.mask.shape, bool)
        found = grabcut.GrabCut().mask(picture.image, picture.landmarks, inside) > 0.5
        assert overlap(found, picture.mask > 0.5) > 0.93, backdrop
