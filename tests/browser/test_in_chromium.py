"""The report as people use it: filters filter, columns sort, the slider slides, pages turn."""

import pandas as pd
import pytest
from invented import MARKUP, NAMES

ARROWS = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35}
TAB = ("Tab", 9)

HELPERS = """
const $ = (path, at = document) => at.querySelector(path);
const all = (path, at = document) => [...at.querySelectorAll(path)];
const host = (id) => document.getElementById(id);
const head = (id, name) => all("thead th button", host(id)).find((b) => b.textContent === name);
const place = (id, name) => head(id, name).closest("th").cellIndex;
const column = (id, at) => all("tbody tr", host(id)).map((row) => row.cells[at].textContent);
const cells = (id, name) => column(id, place(id, name));
const fields = (id) => all(".field", host(id));
const field = (id, name) => fields(id).find((f) => $("span", f).textContent === name);
const put = (element, value, kind = "input") => {
  element.value = value; element.dispatchEvent(new Event(kind, { bubbles: true })); };
const status = (id) => $("[role=status]", host(id)).textContent;
"""


def ask(page, script):
    return page.do(f"(() => {{ {HELPERS} return ({script}); }})()")


@pytest.fixture(scope="module")
def scores(report):
    return pd.read_parquet(report.parent / "scores.parquet")


def test_the_three_figures(overview, scores):
    shown = ask(overview, "all('.figure b').map((b) => b.textContent)")
    share = f"{100 * scores['locked'].mean():.0f} %"
    assert shown[0] == share
    assert shown[2] == "30"


def test_pictures_are_filtered_by_choice_search_and_range(overview, scores):
    table = "'pictures-table'"
    assert ask(overview, f"status({table})") == f"{len(scores)} rows"
    ask(overview, f"put($('select', field({table}, 'expression')), 1, 'change')")
    kept = scores[scores["expression"] == "happy"]
    assert ask(overview, f"status({table})") == f"{len(kept)} of {len(scores)} rows"
    assert set(ask(overview, f"cells({table}, 'expression')")) == {"happy"}
    ask(overview, f"put(all('input', field({table}, 'drift'))[0], 0.05)")
    kept = kept[kept["drift"] >= 0.05]
    assert ask(overview, f"status({table})").startswith(f"{len(kept)} of")
    ask(overview, f"put($('input', field({table}, 'identity')), 'PERSON 1')")
    kept = kept[kept["identity"].str.contains("person 1")]
    assert ask(overview, f"status({table})").startswith(f"{len(kept)} of")
    assert len(kept)
    ask(overview, f"put($('select', field({table}, 'locked')), 0, 'change')")
    assert ask(overview, f"status({table})").startswith(f"{(~kept['locked']).sum()} of")


def test_pictures_are_sorted_both_ways(overview, scores):
    table = "'pictures-table'"
    drifts = sorted(scores["drift"])
    ask(overview, f"head({table}, 'drift').click()")
    assert float(ask(overview, f"cells({table}, 'drift')[0]")) == pytest.approx(drifts[0], abs=1e-4)
    assert ask(overview, f"head({table}, 'drift').closest('th').ariaSort") == "ascending"
    ask(overview, f"head({table}, 'drift').click()")
    shown = [float(text) for text in ask(overview, f"cells({table}, 'drift')")]
    assert shown == pytest.approx(drifts[::-1][: len(shown)], abs=1e-4)
    assert ask(overview, f"head({table}, 'drift').closest('th').ariaSort") == "descending"
    ask(overview, f"head({table}, 'identity').click()")
    assert ask(overview, f"all('[aria-sort]', host({table})).length") == 1


def test_names_are_sorted_as_people_count(overview):
    ask(overview, "put($('input', field('sheet', 'person')), 'person')")
    names = ask(overview, "all('#sheet tbody th a').map((a) => a.textContent)")
    assert names[:3] == ["person 0", "person 1", "person 2"]


def test_columns_nobody_foresaw_can_be_chosen(overview, scores):
    table = "'pictures-table'"
    assert "structure jaw" not in ask(
        overview, f"all('th', host({table})).map((h) => h.textContent)"
    )
    ask(overview, f"$('input[value=structure_jaw]', host({table})).click()")
    overview.wait(f"(() => {{ {HELPERS} return head({table}, 'structure jaw'); }})()")
    ask(overview, f"head({table}, 'structure jaw').click()")
    first = float(ask(overview, f"cells({table}, 'structure jaw')[0]"))
    assert first == pytest.approx(scores["structure_jaw"].min(), abs=1e-3)
    assert ask(overview, f"Boolean(field({table}, 'structure jaw'))")


def test_pages_turn(overview):
    table = "'pictures-table'"
    first = ask(overview, f"cells({table}, 'identity')")
    ask(overview, f"all('.pager button', host({table}))[1].click()")
    second = ask(overview, f"cells({table}, 'expression')")
    assert len(first) == len(second) == 12
    assert ask(overview, f"$('.pager input', host({table})).value") == "2"
    ask(overview, f"put($('.pager input', host({table})), 42, 'change')")
    assert ask(overview, f"all('.pager button', host({table}))[1].disabled")


def test_people_of_the_sheet_are_chosen_and_sorted(overview, scores):
    assert ask(overview, "status('sheet')") == "42 rows"
    ask(overview, "put($('select', field('sheet', 'group (sheet)')), 1, 'change')")
    assert ask(overview, "status('sheet')") == "21 of 42 rows"
    ways = ask(overview, "all('option', field('sheet', 'sorted by')).map((o) => o.textContent)")
    assert "rank 1 ↓" in ways
    script = (
        f"put($('select', field('sheet', 'sorted by')), {ways.index('drift worst ↓')}, 'change')"
    )
    ask(overview, script)
    worst = scores[scores["identity"].isin(NAMES[1::2])].groupby("identity")["drift"].max().idxmax()
    overview.wait(f"document.querySelector('#sheet tbody th a').textContent === {worst!r}")


def test_another_seed_shows_other_pictures(overview):
    before = ask(overview, "$('#sheet td:nth-child(3) img').src")
    ask(overview, "put($('select', field('sheet', 'seed')), '1', 'change')")
    after = ask(overview, "$('#sheet td:nth-child(3) img').src")
    assert before.endswith("/0.jpg")
    assert after.endswith("/1.jpg")


def test_every_picture_shown_is_there_and_described(overview):
    overview.do("document.querySelectorAll('img').forEach((i) => { i.loading = 'eager'; })")
    overview.wait("[...document.images].every((image) => image.complete)")
    assert ask(overview, "all('img').every((image) => image.naturalWidth > 0)")
    assert ask(overview, "all('img').every((image) => image.alt)")
    assert ask(overview, "all('svg[role=img]').every((drawing) => drawing.ariaLabel)")


def test_pictures_wait_until_they_are_near(overview):
    assert ask(overview, "all('img').every((image) => image.loading === 'lazy')")


def test_unforeseen_tables_are_shown_by_their_shape(overview):
    shown = ask(overview, "all('#tables ~ h3').map((h) => h.textContent)")
    assert shown == ["confusion", "groups"]
    assert ask(overview, "all('.matrix').at(-1).tBodies[0].rows.length") == 30
    assert "rank 1" in ask(overview, "all('#people-table th').map((h) => h.textContent)")
    assert ask(overview, "cells('table-0', 'group')") == ["a", "b"]
    assert ask(overview, "$('#trainings ~ h3').textContent") == "stargan/set"


@pytest.mark.parametrize("name", ["index.html", "identity/person-0.html", "identity/person-1.html"])
def test_names_are_text_wherever_they_stand(overview, report, name):
    overview.open((report / name).as_uri())
    overview.wait("document.querySelector('#figures-table[data-ready], #table-0[data-ready]')")
    overview.do("window.said = []; window.alert = (text) => said.push(text)")
    assert (
        overview.do("[...document.images].filter((i) => i.getAttribute('src') === 'x').length") == 0
    )
    assert overview.do("document.querySelectorAll('[onerror]').length") == 0
    assert overview.do("said.length") == 0
    if name != "identity/person-1.html":
        assert MARKUP in overview.do("document.body.innerText")


def test_failures_are_text_and_can_be_searched(overview):
    assert ask(overview, "cells('failures-table', 'reason')[0]").startswith("</script><b>")
    ask(overview, "put($('input, select', field('failures-table', 'advice')), 3, 'change')")
    assert ask(overview, "status('failures-table')").startswith("1 of 30")


def test_the_policy_holds_even_where_markup_would_get_in(overview, trap):
    """Were a name ever taken for markup, its script would not run and nothing would be asked."""
    complaints = len(overview.complaints)
    overview.do(
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.ran=1\">')"
    )
    overview.do(
        "document.body.insertAdjacentHTML('beforeend', '<img src=http://example.org/a.png>')"
    )
    refused = overview.do("fetch('http://example.org/').then(() => false, () => true)")
    overview.do("new Promise((done) => setTimeout(done, 200))")
    assert refused
    assert overview.do("window.ran === undefined")
    assert not [asked for asked in trap[1] if b"example.org" in asked]
    del overview.complaints[complaints:]  # what the browser refused, it complained about
    overview.requests[:] = [url for url in overview.requests if "example.org" not in url]


def test_the_trap_would_have_caught_it(browser, trap):
    browser.open("data:text/html,<img src=http://example.org/canary.png>")
    browser.do("new Promise((done) => setTimeout(done, 200))")
    assert [asked for asked in trap[1] if b"canary" in asked]


def test_a_link_leads_to_the_picture_it_shows(overview):
    address = ask(overview, "$('#sheet .shot.locked, #sheet .shot.drifted').href")
    overview.open(address)
    overview.wait("document.querySelector('#viewer[data-ready]')")
    assert overview.do("document.querySelector('#viewer h2').textContent") == "neutral, seed 0"


def test_the_slider_slides_by_key_and_by_pointer(person):
    person.do("document.querySelector('.compare input').focus()")
    shown = "getComputedStyle(document.querySelector('.compare')).getPropertyValue('--at')"
    assert person.do(shown) == "50%"
    person.key("ArrowRight", ARROWS["ArrowRight"])
    assert person.do(shown) == "51%"
    person.key("Home", ARROWS["Home"])
    assert person.do(shown) == "0%"
    box = person.do(
        "(({x, y, width, height}) => [x, y, width, height])"
        "(document.querySelector('.compare').getBoundingClientRect())"
    )
    person.click(box[0] + 0.8 * box[2], box[1] + box[3] / 2)
    assert float(person.do(shown).rstrip("%")) == pytest.approx(80, abs=4)


def test_pictures_are_chosen_by_pointer_and_key(person, scores):
    title = "document.querySelector('#viewer h2').textContent"
    assert person.do(title) == "neutral, seed 0"
    person.do("document.querySelector('.shot').focus()")
    person.key("ArrowRight", ARROWS["ArrowRight"])
    person.key("ArrowDown", ARROWS["ArrowDown"])
    assert person.do("document.activeElement.dataset.name") == "parametric/happy/1"
    person.key("Enter", 13)
    person.wait(f"{title} === 'happy, seed 1'")
    assert person.do("document.querySelector('[data-part=after]').src").endswith("happy/1.jpg")
    person.do("document.querySelector('[data-part=back]').click()")
    person.wait(f"{title} !== 'happy, seed 1'")
    figures = person.do("document.querySelector('[data-part=figures]').innerText")
    assert "structure jaw" in figures


def test_a_person_s_own_training_is_on_their_page(person):
    drawn = person.do("[...document.querySelectorAll('.small-plots svg')].map((s) => s.ariaLabel)")
    assert drawn == ["loss by step", "drift by step"]


def test_everything_can_be_reached_by_key_and_is_seen_to_be(overview):
    overview.do("document.activeElement.blur()")
    seen = []
    for _ in range(60):
        overview.key(*TAB)
        seen.append(
            overview.do(
                "(({tagName, id}, style) => [tagName, style.outlineStyle])"
                "(document.activeElement, getComputedStyle(document.activeElement))"
            )
        )
    assert {"A", "SELECT", "INPUT"} <= {tag for tag, _ in seen}
    assert all(outline != "none" for tag, outline in seen if tag != "BODY")


@pytest.mark.parametrize("name", ["index.html", "identity/person-2.html"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(overview, report, name, scheme):
    overview.scheme(scheme)
    overview.resize(500, 900)
    overview.open((report / name).as_uri())
    overview.wait("document.querySelector('#figures-table[data-ready], #table-0[data-ready]')")
    assert overview.do("document.documentElement.scrollWidth") <= 500
    paper, ink = (
        overview.do(f"getComputedStyle(document.body).{what}.match(/[0-9]+/g).map(Number)")
        for what in ("backgroundColor", "color")
    )
    assert (sum(paper) > sum(ink)) == (scheme == "light")
    overview.scheme("light")


def test_no_page_is_large(report):
    assert max(path.stat().st_size for path in report.rglob("*.html")) < 3e6
