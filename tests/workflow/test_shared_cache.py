"""Finished work is taken from the cache by another run in another folder."""

import pytest

pytestmark = pytest.mark.slow
PEOPLE = [("astronaut", "skimage:astronaut"), ("cast", "cast:7/neutral")]


def test_another_folder_finds_the_work_done(project, tmp_path):
    kept = str(tmp_path / "cache")
    first = type(project)(tmp_path / "first")
    second = type(project)(tmp_path / "second")
    for one in (first, second):
        one.folder.mkdir()
        one.write(PEOPLE, cache=kept, prepare={"background": "keep"})
    assert first.run().returncode == 0
    said = second.run()
    assert said.returncode == 0
    stages = ("prepare", "embed", "generate-parametric", "judge", "thumbnails", "pages")
    assert said.stdout.count("from the cache") == len(stages) * len(PEOPLE)
    assert first.contents() == second.contents()
