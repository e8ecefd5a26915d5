"""Notebook: an explanation as a small HTML table, for Jupyter and similar tools.

It loads nothing and runs nothing, and takes its colours from the page around it, light or dark. Text from manifests is
escaped, and characters that cannot be seen are removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from riskscore import schema
from riskscore.cells import texts
from riskscore.explanation.sentences import shown
from riskscore.markup.page import template

FIELDS = (
    "filed_at",
    "goods_description",
    "hs_codes",
    "shipper_name",
    "consignee_name",
    "notify_name",
    "gross_weight_kg",
    "package_count",
    "declared_value",
    "vessel_name",
)
"""Canonical columns that are shown, besides the route and a service's own fields."""

LONGEST = 300
"""Characters of one text, at most."""

WIDEST = 100
"""Pixels of the longest bar."""


def html(consignment: pl.DataFrame, scored: pl.DataFrame, *, base: float, among: int, data: str) -> str:
    """Return the HTML of one explanation; the arguments are the attributes of `Explanation` with these names.

    Without a row in `scored` only what was filed is shown.
    """
    filed = consignment.row(0, named=True)
    container = filed["container_number"]
    return template("explanation", "notebook.html").render(
        bill=_clean(filed["bill_of_lading"]),
        container="" if container == schema.NOTHING else _clean(container),
        fields=list(_fields(filed, schema.own(consignment))),
        score=_score(scored.row(0, named=True)) if scored.height else None,
        among=among,
        base=base,
        data=data,
    )


def _score(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the template shows of a scored row; a list that is null counts as empty."""
    reasons, mitigating = (row[name] or [] for name in ("reasons", "mitigating"))
    largest = max((abs(reason["contribution"]) for reason in [*reasons, *mitigating]), default=0.0)
    return {
        "rank": row["rank"],
        "probability": row["probability"],
        "margin": row["margin"],
        "model": row["model"],
        "reasons": _bars(reasons, largest),
        "mitigating": _bars(mitigating, largest),
        "not_assessed": [_clean(text) for text in row["not_assessed"] or ()],
    }


def _bars(reasons: Sequence[Mapping[str, Any]], largest: float) -> list[dict[str, Any]]:
    """Return reasons with the width of each bar in pixels; the largest contribution is WIDEST."""
    return [
        {
            "sentence": _clean(reason["sentence"]),
            "indicator": reason["indicator"],
            "contribution": reason["contribution"],
            "width": max(1, round(WIDEST * abs(reason["contribution"]) / largest)) if largest else 0,
        }
        for reason in reasons
    ]


def _fields(filed: Mapping[str, Any], own: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield name and text of each field to show, without empty ones."""
    stops = [filed["port_of_loading"], *(filed["transhipment_ports"] or ()), filed["port_of_discharge"]]
    if route := " > ".join(_clean(stop) for stop in stops if stop):
        yield "route", route
    for name in (*FIELDS, *own):
        if text := _text(filed[name]):
            yield name.replace("_", " "), text


def _text(value: object) -> str:
    if isinstance(value, list):
        return _clean(", ".join(str(part) for part in value if part is not None))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    return _clean(shown(value, "") or "")


def _clean(text: object) -> str:
    """Return `text` in one line of at most LONGEST characters, without invisible ones."""
    cleaned, _ = texts.clean(pl.Series([str(text)]), LONGEST)
    return cleaned[0] or ""
