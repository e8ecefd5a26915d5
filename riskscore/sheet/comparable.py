"""Comparable cases on a sheet: findings of inspections in similar boxes, and published seizures of similar boxes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from riskscore import cases
from riskscore.cases import Inspected
from riskscore.explanation.contributions import Contributions
from riskscore.explanation.explanation import Explanation
from riskscore.language import Language, mark
from riskscore.schema import KEY

SEIZED, OTHERS, PUBLISHED = 2, 1, 2
"""Most cases of each kind on a sheet."""

MOST_SHARED = 3
"""Most similarities, and most differences, shown for one case."""

_FINDINGS = {"clean": mark("nothing irregular"), "irregular": mark("irregular"), "seizure": mark("seizure")}

Cases = list[dict[str, Any]]


def comparable_cases(
    explained: Sequence[Explanation], inspected: Inspected | None, language: Language
) -> list[tuple[Cases, Cases]]:
    """Return, for each consignment, the nearest inspected and the nearest published cases.

    Without `inspected` the first list is empty. A case has `name`, `goods`, `when`, `found`, `shares` and `differs`.
    """
    if not explained:
        return []
    rows = pl.concat([explanation.consignment for explanation in explained])
    inspected_cases: dict[tuple[Any, ...], Cases] = {}
    if inspected is not None and inspected.rows.height:
        contributions = _contributions(explained)
        near = cases.comparable(contributions, rows, inspected, top=max(SEIZED, OTHERS), language=language)
        most = pl.when(pl.col("finding") == "seizure").then(SEIZED).otherwise(OTHERS)
        inspected_cases = _by_key(near.filter(pl.col("place") <= most), lambda row: _inspected(row, language))
    published = cases.published(rows, PUBLISHED, language=language)
    published_cases = _by_key(published, lambda row: _published(row, language))
    keys = rows.select(KEY).rows()
    return [(inspected_cases.get(key, []), published_cases.get(key, [])) for key in keys]


def _contributions(explained: Sequence[Explanation]) -> Contributions:
    """Join the contributions of all consignments, in their order."""
    parts = [explanation.moved for explanation in explained]
    keys = pl.concat([part.keys for part in parts])
    return Contributions(keys, parts[0].names, np.concatenate([part.values for part in parts]), parts[0].base)


def _by_key(frame: pl.DataFrame, describe: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[tuple[Any, ...], Cases]:
    by_key: dict[tuple[Any, ...], Cases] = {}
    for row in frame.iter_rows(named=True):
        by_key.setdefault(tuple(row[name] for name in KEY), []).append(describe(row))
    return by_key


def _inspected(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    finding = language.say(_FINDINGS[row["finding"]])
    if row["finding"] == "seizure":
        commodities = [row["commodity"]] if row["commodity"] else []
        finding = ", ".join([finding, *_seized(commodities, row["quantity_kg"], language)])
    return {
        "name": row["neighbour_container"],
        "goods": row["goods_description"],
        "when": language.short_day(row["filed"]),
        "found": finding,
        **_comparison(row),
    }


def _published(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {
        "name": row["id"],
        "goods": row["declared"],
        "when": str(row["year"]),
        "found": ", ".join(_seized(row["commodity"], row["quantity_kg"], language)),
        **_comparison(row),
    }


def _comparison(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name][:MOST_SHARED] for name in ("shares", "differs")}


def _seized(commodities: Sequence[str], quantity: float | None, language: Language) -> list[str]:
    """Name the seized commodities, and their weight where it is known."""
    weight = [] if quantity is None else [f"{language.number(quantity)} kg"]
    return [*(language.say(name.replace("_", " ")) for name in commodities), *weight]
