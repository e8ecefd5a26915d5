"""Load the templates of pages: every text is escaped, and a missing value is an error."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from riskscore.markup import figures

_FIGURES: Mapping[str, Callable[..., str]] = {
    "percent": figures.percent,
    "number": figures.number,
    "tonnes": figures.tonnes,
    "day": figures.day,
}


def template(room: str, name: str, **filters: Callable[..., object]) -> Template:
    """Return the template `name` of a room such as `pages`; `filters` are added to the formats of `figures`."""
    environment = _environment(room)
    environment.filters.update(filters)
    return environment.get_template(name)


@cache
def _environment(room: str) -> Environment:
    places = [PackageLoader("riskscore", f"{place}/templates") for place in (room, "markup")]
    environment = Environment(
        loader=ChoiceLoader(places), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(_FIGURES)
    return environment


def drawing(svg: str) -> Markup:
    """Mark an SVG that riskscore has drawn as safe for a page; the code that draws it escapes its texts."""
    return Markup(svg)  # noqa: S704  the only place where SVG passes without escaping
