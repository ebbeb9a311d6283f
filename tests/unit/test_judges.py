"""Each judge measures what its name says: known changes, and independent references."""

from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from skimage.metrics import structural_similarity

from idlock import cast, faces, judges
from idlock.faces import align, structure
from idlock.identity import references
from idlock.judges import (
    artefacts,
    blendshapes,
    copying,
    crops,
    diversity,
    emotion,
    identity,
    skin,
    vectors,
)
from idlock.judges.quality import Quality
from idlock.judges.skin import Skin
from idlock.judges.ssim import ssim_map
from idlock.judges.structure import Structure


class Recogniser:
    name, version = "tiny", "0"


def case(picture, source, expression="happy", photos=None, known=None):
    return judges.Case(
        picture=picture,
        source=source,
        photos=photos or [source],
        references=known or {},
        anchor="a",
        expression=expression,
    )


@pytest.fixture(scope="module")
def looks():
    """Two people of the cast, each at rest and with another face."""

    def look(person, expression):
        image = cast.render(person, expression, 384).image
        return judges.Look(image, faces.landmarks(image))

    return {(p, e): look(p, e) for p in (301, 302) for e in ("neutral", "happy", "surprised")}


def altered(look, change):
    """The same face with other pixels."""
    image = np.clip(np.rint(change(look.image.astype(float))), 0, 255).astype(np.uint8)
    return judges.Look(image, look.landmarks)


# identity


def at(degrees, axis=1):
    """A unit vector in 8-D, so many degrees from the first axis towards another."""
    vector = np.zeros(8)
    vector[0], vector[axis] = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return vector


@pytest.mark.parametrize(
    ("picture", "expected"),
    [(at(0), 1.0), (at(40), -1.0), (at(20), 0.0), (at(10), 0.5), (2 * at(30), -0.5)],
)
def test_copy_paste_tells_the_photo_from_the_person(picture, expected):
    person = references.make(np.array([at(0), at(40)]), ["a", "b"], Recogniser())
    assert identity.copy_paste(picture, person, "a") == pytest.approx(expected, abs=1e-6)


def test_copy_paste_is_multiid_benchs():
    """Their formula, written out with arccos, for one other photo."""
    random = np.random.default_rng(2)
    photo, other, picture = random.standard_normal((3, 64))

    def theta(a, b):
        return np.arccos(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    expected = (theta(picture, other) - theta(picture, photo)) / theta(other, photo)
    person = references.make(np.array([photo, other]), ["a", "b"], Recogniser())
    assert identity.copy_paste(picture, person, "a") == pytest.approx(expected, abs=1e-5)


@settings(deadline=None)
@given(arrays.arrays(np.float64, (4, 6), elements=st.floats(-4, 4, width=16)))
def test_copy_paste_stays_in_its_range(everything):
    if (np.linalg.norm(everything, axis=1) < 0.1).any():
        return
    try:
        person = references.make(everything[:3], ["a", "b", "c"], Recogniser())
        value = identity.copy_paste(everything[3], person, "a")
    except ValueError:
        return  # opposite vectors, whose mean has no direction
    assert value is None or -1 - 1e-4 <= value <= 1 + 1e-4


def test_copy_paste_needs_a_second_photo():
    alone = references.make(at(0)[None], ["a"], Recogniser())
    assert identity.copy_paste(at(5), alone, "a") is None


def test_without_leaves_a_photo_out():
    person = references.make(np.array([at(0), at(40), at(80)]), ["a", "b", "c"], Recogniser())
    left = references.without(person, "b")
    assert left.names.tolist() == ["a", "c"]
    assert references.drift(left.vector, at(40)) == pytest.approx(0, abs=1e-6)


def test_vectors_are_kept_with_gaps_where_there_is_no_face(tmp_path):
    look = judges.Look(np.zeros((4, 4, 3), np.uint8), np.zeros((68, 2)), {"judge": np.ones(3)})
    path = vectors.path(tmp_path, "anna")
    vectors.write(path, ["1.png", "2.png"], [look, None], {"judge": None})
    read = vectors.read(path)
    assert read.pictures.tolist() == ["1.png", "2.png"]
    assert read.by_role["judge"][0].tolist() == [1, 1, 1]
    assert np.isnan(read.by_role["judge"][1]).all()
    vectors.write(path, [], [], {"judge": None})
    assert len(vectors.read(path).pictures) == 0


# copying and diversity


def test_the_photo_itself_is_a_copy_whatever_the_exposure(looks):
    source, other = looks[301, "neutral"], looks[302, "neutral"]
    darker = altered(source, lambda image: 0.7 * image + 10)
    measure = copying.Copying().measure
    assert measure(case(darker, source))["pixel_copy"] == pytest.approx(1, abs=1e-3)
    smiling = measure(case(looks[301, "happy"], source))["pixel_copy"]
    assert measure(case(other, source))["pixel_copy"] < smiling < 0.995
    # the nearest of the person's photos counts
    both = [source, looks[301, "happy"]]
    assert measure(case(both[1], source, photos=both))["pixel_copy"] == pytest.approx(1)


def test_crops_bring_faces_to_one_place(looks):
    crop = looks[301, "neutral"].crop
    assert crop.rgb.shape == (crops.SIZE, crops.SIZE, 3)
    left, right = crop.landmarks[36:42].mean(axis=0), crop.landmarks[42:48].mean(axis=0)
    assert right - left == pytest.approx([crops.INTEROCULAR, 0], abs=1e-6)
    look = looks[301, "neutral"]
    turned = align.align(look.image, look.landmarks)
    again = crops.cropped(turned.rgb, turned.landmarks)
    assert copying.correlation(crop, again) > 0.99


def test_diversity_counts_only_the_person(looks):
    reference = references.make(at(0)[None], ["a"], Recogniser())

    def seen(degrees, *which):
        return [
            judges.Look(looks[k].image, looks[k].landmarks, {"judge": at(degrees)}) for k in which
        ]

    same = diversity.measured(seen(0, (301, "neutral"), (301, "neutral")), reference)
    assert same == pytest.approx({"diversity": 0, "diversity_trusted": 0}, abs=1e-6)
    faces_ = ((301, "neutral"), (301, "happy"), (301, "surprised"))
    own = diversity.measured(seen(0, *faces_), reference)
    strangers = diversity.measured(seen(90, *faces_), reference)
    assert own["diversity"] > 0.05
    assert own["diversity"] == pytest.approx(strangers["diversity"])
    assert own["diversity_trusted"] == pytest.approx(own["diversity"])
    assert strangers["diversity_trusted"] == pytest.approx(0, abs=1e-9)
    rows = [{"engine": "x"}, {"engine": "x"}, {"engine": "y"}]
    assert set(diversity.by_engine(rows, seen(0, *faces_), reference)) == {"x"}


def test_ssim_is_wangs(astronaut):
    """scikit-image's, with his window and weights."""
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    noisy = np.clip(grey + np.random.default_rng(0).normal(0, 20, grey.shape), 0, 255)
    noisy = noisy.astype(np.uint8)
    theirs = structural_similarity(
        *(grey, noisy),
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    assert ssim_map(grey, noisy)[5:-5, 5:-5].mean() == pytest.approx(theirs, abs=1e-3)


# structure


def test_expressions_are_no_change_of_build(looks):
    """The same person with another face lies nearer than somebody else, in every part."""
    judge = Structure()
    for other in ("happy", "surprised"):
        own = [judge.measure(case(looks[p, other], looks[p, "neutral"])) for p in (301, 302)]
        strangers = [
            judge.measure(case(looks[a, other], looks[b, "neutral"]))
            for a, b in ((301, 302), (302, 301))
        ]
        for part in ("structure_nose", "structure_jaw"):
            assert max(o[part] for o in own) < min(s[part] for s in strangers), part


def test_real_smiles_are_no_change_of_build(london):
    marks = {
        name: [faces.landmarks(photo[::2, ::2]) for photo in pair] for name, pair in london.items()
    }
    for part in ("eye_shape", "nose", "jaw"):
        own = [getattr(structure.drift(s, n), part) for n, s in marks.values()]
        others = [
            getattr(structure.drift(marks[a][1], marks[b][0]), part)
            for a in marks
            for b in marks
            if a != b
        ]
        nearer = np.mean([[o < s for s in others] for o in own])
        assert nearer > 0.9, part


@settings(deadline=None)
@given(st.floats(0.3, 3), st.floats(-180, 180), st.floats(-500, 500))
def test_build_does_not_hang_on_place_and_size(scale, degrees, shift):
    random = np.random.default_rng(0)
    base = align.moved(_mean_face(), np.eye(2, 3))
    other = base + random.normal(0, 2, (68, 2))
    c, s = scale * np.cos(np.radians(degrees)), scale * np.sin(np.radians(degrees))
    moved = align.moved(other, np.array([[c, -s, shift], [s, c, -shift]]))
    a, b = structure.drift(other, base), structure.drift(moved, base)
    for part in ("eye_spacing", "eye_shape", "nose", "jaw"):
        assert getattr(a, part) == pytest.approx(getattr(b, part), abs=1e-9)
    assert structure.drift(moved, other).jaw == pytest.approx(0, abs=1e-9)


@cache
def _mean_face():
    return cast.render(301, {}, 256).landmarks


def test_a_wider_jaw_and_eyes_are_seen_where_they_are():
    base = _mean_face()
    jaw = base.copy()
    jaw[4:13, 0] += 0.15 * (jaw[4:13, 0] - base[8, 0])
    found = structure.drift(jaw, base)
    assert found.jaw > 3 * max(found.nose, found.eye_shape)
    wide = base.copy()
    wide[36:42, 0] -= 4
    wide[42:48, 0] += 4
    assert structure.drift(wide, base).eye_spacing > 0.03


# skin


def test_a_changed_complexion_is_a_colour_difference(looks):
    source = looks[301, "neutral"]
    judge = Skin()
    same = judge.measure(case(source, source))
    assert same == pytest.approx({"skin_delta_e": 0, "skin_delta_e_raw": 0, "skin_texture": 1})
    redder = judge.measure(case(altered(source, lambda i: i * (1.15, 0.95, 0.9)), source))
    assert redder["skin_delta_e"] > 5
    # in linear light half as bright: exposure, not skin
    darker = judge.measure(case(altered(source, lambda i: i * 0.73), source))
    assert darker["skin_delta_e"] < 1 < 5 < darker["skin_delta_e_raw"]


def test_delta_e_is_the_published_one():
    """Pairs 1 and 17 of Sharma, Wu and Dalal (2005), by way of sRGB."""
    from skimage import color

    for a, b, expected in (
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ):
        assert color.deltaE_ciede2000(a, b) == pytest.approx(expected, abs=1e-4)
    lab = np.array([(60.0, 10, 15), (62.0, 14, 12)])
    rgb = [skin.linear(255 * color.lab2rgb(c)) for c in lab]
    assert skin.delta_e(*rgb) == pytest.approx(color.deltaE_ciede2000(*lab), abs=0.02)


@given(
    st.floats(0.2, 5),
    st.tuples(*[st.floats(0.05, 0.9)] * 3),
    st.tuples(*[st.floats(0.05, 0.9)] * 3),
)
def test_matched_light_ignores_exposure_and_keeps_hue(gain, colour, reference):
    a, b = np.array(colour), np.array(reference)
    once = skin.matched(a, b)
    assert skin.matched(gain * a, b) == pytest.approx(once)
    assert once @ (0.2126, 0.7152, 0.0722) == pytest.approx(b @ (0.2126, 0.7152, 0.0722))
    assert once / once.sum() == pytest.approx(a / a.sum())


def test_smoothed_skin_loses_texture(looks):
    source = looks[301, "neutral"]
    judge = Skin()
    smooth = judges.Look(cv2.GaussianBlur(source.image, (0, 0), 3), source.landmarks)
    assert judge.measure(case(smooth, source))["skin_texture"] < 0.7
    grain = np.random.default_rng(0).normal(0, 12, source.image.shape)
    assert judge.measure(case(altered(source, lambda i: i + grain), source))["skin_texture"] > 1.2


def test_skin_lies_on_cheeks_and_nose(london):
    photo = london["001"][0]
    crop = crops.cropped(photo, faces.landmarks(photo))
    mask = skin.skin(crop)
    assert 0.02 < mask.mean() < 0.3
    p = crop.landmarks
    for outside in (*p[36:48], *p[48:60], *p[17:27]):
        x, y = np.rint(outside).astype(int)
        assert not mask[y, x]


# quality


@pytest.mark.parametrize("sigma", [2, 6, 15])
def test_noise_is_its_standard_deviation(sigma):
    ramp = np.tile(np.linspace(60, 180, 200), (200, 1))
    noisy = ramp + np.random.default_rng(1).normal(0, sigma, ramp.shape)
    assert artefacts.noise(noisy) == pytest.approx(sigma, rel=0.05)
    assert artefacts.noise(ramp) < 0.1


def test_jpeg_leaves_blocks(astronaut):
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)
    values = [artefacts.blockiness(grey)]
    for quality in (30, 8):
        _, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
        coarse = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
        # wherever the grid begins
        values.append(artefacts.blockiness(coarse[3:, 5:]))
    assert values[0] < 1.2 < values[1] < values[2]


def test_a_pasted_patch_has_a_seam_and_a_blended_one_none(astronaut):
    grey = cv2.GaussianBlur(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY), (0, 0), 3)
    mask = np.zeros(grey.shape, np.float32)
    cv2.circle(mask, (220, 150), 70, 1, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 25)
    pasted, blended = ((grey * (1 - 0.2 * m)).astype(np.uint8) for m in (mask, soft))
    hard, gentle = artefacts.seam(pasted, grey), artefacts.seam(blended, grey)
    assert hard > 3 * gentle
    assert artefacts.seam(grey, grey) is None


def test_an_edit_of_the_face_leaves_the_rest_alone(looks):
    source = looks[301, "neutral"]
    same = Quality().measure(case(source, source))
    assert same["ssim_outside"] == pytest.approx(1)
    assert (same["sharpness_ratio"], same["exposure_change"]) == (1, 0)
    assert same["seam"] is None

    def around(image):
        image[:60] = 255 - image[:60]
        return image

    assert Quality().measure(case(altered(source, around), source))["ssim_outside"] < 0.99
    bright = Quality().measure(case(altered(source, lambda i: i * 1.25), source))
    assert bright["exposure_change"] == pytest.approx(2.2 * np.log2(1.25), abs=0.1)
    # a real photo was not edited in place
    real = Quality().measure(case(looks[301, "happy"], source, expression=None))
    assert real["ssim_outside"] is None


# opinions of others


@pytest.fixture
def classifier(tmp_path):
    """An ONNX network whose two outputs are the mean of the crop and its negative."""
    import json

    import onnx
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("ReduceMean", ["face"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Neg", ["mean"], ["negative"]),
        helper.make_node("Unsqueeze", ["mean", "one"], ["first"]),
        helper.make_node("Unsqueeze", ["negative", "one"], ["second"]),
        helper.make_node("Concat", ["first", "second"], ["logits"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("face", TensorProto.FLOAT, [None, 3, 32, 32])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor("one", TensorProto.INT64, [1], [1])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 9
    onnx.save(model, tmp_path / "mood.onnx")
    about = {"labels": ["bright", "dark"], "size": 32, "mean": [0.5] * 3, "std": [0.1] * 3}
    (tmp_path / "mood.json").write_text(json.dumps(about))
    return tmp_path


def test_a_classifier_of_ones_own(classifier, looks):
    judge = emotion.Emotion("mood", classifier)
    source = looks[301, "neutral"]
    bright = altered(source, lambda i: 0.3 * i + 175)
    dark = altered(source, lambda i: 0.3 * i)
    assert judge.measure(case(bright, dark))["emotion_read"] == "bright"
    found = judge.measure(case(dark, bright))
    assert found["emotion_read"] == "dark"
    assert 0.5 < found["emotion_change"] <= found["emotion_probability"] <= 1


def test_a_classifier_that_is_not_there_is_named(classifier):
    with pytest.raises(ValueError, match=r"needs a file nobody\.onnx"):
        emotion.files("nobody", classifier)
    (classifier / "mood.json").write_text('{"labels": []}')
    with pytest.raises(ValueError, match=r"mood\.json lacks mean, size, std"):
        emotion.files("mood", classifier)
    (classifier / "mood.json").unlink()
    with pytest.raises(ValueError, match=r"needs mood\.json beside it"):
        emotion.files("mood", classifier)


def test_blendshapes_need_package_and_file(tmp_path, assets, london):
    """Where both are there: smiles rise. MediaPipe is no dependency, so mostly they are not."""
    assert blendshapes.file(tmp_path) is None
    path = blendshapes.file(assets)
    if path is None:
        pytest.skip("the package mediapipe is not installed")
    judge = blendshapes.Blendshapes(path)
    for neutral, smiling in london.values():
        a, b = (judges.Look(photo, np.zeros((68, 2))) for photo in (neutral, smiling))
        assert judge.measure(case(b, a))["blend_mouthSmileLeft"] > 0
