"""Pages are one file each, reach no network, and take no name for markup."""

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from idlock.report import html, plots, thumbnails
from idlock.runner import with_time_left
from idlock.store.ledger import Failure

EVIL = "<img src=x onerror=alert(1)>\"'&$x^2$"


class Links(HTMLParser):
    """Collects everything a browser would load or run, and what it would show."""

    def __init__(self):
        super().__init__()
        self.loaded, self.tags, self.text, self.handlers = [], set(), "", []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            if name in ("src", "srcset", "data", "poster") or (name == "href" and tag == "link"):
                self.loaded.append(value)
            if name.startswith("on"):
                self.handlers.append((tag, name))

    def handle_data(self, data):
        self.text += data


def parsed(text) -> Links:
    links = Links()
    links.feed(text)
    return links


def scores(name="anna"):
    return pd.DataFrame(
        {
            "row": [name] * 3,
            "drift": [0.01, 0.05, 0.2],
            "locked": [True, True, False],
            "expression_asked": ["happy", "happy", "sad"],
            "expression_read": ["happy", None, "neutral"],
        }
    )


def person_page(**changes):
    row = {
        "engine": "parametric",
        "expression": "happy",
        "seed": 0,
        "image": thumbnails.data_uri(np.full((8, 8, 4), 200, np.uint8), 8),
        "drift": 0.01,
        "line": 0.071,
        "locked": True,
        "judge": "dlib",
        "second_judge": None,
        "expression_hit": True,
        "expression_read": "happy",
        "expression_intensity": 0.9,
        "sharpness": 100.0,
        "sharpness_ratio": 1.0,
        "picture": "images/parametric/a/happy/seed_0.png",
        "sidecar": {"sliders": {"smile": 1.0}},
    }
    photo = {
        "photo": EVIL,
        "name": EVIL,
        "image": row["image"],
        "source": EVIL,
        "consent": EVIL,
        "quality": {"interocular": 100.0, "sharpness": 50.0},
        "pose": {"yaw": -0.2, "pitch": 3.0},
        "background": "kept",
    }
    values = {
        "name": EVIL,
        "groups": {EVIL: EVIL},
        "anchor": EVIL,
        "photos": [photo],
        "cards": [row],
        "engines": ["parametric"],
        "expressions": ["happy"],
        "failures": [Failure(EVIL, EVIL, "prepare", EVIL, EVIL)],
        "plot": plots.drift_strip(scores(EVIL), 0.071, "drift", {EVIL: [0.02]}),
    }
    return html.render("person.html.j2", **(values | changes))


def test_names_are_shown_as_text():
    page = parsed(person_page())
    assert "onerror" not in str(page.handlers)
    assert not page.handlers
    assert page.text.count("<img src=x onerror=alert(1)>") > 5
    assert "x" not in page.loaded


def test_a_page_loads_nothing_from_anywhere():
    page = parsed(person_page())
    assert page.loaded
    assert all(link.startswith("data:") for link in page.loaded)
    assert "script" not in page.tags
    assert "default-src 'none'" in person_page()


def test_a_person_without_anything():
    page = parsed(person_page(photos=[], cards=[], plot=None, anchor=None))
    assert "No photo could be used" in page.text


def test_a_picture_without_a_face_says_so():
    text = person_page()
    assert "no face found" not in text
    card = {
        "drift": None,
        "locked": False,
        "expression_hit": None,
        "expression_read": None,
        "expression_intensity": None,
        "sharpness": None,
    }
    values = {"engine": "parametric", "expression": "happy", "seed": 0, "line": 0.071} | card
    values |= {"judge": "dlib", "second_judge": None, "picture": "p", "image": "data:,"}
    text = person_page(cards=[values | {"sidecar": {"sliders": {}}}])
    assert "no face found" in text


def test_plots_take_the_pages_colours_and_do_not_change():
    first = plots.drift_strip(scores(), 0.071, "drift", {"anna": [0.02]})
    assert first == plots.drift_strip(scores(), 0.071, "drift", {"anna": [0.02]})
    assert "currentColor" in first
    assert plots.INK not in first
    assert "line 0.071" in first
    assert "anna" in first
    assert first.startswith('<svg role="img" viewBox=')
    drawn = plots.confusion(scores(), ["happy", "sad"])
    assert drawn.count("100%") == 2


def test_thumbnails_keep_transparency_and_do_not_darken_edges():
    import base64

    import cv2

    image = np.zeros((64, 64, 4), np.uint8)
    image[:, 32:] = (250, 200, 150, 255)
    uri = thumbnails.data_uri(image, 31)
    data = np.frombuffer(base64.b64decode(uri.partition(",")[2]), np.uint8)
    small = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert small.shape == (31, 31, 4)
    assert small[:, 0, 3].max() < 5
    half = small[15, 15]
    assert 60 < half[3] < 200
    assert np.abs(half[:3].astype(int) - (150, 200, 250)).max() < 25


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


@pytest.mark.parametrize("name", ["a$b$c", "x" * 60, "", "日本"])
def test_odd_names_do_not_break_a_plot(name):
    assert "<svg" in plots.drift_strip(scores(name), 0.071, "drift", {})
