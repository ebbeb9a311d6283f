"""Every wrong row is named, all in one go, with what to write instead."""

from pathlib import Path

import pytest
from PIL import Image

from idlock.photos import names, sheet
from idlock.problems import InvalidInput

HEADER = "identity\tphoto\texpression\tconsent\tsource"


@pytest.fixture
def write(tmp_path):
    folder = tmp_path / "config"
    (folder / "photos").mkdir(parents=True)
    (tmp_path / "beside").mkdir()
    for name in ("photos/a.jpg", "photos/b.jpg", "photos/a.png", "../beside/c.jpg", "../x.jpg"):
        Image.new("RGB", (80, 80)).save(folder / name)

    def sheet_of(*rows, header=HEADER, encoding="utf-8", end="\n"):
        path = folder / "identities.tsv"
        path.write_bytes((end.join([header, *rows]) + end).encode(encoding))
        return path

    return sheet_of


def problems(path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        sheet.read(path)
    return caught.value.problems


def test_a_good_sheet(write):
    path = write(
        "anna\tphotos/a.jpg\tneutral\tsigned release\tstudio\tdark",
        "# a remark",
        "",
        "anna\tphotos/b.jpg\t\tsigned release\t\tdark",
        "Björn K.\t../beside/c.jpg\t\tself\t\tlight",
        header=HEADER + "\tskin",
    )
    bjorn, anna = sheet.read(path)
    assert anna.name == anna.slug == "anna"
    assert [photo.name for photo in anna.photos] == ["a", "b"]
    assert anna.photos[0].expression == "neutral"
    assert anna.photos[0].path == str(path.parent / "photos" / "a.jpg")
    assert anna.groups == {"skin": "dark"}
    assert bjorn.slug == "Björn-K"
    assert Path(bjorn.photos[0].path).is_file()


def test_byte_order_mark_and_windows_lines(write):
    path = write("anna\tphotos/a.jpg\t\tyes\t", encoding="utf-8-sig", end="\r\n")
    assert sheet.read(path)[0].photos[0].consent == "yes"


def test_everything_wrong_is_told_at_once(write):
    found = problems(
        write(
            "anna\tphotos/a.jpg\t\t\t",
            "\tphotos/a.jpg\t\tyes\t",
            "../evil\tphotos/a.jpg\t\tyes\t",
            "bert\tphotos/none.jpg\t\tyes\t",
            "carl\t../../../etc/passwd\t\tyes\t",
            "dora\tphotos\t\tyes\t",
            "emil\u202e\tphotos/a.jpg\t\tyes\t",
        )
    )
    by_line = {int(text.split(":")[1]): text for text in found}
    assert sorted(by_line) == [2, 3, 4, 5, 6, 7, 8]
    assert "'consent' is empty" in by_line[2]
    assert "signed release" in by_line[2]
    assert "'identity' is empty" in by_line[3]
    assert "another folder" in by_line[4]
    assert "no such file" in by_line[5]
    assert "leads out of the folder" in by_line[6]
    assert "is not a file" in by_line[7]
    assert "U+202E" in by_line[8]


def test_names_that_would_collide(write):
    found = problems(
        write(
            "Anna\tphotos/a.jpg\t\tyes\t",
            "anna\tphotos/b.jpg\t\tyes\t",
            "Bert!\tphotos/a.jpg\t\tyes\t",
            "Bert\tphotos/b.jpg\t\tyes\t",
            "carl\tphotos/a.jpg\t\tyes\t",
            "carl\tphotos/a.png\t\tyes\t",
        )
    )
    assert [int(text.split(":")[1]) for text in found] == [3, 5, 7]
    assert "share its folder with 'Anna'" in found[0]
    assert "overwrite the photo" in found[2]


def test_header(write):
    found = problems(write("anna\tphotos/a.jpg", header="identity\tphoto\tphoto"))
    assert "'consent' is missing" in found[0]
    assert "'photo' is there twice" in found[1]


def test_too_many_cells(write):
    found = problems(write("anna\tphotos/a.jpg\t\tyes\t\tmore\tand more"))
    assert "7 cells for 5 columns" in found[0]


def test_empty_and_missing(tmp_path):
    path = tmp_path / "s.tsv"
    path.write_text("")
    assert "empty" in problems(path)[0]
    path.write_text(HEADER + "\n")
    assert "no photos below the header" in problems(path)[0]
    assert "no such sheet" in problems(tmp_path / "none.tsv")[0]
    (tmp_path / "folder").mkdir()
    assert "no photos found" in problems(tmp_path / "folder")[0]


def test_not_utf8(write):
    path = write("anna\tphotos/a.jpg\t\tyes\t")
    path.write_bytes(path.read_bytes() + "müller\tphotos/b.jpg\t\tyes\t".encode("latin-1"))
    assert ":3: not UTF-8" in problems(path)[0]


def test_control_characters_in_any_cell(write):
    found = problems(write("anna\tphotos/a.jpg\t\tyes\x07\t", "bert\tphotos/b\x00.jpg\t\tyes\t"))
    assert [int(text.split(":")[1]) for text in found] == [2, 3]


def test_built_in_photos(write):
    (person,) = sheet.read(
        write("x\tskimage:astronaut\t\tyes\t", "x\tcast:7/happy/3\t\tyes\t", "x\tcast:7/sad\t\ty\t")
    )
    assert [photo.name for photo in person.photos] == ["astronaut", "7-happy-3", "7-sad"]
    assert person.photos[1].path == "cast:7/happy/3"
    found = problems(write("x\tskimage:cat\t\tyes\t", "x\tcast:me\t\tyes\t"))
    assert "astronaut" in found[0]
    assert "cast:<number>/<expression>" in found[1]


def test_a_folder_of_folders(tmp_path):
    for name in ("anna/1.jpg", "anna/2.jpg", "bert/1.jpg", ".hidden/1.jpg", "anna/.DS_Store"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"whatever")
    (tmp_path / "bert" / "consent.txt").write_text("written, 2026\n")
    anna, bert = sheet.read(tmp_path)
    assert [photo.name for photo in anna.photos] == ["1", "2"]
    assert anna.photos[0].consent == sheet.NOT_STATED
    assert bert.photos[0].consent == "written, 2026"


def test_markup_in_a_name_is_kept_as_a_name_and_not_as_a_path(write):
    (person,) = sheet.read(write("<img src=x onerror=alert(1)>\tphotos/a.jpg\t\tyes\t"))
    assert person.name == "<img src=x onerror=alert(1)>"
    assert person.slug == "img-src-x-onerror-alert-1"


@pytest.mark.parametrize(
    "name", ["..", ".", "a/b", "a\\b", "a\nb", "\u200b", "---", "x" * 101, " a"]
)
def test_names_refused(name):
    assert names.problem(name)


@pytest.mark.parametrize("name", ["anna", "Ada Lovelace", "李小龙", "person_07", "O'Neil-2.b"])
def test_names_accepted(name):
    assert names.problem(name) is None
    assert names.slug(name)
