"""Recognisers know people, references are means of directions, lines have a source."""

import json

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from onnx import TensorProto, helper, numpy_helper

from idlock import faces
from idlock.identity import lines, recogniser, recognisers, references
from idlock.identity.references import drift


@pytest.fixture(scope="module")
def tiny_pack(tmp_path_factory):
    """A models folder with a recogniser of 512 numbers: fixed random weights on pooled pixels."""
    folder = tmp_path_factory.mktemp("models")
    weights = np.random.default_rng(0).standard_normal((3 * 49, 512)).astype(np.float32)
    nodes = [
        helper.make_node(
            "AveragePool", ["face"], ["pooled"], kernel_shape=[16, 16], strides=[16, 16]
        ),
        helper.make_node("Flatten", ["pooled"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["vector"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, [None, 3, 112, 112])],
        [helper.make_tensor_value_info("vector", TensorProto.FLOAT, [None, 512])],
        [numpy_helper.from_array(weights, "weights")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 10
    onnx.save(model, folder / "tiny.onnx")
    (folder / "models" / "pack").mkdir(parents=True)
    onnx.save(model, folder / "models" / "pack" / "w600k_tiny.onnx")
    return folder


def test_dlib_tells_people_apart(london):
    judge = recogniser("dlib")
    vectors = {
        (name, number): judge.embed(photo, faces.landmarks(photo))
        for name, pair in london.items()
        for number, photo in enumerate(pair)
    }
    assert all(vector.shape == (128,) for vector in vectors.values())
    line = lines.line("dlib", "far-1e-3").drift
    same = [drift(vectors[name, 0], vectors[name, 1]) for name in london]
    assert max(same) < line
    others = [drift(vectors[a, 0], vectors[b, 1]) for a in london for b in london if a != b]
    assert min(others) > max(same)


def test_dlib_is_dlibs_own_descriptor(astronaut, astronaut_landmarks):
    """The same as calling dlib on the full picture, as face_recognition does."""
    import dlib

    from idlock.faces import models

    net = dlib.face_recognition_model_v1(models.dlib_file(models.RECOGNISER))
    points = dlib.points(
        [dlib.point(*p) for p in np.rint(astronaut_landmarks).astype(int).tolist()]
    )
    marked = dlib.full_object_detection(dlib.rectangle(0, 0, 511, 511), points)
    theirs = np.array(net.compute_face_descriptor(astronaut, marked))
    ours = recogniser("dlib").embed(astronaut, astronaut_landmarks)
    assert ours == pytest.approx(theirs, abs=1e-5)


@pytest.mark.parametrize("name", ["edgeface_xs", "mobilefacenet_128d"])
def test_onnx_recognisers_tell_people_apart(assets, london, name):
    judge = recogniser(name, assets)
    vectors = [
        [judge.embed(photo, faces.landmarks(photo)) for photo in pair] for pair in london.values()
    ]
    neutral, smiling = np.array(vectors).transpose(1, 0, 2)
    distances = drift(neutral[:, None], smiling[None])
    line = lines.line(name, "far-1e-3", assets).drift
    assert np.diag(distances).max() < line < distances[~np.eye(len(london), dtype=bool)].min()


def test_onnx_files_and_packs_are_found(tiny_pack, astronaut, astronaut_landmarks):
    by_file = recogniser("tiny", tiny_pack).embed(astronaut, astronaut_landmarks)
    by_pack = recogniser("pack", tiny_pack).embed(astronaut, astronaut_landmarks)
    assert by_file.shape == (512,)
    assert np.array_equal(by_file, by_pack)
    turned = recogniser("tiny", tiny_pack).embed(
        astronaut[:, ::-1].copy(), astronaut_landmarks * (-1, 1) + (511, 0)
    )
    assert drift(by_file, turned) > 1e-3


def test_missing_and_broken_recognisers(tmp_path, tiny_pack):
    with pytest.raises(ValueError, match=r"nobody\.onnx"):
        recogniser("nobody", tiny_pack)
    with pytest.raises(ValueError, match="models folder"):
        recogniser("nobody")
    (tmp_path / "broken.onnx").write_bytes(b"nonsense")
    with pytest.raises(ValueError, match=r"broken\.onnx: not usable"):
        recogniser("broken", tmp_path)
    with pytest.raises(ValueError, match="CUDA"):
        recogniser("tiny", tiny_pack, device="cuda")


class Fake:
    name, version = "fake", "0"


vectors = arrays.arrays(
    np.float64, st.tuples(st.integers(2, 6), st.just(8)), elements=st.floats(-5, 5, width=32)
).filter(lambda a: np.all(np.linalg.norm(a, axis=1) > 1e-2))


def sums(a):
    return references.unit(a).sum(axis=0)


@given(vectors.filter(lambda a: np.linalg.norm(sums(a)) > 1e-2))
def test_a_reference_is_a_mean_of_directions(photos):
    try:
        reference = references.make(photos, [str(n) for n in range(len(photos))], Fake())
    except ValueError:
        return  # opposite vectors leave nothing to compare one with
    assert np.linalg.norm(reference.vector) == pytest.approx(1, abs=1e-5)
    # a longer vector counts no more than another
    stretched = photos * np.arange(1, len(photos) + 1)[:, None]
    again = references.make(stretched, list(reference.names), Fake())
    assert again.vector == pytest.approx(reference.vector, abs=1e-4)


@given(vectors)
def test_drift_is_a_distance_of_directions(photos):
    a, b = photos[0], photos[1]
    assert drift(a, a) == pytest.approx(0, abs=1e-9)
    assert drift(a, b) == pytest.approx(drift(3 * b, a))
    assert 0 <= drift(a, b) <= 2
    assert drift(a, -a) == pytest.approx(2)


def test_leave_one_out_leaves_one_out():
    photos = np.eye(3)
    reference = references.make(photos, ["a", "b", "c"], Fake())
    assert reference.leave_one_out == pytest.approx([1, 1, 1])
    alone = references.make(photos[:1], ["a"], Fake())
    assert np.isnan(alone.leave_one_out).all()


def test_references_read_back_and_are_the_same_bytes(tmp_path):
    reference = references.make(np.random.default_rng(0).random((3, 5)), ["a", "b", "ü"], Fake())
    references.write(tmp_path / "1.npz", reference)
    references.write(tmp_path / "2.npz", references.read(tmp_path / "1.npz"))
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "2.npz").read_bytes()
    assert list(references.read(tmp_path / "2.npz").names) == ["a", "b", "ü"]


def test_a_vector_without_direction_is_refused():
    for bad in (np.zeros(3), np.array([np.nan, 1, 1])):
        with pytest.raises(ValueError, match="not finite"):
            references.make(np.array([bad]), ["a"], Fake())


def test_lines_have_sources_and_belong_to_their_recogniser(tiny_pack):
    line = lines.line("dlib", "far-1e-3")
    assert line.drift == 0.071
    assert "60 people" in line.source
    assert lines.line("dlib", "far-1e-2").drift > line.drift
    with pytest.raises(ValueError, match="no calibrated line"):
        lines.line("tiny", "far-1e-3", tiny_pack)
    assert lines.line("tiny", "same-photo-0.18", tiny_pack).drift == 0.18
    with pytest.raises(ValueError, match="no line 'eer'"):
        lines.line("buffalo_l", "eer", tiny_pack)


def test_a_calibration_beside_its_model(tiny_pack):
    path = tiny_pack / "tiny.calibration.json"
    content = {
        "versions": [recognisers.version("tiny", tiny_pack)],
        "lines": {"eer": {"drift": 0.3}},
        "measured_on": "nobody",
        "source": "a test",
    }
    path.write_text(json.dumps(content))
    assert lines.line("tiny", "eer", tiny_pack).drift == 0.3
    path.write_text(json.dumps(content | {"versions": ["0123456789abcdef"]}))
    with pytest.raises(ValueError, match="other weights"):
        lines.line("tiny", "eer", tiny_pack)
    path.unlink()
