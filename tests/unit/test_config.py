"""The configuration is checked in full, and said by line what is wrong with it."""

import json
from pathlib import Path

import pytest
import yaml

from idlock import config, engines
from idlock.expression import presets
from idlock.problems import InvalidInput
from idlock.store.files import read_json
from idlock.trust import licences

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def write(tmp_path):
    def file_of(text):
        path = tmp_path / "config.yaml"
        path.write_text(text)
        return path

    return file_of


def problems(path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        config.read(path)
    return caught.value.problems


def test_defaults_are_filled_in_at_every_depth(write):
    read = config.read(write("identities: people.tsv\ngenerate: {seeds: [3, 5]}\n"))
    assert read["generate"]["seeds"] == [3, 5]
    assert read["generate"]["engines"] == ["parametric"]
    assert read["prepare"]["face"] == "largest"
    assert read["judge"] == "dlib"
    assert read["offline"] is True


def test_what_a_base_brings_goes_before_defaults_and_behind_what_is_written(write, tmp_path):
    (tmp_path / "base").mkdir()
    brings = {"lora": {"rank": 3, "batch": 5, "preview": {"count": 7}}}
    (tmp_path / "base/idlock.json").write_text(json.dumps({"settings": brings}))
    lora = config.read(write("identities: x\nlora: {base: base, batch: 2}\n"))["lora"]
    assert (lora["rank"], lora["batch"], lora["preview"]["count"]) == (3, 2, 7)
    usual = config.schema()["properties"]["lora"]["properties"]
    assert lora["preview"]["steps"] == usual["preview"]["properties"]["steps"]["default"]
    assert config.read(write("identities: x\nlora: {base: no/such}\n"))["lora"]["rank"] != 3


def test_what_the_shipped_base_brings_is_valid_and_as_its_settings_say():
    fit = yaml.safe_load((REPOSITORY / "bench/fit/base/settings.yaml").read_text())
    brings = read_json(REPOSITORY / "resources/embedded_base/idlock.json")["settings"]
    assert brings == fit["use"]["settings"]
    config.checked({"identities": "."} | brings, None)


def test_every_wrong_key_is_named_with_its_line(write):
    found = problems(
        write(
            "identities: x.tsv\n"
            "resluts: here\n"
            "judge: ../dlib\n"
            "generate:\n"
            "  seeds: -1\n"
            "  expressions:\n"
            "    - happy\n"
            "    - 3\n"
            "strict: yes please\n"
        )
    )
    lines = {int(text.split(":")[1]) for text in found}
    assert lines == {2, 3, 5, 8, 9}
    assert any("did you mean 'results'" in text for text in found)
    assert any("write true or false" in text for text in found)


def test_misspelt_expression_gets_the_nearest(write):
    (found,) = problems(write("identities: x.tsv\ngenerate:\n  expressions:\n  - hapy\n"))
    assert ":4: " in found
    assert "did you mean 'happy'" in found


def test_the_judge_is_no_second_judge(write):
    (found,) = problems(write("identities: x.tsv\nsecond_judge: dlib\n"))
    assert ":2: " in found


def test_a_key_written_twice(write):
    assert "line 1" in problems(write("identities: x\nidentities: y\n"))[0]


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just text\n", "a: [\n", "a: b: c\n"])
def test_what_is_no_config_is_told(write, text):
    assert problems(write(text))


def test_paths_are_found_beside_the_config(write, tmp_path, monkeypatch):
    (tmp_path / "people.tsv").touch()
    path = write("identities: people.tsv\n")
    monkeypatch.chdir("/")
    assert config.read(path)["identities"] == str(tmp_path / "people.tsv")


def test_own_presets_add_to_the_shipped(write, tmp_path):
    (tmp_path / "mine.yaml").write_text("grin: {sliders: {smile: 1.0}, intensity: 0.5}\n")
    path = write("identities: x\npresets: mine.yaml\ngenerate: {expressions: [grin, sad]}\n")
    read = config.read(path)
    assert presets.load(read["presets"])["grin"] == {"smile": 0.5}


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("grin: {sliders: {smile: 9}}", "nearest is 1.3"),
        ("grin: {sliders: {smil: 1}}", "unknown slider"),
        ("grin: {sliders: {smile: .nan}}", "not nan"),
        ("grin: {sliders: {smile: 1}, intensity: 5}", "outside"),
        ("grin: 3", "takes the keys"),
        ("grin: {intensity: 1}", "sliders is missing"),
        ("[1, 2]", "write presets as"),
    ],
)
def test_bad_presets(write, tmp_path, text, word):
    (tmp_path / "mine.yaml").write_text(text)
    (found,) = problems(write("identities: x\npresets: mine.yaml\n"))
    assert word in found
    assert ":2: " in found


def test_the_demo_config_is_valid():
    demo = yaml.safe_load((REPOSITORY / "config" / "config.yaml").read_text())
    assert config.checked(demo, REPOSITORY / "config" / "config.yaml")["results"] == "results"


def test_every_key_has_a_description_and_advice():
    rows = config.key_table().splitlines()[2:]
    assert len(rows) > 25
    for row in rows:
        name, allowed, default, meaning = (cell.strip() for cell in row.strip("|").split(" | "))
        assert allowed and default and len(meaning) > 20, name


def test_the_documented_keys_are_the_keys():
    """config/README.md carries the table that `python -m idlock keys` prints."""
    assert config.key_table() in (REPOSITORY / "config" / "README.md").read_text()


def test_schema_and_registries_agree():
    generate = config.schema()["properties"]["generate"]["properties"]
    assert tuple(generate["engines"]["items"]["enum"]) == engines.ENGINES
    assert set(generate["expressions"]["default"]) <= set(presets.load())


def test_commercial_runs_are_told_which_models_they_may_not_use(write):
    read = config.read(write("identities: x\njudge: edgeface_xs\ncommercial: true\n"))
    text = "\n".join(licences.refusals(read))
    assert "shape_predictor_68_face_landmarks.dat" in text
    assert "edgeface_xs.onnx" in text
    assert "dlib_face_recognition" not in text


@pytest.mark.parametrize("example", sorted((REPOSITORY / "config" / "examples").glob("*.yaml")))
def test_examples_are_right(example):
    assert config.read(example)["generate"]["engines"]
