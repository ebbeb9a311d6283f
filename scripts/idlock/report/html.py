"""Templates; every value is escaped unless the project itself drew it."""

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"


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
    environment.filters["percent"] = lambda value: f"{100 * value:.0f} %"
    environment.filters["degrees"] = lambda value: f"{round(value)}°"
    # plots are made here, with names as text nodes that matplotlib escapes
    environment.filters["drawing"] = Markup
    return environment


def render(template: str, **values: Any) -> str:
    """Fill in a template of this package."""
    style = Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))  # noqa: S704
    return _environment().get_template(template).render(style=style, **values)
