"""Templates of pages: every text in them is escaped, and a gap is an error."""

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
    """The template `name` of a room, such as `pages`; `filters` are those that it has besides figures."""
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
    """A drawing of our own as it stands in a page. Texts in it are escaped where it is drawn."""
    return Markup(svg)  # noqa: S704  the one place where our own SVG is let through
