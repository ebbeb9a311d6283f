"""The report shows what is there, loads nothing from anywhere, and takes no name for markup."""

import base64
import json
import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pandas as pd
import pytest
import synthetic_run
from synthetic_run import report

from idlock.report import columns, curves, drifts, html, shrink, tables, trainings
from idlock.runner import with_time_left
from idlock.store.files import read_json

EVIL = "<img src=x onerror=alert(1)>\"'&$x^2$</script><script>alert(2)</script>"
NAMES = [EVIL, "person 10", "person 2"]


class Links(HTMLParser):
    """Collects everything a browser would load or run, and what it would show."""

    def __init__(self):
        super().__init__()
        self.loaded, self.scripts, self.text, self.handlers = [], [], "", []

    def handle_starttag(self, tag, attributes):
        self.scripts += ["" for _ in [tag] if tag == "script"]
        for name, value in attributes:
            if name in ("src", "srcset", "data", "poster") or (name == "href" and tag == "link"):
                self.loaded.append(value)
            if name.startswith("on"):
                self.handlers.append((tag, name))

    def handle_data(self, data):
        if self.cdata_elem == "script":
            self.scripts[-1] += data
        else:
            self.text += data


def parsed(text) -> Links:
    links = Links()
    links.feed(text)
    return links


@pytest.fixture
def run(tmp_path):
    images = [np.random.default_rng(n).integers(0, 255, (32, 32, 4), np.uint8) for n in range(2)]
    failures = [(EVIL, EVIL, "prepare", EVIL, EVIL)]
    return synthetic_run.build(tmp_path, NAMES, 2, images, failures)


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("name", ["index.html", "identity/person-0.html"])
def test_names_are_shown_as_text_and_load_nothing(run, name):
    page = parsed((report(run) / name).read_text())
    assert not page.handlers
    assert len(page.scripts) == 2
    assert "alert" not in page.scripts[1]
    relative = [link for link in page.loaded if not link.startswith("data:")]
    assert all(re.fullmatch(r"\.\./pictures/[\w./-]+\.jpg", link) for link in relative)
    assert all((run.results / "report" / "identity" / link).is_file() for link in relative)
    json.loads(page.scripts[0])
    times = page.text.count("<img src=x onerror=alert(1)>")
    assert times == 1 if name == "index.html" else times > 5


def test_the_policy_names_the_one_script_of_a_page(run):
    text = (report(run) / "index.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    assert policy.startswith("default-src &#39;none&#39;;")
    assert "http" not in policy
    assert "unsafe-inline&#39;; script" in policy  # styles may be inline, scripts may not


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0 %"),
        (0.0001, "0.1 %"),
        (0.5, "50 %"),
        (1895 / 1900, "99.7 %"),
        (0.99999, "99.9 %"),
        (1, "100 %"),
    ],
)
def test_only_all_is_a_hundred_percent(share, shown):
    assert html.percent(share) == shown


def test_data_cannot_end_its_script():
    text = html.json_text({"name": f"{EVIL}\u2028"})
    assert not set(text) & set("<>&\u2028")
    assert json.loads(text) == {"name": f"{EVIL}\u2028"}


def test_a_report_is_the_same_bytes_again_and_remakes_no_picture(run):
    first = contents(report(run))
    pictures = run.results / "records/thumbnails/pictures"
    before = {path: path.stat().st_mtime_ns for path in pictures.rglob("*.jpg")}
    assert contents(report(run, "another code")) == first
    assert before == {path: path.stat().st_mtime_ns for path in pictures.rglob("*.jpg")}
    assert len(before) == 2 * len(NAMES)  # of two pictures, whatever they are called


def test_a_picture_made_small_in_time_is_not_read_again(run):
    for path in run.results.glob("images/**/*.png"):
        path.unlink()
    assert (report(run) / "pictures/person-0/parametric/happy/1.jpg").is_file()


def test_every_person_has_a_page_and_every_picture_a_small_one(run):
    made = contents(report(run))
    for number in range(len(NAMES)):
        assert f"identity/person-{number}.html" in made
        shown = [name for name in made if name.startswith(f"pictures/person-{number}/parametric/")]
        assert len(shown) == 2 * len(synthetic_run.EXPRESSIONS)
    record = read_json(run.records("pages")[0])
    assert record["person-1"]["facts"]["asked"][
        "images/parametric/person-1/happy/seed_0.png"
    ] == synthetic_run.SLIDERS["happy"]  # fmt: skip


def arrived(path):
    """The column in a data file."""
    call = re.fullmatch(r"arrived\((.*)\);\n", path.read_text())[1]
    return json.loads(f"[{call}]")


def test_all_columns_of_the_scores_lie_beside_the_page(run):
    scores = pd.read_parquet(run.results / "scores.parquet")
    described = json.loads(parsed((report(run) / "index.html").read_text()).scripts[0])["pictures"]
    assert described["rows"] == len(scores)
    assert [about["name"] for about in described["columns"]] == list(scores.columns)
    for about in described["columns"]:
        table, name, packed = arrived(run.results / "report" / about["file"])
        assert (table, name) == ("pictures", about["name"])
        wanted = scores[name].tolist()
        if packed["kind"] == "number":
            wanted = pytest.approx(wanted, nan_ok=True, rel=1e-6)
        assert unpacked(packed) == wanted


def unpacked(packed):
    data = base64.b64decode(packed["data"])
    if packed["kind"] == "number":
        return np.frombuffer(data, "<f4").tolist()
    if packed["kind"] == "flag":
        return [{0: False, 1: True, 2: None}[value] for value in data]
    return [packed["distinct"][place] for place in np.frombuffer(data, f"<u{packed['bytes']}")]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([True, None, False], "flag"),
        ([1, None, 2.5], "number"),
        ([1.0, float("nan")], "number"),
        (["b", "", "a"], "text"),
        ([1, "a"], "text"),
        ([str(number) for number in range(300)], "text"),
        ([], "text"),
    ],
)
def test_columns_are_packed_by_what_stands_in_them(values, kind):
    packed = columns.packed(values)
    assert packed["kind"] == kind
    back = [None if value != value else value for value in unpacked(packed)]
    wanted = [None if value is None or value != value else value for value in values]
    assert back == (wanted if kind != "text" else list(map(str, wanted)))


def test_texts_are_sorted_as_asked_and_then_as_people_count():
    packed = columns.packed(["p 10", "p 2", "sad", "happy"], order=("happy", "sad"))
    assert packed["distinct"] == ["happy", "sad", "p 2", "p 10"]


def test_shares_are_shown_in_percent_and_verdicts_as_they_are():
    of_people = {"identity": ["a", "b", "c"], "locked": [1.0, 0.25, None]}
    assert columns.in_percent(of_people) == {
        "identity": ["a", "b", "c"],
        "locked_%": [100.0, 25.0, None],
    }
    of_pictures = {"locked": [True, False], "drift": [0.1, 0.2]}
    assert columns.in_percent(of_pictures) == of_pictures


def test_empty_columns_are_left_out():
    assert columns.filled({"a": [None, float("nan")], "b": [None, 1]}) == ["b"]


def test_drifts_few_and_many():
    few = drifts.chart([drifts.Row(EVIL, [0.01, 0.2]), drifts.Row("r", real=[0.05])], 0.071, "x")
    assert few.count("<circle") == 2
    assert few.count('class="diamond"') == 1
    assert "line 0.071" in few
    assert "50%" in few
    assert "<img" not in few
    many = drifts.chart([drifts.Row("many", np.linspace(0, 0.1, 500))], 0.071, "x")
    assert "<circle" not in many
    assert {'class="locked"', 'class="drifted"'} <= set(re.findall('class="[a-z]+"', many))


@pytest.mark.parametrize("values", [[0.0], [0.0] * 200, [5.0] * 3])
def test_drifts_that_are_all_alike_can_be_drawn(values):
    assert drifts.chart([drifts.Row("a", values)], 0.071, "x").startswith("<svg")


def test_responses_go_by_medians_of_enough_pictures():
    asked = np.repeat([0.0, 1.0, 2.0], 20)
    drawn = curves.response("smile", asked, 2 * asked)
    assert drawn.count("<circle") == 3
    spread = curves.response("smile", np.linspace(0, 1, 400), np.linspace(0, 1, 400))
    assert 3 < spread.count("<circle") <= curves.MOST_BINS + 1
    assert "nan" not in curves.response("flat", [1.0] * 9, [2.0] * 9)


def test_trainings_are_told_apart_by_whose_they_are(tmp_path):
    for place in ("lora/anna", "stargan/set"):
        (tmp_path / "models" / place).mkdir(parents=True)
        text = "step,loss,note\n0,1.0,a\n10,,b\n20,0.2,c\n"
        (tmp_path / "models" / place / "convergence.csv").write_text(text)
    assert [path.parent.name for path in trainings.of_person(tmp_path, "anna")] == ["anna"]
    (of_all,) = trainings.of_several(tmp_path, ["anna"])
    name, drawn = trainings.drawings(tmp_path, of_all)
    assert name == "stargan/set"
    assert len(drawn) == 1
    assert "loss" in drawn[0]


def test_tables_are_told_apart_by_their_shape(tmp_path):
    files = {
        "people.csv": "identity,rank\na,1\nb,2\n",
        "matrix.csv": "asked,a,b\na,0.9,0.1\nb,0.2,0.8\n",
        "groups.csv": "identity,group\na,x\na,y\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    people, matrices, others = tables.read([tmp_path / name for name in files])
    assert list(people[0].columns) == ["identity", "rank"]
    assert matrices[0].names == ["a", "b"]
    assert others[0].title == "groups"


def test_a_matrix_can_be_parquet_with_gaps(tmp_path):
    frame = pd.DataFrame([[0.02, 0.3], [np.nan, np.nan]], index=["a", "b"], columns=["a", "b"])
    frame.to_parquet(tmp_path / "confusion.parquet")
    _, (matrix,), _ = tables.read([tmp_path / "confusion.parquet"])
    assert matrix.likeness.tolist() == [[1, 0], [0, 0]]


def test_what_pairs_up_is_drawn(run):
    path, drawn = run.results / "scores.parquet", 'aria-label="expression intensity by asked"'
    assert drawn not in (report(run) / "index.html").read_text()
    pd.read_parquet(path).assign(intensity_asked=1.0).to_parquet(path, index=False)
    assert drawn in (report(run) / "index.html").read_text()


def test_an_exhibit_is_shown_in_its_own_words(run, tmp_path):
    for name in ("a b.png", "film.mp4"):
        (tmp_path / name).write_bytes(b"what it shows")
    told = {"title": "A show", "text": EVIL, "files": {"a b.png": EVIL, "film.mp4": "a film"}}
    (tmp_path / "exhibit.json").write_text(json.dumps(told))
    folder = report(run, exhibits=[tmp_path / "exhibit.json"])
    page = parsed((folder / "index.html").read_text(encoding="utf-8"))
    assert {"exhibits/a%20b.png", "exhibits/film.mp4"} <= set(page.loaded)
    assert "A show" in page.text
    assert EVIL in page.text
    assert (folder / "exhibits/film.mp4").read_bytes() == b"what it shows"


def test_pictures_that_no_independent_judge_has_seen_are_pointed_at(run):
    path, said = run.results / "scores.parquet", "No independent judge has seen"
    assert said not in (report(run) / "index.html").read_text()
    scores = pd.read_parquet(path)
    chosen = scores["expression"] == "happy"
    scores.loc[chosen, ["selected_by", "judge_independent"]] = ["dlib", False]
    scores.to_parquet(path, index=False)
    text = (report(run) / "index.html").read_text()
    assert f"{said} {chosen.sum()} pictures" in text
    assert "dlib took part in making them" in text


def test_what_an_engine_made_for_nobody_is_said(run):
    path = run.results / "scores.parquet"
    assert "Not made:" not in (report(run) / "index.html").read_text()
    scores = pd.read_parquet(path)
    scores[~scores["expression"].isin(["sad", "angry"])].to_parquet(path, index=False)
    assert "Not made: sad, angry by parametric" in (report(run) / "index.html").read_text()


@pytest.mark.parametrize("sign", [1, -1])
def test_of_a_large_matrix_those_are_shown_who_are_taken_for_another(tmp_path, sign):
    names = [f"n{number}" for number in range(60)]
    values = 0.1 + 0.8 * np.eye(60)
    values[7, 9] = 0.89
    frame = pd.DataFrame(values if sign > 0 else 1 - values, index=names, columns=names)
    frame.to_csv(tmp_path / "confusion.csv", index_label="identity")
    _, (matrix,), _ = tables.read([tmp_path / "confusion.csv"])
    assert len(matrix.names) == tables.MATRIX
    assert matrix.of == 60
    assert "n7" in matrix.names


def test_small_pictures_stand_before_a_wall_and_have_no_dark_edges():
    image = np.zeros((64, 64, 4), np.uint8)
    image[:, 32:] = (250, 200, 150, 255)
    small = cv2.imdecode(np.frombuffer(shrink.jpeg(image, 31), np.uint8), cv2.IMREAD_COLOR_RGB)
    assert small.shape == (31, 31, 3)
    wall, person = np.array(shrink.BACKDROP), np.array([250, 200, 150])
    assert np.abs(small[15, 2].astype(int) - wall).max() < 4
    assert np.abs(small[15, -3].astype(int) - person).max() < 4
    assert np.abs(small[15, 15] - (wall + person) / 2).max() < 20


def test_progress_says_what_is_done_and_what_is_left():
    times = iter([0.0, 10.0, 20.0])
    lines = [
        "Building DAG of jobs...",
        "1 of 4 steps (25%) done\n",
        "Error: x\n",
        "2 of 4 steps (50%) done",
    ]
    assert list(with_time_left(lines, lambda: next(times))) == [
        "1 of 4 jobs done after 0:10, about 0:30 left",
        "Error: x",
        "2 of 4 jobs done after 0:20, about 0:20 left",
    ]
