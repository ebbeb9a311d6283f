"""Templates, and the script and data inside a page; every value is escaped.

A page's policy forbids every request but for pictures and data beside it, and
runs no script but the one named by its digest: markup that slipped in somewhere
would still do nothing.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, scripts: Sequence[str], **values: Any) -> str:
    """Fill in a template of this package.

    Args:
        template: its file name.
        scripts: names of the script files that the page runs, in their order.
        values: what the template shows.
    """
    script = _script(tuple(scripts))
    return _environment().get_template(template).render(
        style=_style(), script=script, policy=_policy(script), **values
    )  # fmt: skip


def json_text(value: Any) -> str:
    """Return ``value`` as JSON that no text in it can end a ``<script>`` with."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    # the two separators end a line in older JavaScript
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def percent(share: float) -> str:
    """Return a share (0..1) in percent; only all of it is 100 %, and only none is 0 %."""
    if 0 < share < 0.005 or 0.995 <= share < 1:
        return f"{min(max(100 * share, 0.1), 99.9):.1f} %"
    return f"{100 * share:.0f} %"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["drift"] = lambda value: "no face" if value is None else f"{value:.4f}"
    environment.filters["percent"] = percent
    environment.filters["degrees"] = lambda value: f"{round(value)}°"
    environment.filters["json"] = lambda value: Markup(json_text(value))  # noqa: S704
    return environment


@cache
def _style() -> Markup:
    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704


@cache
def _script(names: tuple[str, ...]) -> Markup:
    parts = [(TEMPLATES / name).read_text(encoding="utf-8") for name in names]
    return Markup('"use strict";\n' + "\n".join(parts))  # noqa: S704


@cache
def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    # 'self' is the folder where it is served, file: where it is opened from a disk
    beside = "'self' file:"
    return (
        f"default-src 'none'; img-src {beside} data:; media-src {beside}; "
        f"style-src 'unsafe-inline'; script-src 'sha256-{digest}' {beside}; "
        "base-uri 'none'; form-action 'none'"
    )
