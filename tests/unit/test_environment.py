"""The pinned environment is one set, whichever tool installs it."""

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def lock():
    lines = (REPOSITORY / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    return {canonical(name): version for name, version in (pin.split("==") for pin in pins)}


def test_conda_gets_the_same_set(lock):
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    *others, pip = environment["dependencies"]
    assert others == ["python=3.11", "pip"]
    pins = dict(pin.split("==") for pin in pip["pip"])
    assert {canonical(name): version for name, version in pins.items()} == lock


def test_everything_the_project_names_is_pinned(lock):
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    for need in project["dependencies"]:
        name, _, version = need.partition("==")
        assert canonical(name) in lock, need
        assert not version or lock[canonical(name)] == version, need


def test_the_customers_packages_are_there(lock):
    fixed = (
        "snakemake torch diffusers peft insightface opencv-python rembg pandas matplotlib pytest"
    )
    assert {*fixed.split(), "dlib-bin"} <= set(lock)
    assert lock["torch"] == "2.13.0"
    assert "torchvision" not in lock


def test_what_is_installed_is_what_is_pinned(lock):
    for name, version in lock.items():
        assert metadata.version(name).partition("+")[0] == version, name


def test_there_is_one_opencv():
    """Two distributions write into the same folder and break one another."""
    installed = {canonical(d.metadata["Name"]) for d in metadata.distributions()}
    assert {name for name in installed if name.startswith("opencv")} == {"opencv-python"}


def test_dlibs_files_are_found_without_importing_their_package():
    """face_recognition_models imports pkg_resources, which setuptools has dropped."""
    code = (
        "import sys; from idlock.faces import models;"
        "[models.dlib_file(n) for n in (models.PREDICTOR, models.RECOGNISER, models.CNN_DETECTOR)];"
        "assert 'face_recognition_models' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_parametric_run_does_not_pay_for_torch():
    code = (
        "import sys; import idlock.prepare, idlock.embed, idlock.generate, idlock.judge;"
        "import idlock.engines.parametric, idlock.report.index, idlock.report.pages;"
        "assert not {'torch', 'diffusers', 'rembg', 'insightface'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_planning_a_run_of_all_engines_does_not_pay_for_torch_either():
    code = (
        "import sys; from idlock import config, plan; from idlock.engines import ENGINES, planning;"
        "plan.make({'identities': 'config/identities.tsv', 'generate': {'engines': list(ENGINES)}},"
        " []);"
        "values = config.checked({'identities': '.'}, None);"
        "[(planning.of(e).footprint(values), planning.of(e).decides(values)) for e in ENGINES];"
        "import idlock.engines.lora.planning as lora; lora.training_footprint(values);"
        "assert not {'torch', 'diffusers', 'transformers', 'peft'} & set(sys.modules);"
        "assert 'idlock.engines.parametric.face' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=REPOSITORY)
