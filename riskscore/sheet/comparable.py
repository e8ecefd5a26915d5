"""Comparable cases on a sheet: what inspections found in boxes like this one, and published seizures of such boxes."""

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
"""Cases of each kind that a sheet has room for."""

MOST_SHARED = 3
"""Things in common, or different, that are told of one case."""

_FINDINGS = {"clean": mark("nothing irregular"), "irregular": mark("irregular"), "seizure": mark("seizure")}

Cases = list[dict[str, Any]]


def alike(
    explained: Sequence[Explanation], inspected: Inspected | None, language: Language
) -> list[tuple[Cases, Cases]]:
    """For each of the consignments the nearest inspected ones (none without `inspected`) and the nearest published.

    A case is told by `name`, `when`, `found`, `shares` and `differs`.
    """
    if not explained:
        return []
    rows = pl.concat([one.consignment for one in explained])
    known: dict[tuple[Any, ...], Cases] = {}
    if inspected is not None and inspected.rows.height:
        near = cases.comparable(_moved(explained), rows, inspected, top=max(SEIZED, OTHERS), language=language)
        most = pl.when(pl.col("finding") == "seizure").then(SEIZED).otherwise(OTHERS)
        known = _by_key(near.filter(pl.col("place") <= most), lambda row: _inspected(row, language))
    told = _by_key(cases.published(rows, PUBLISHED, language=language), lambda row: _published(row, language))
    keys = rows.select(KEY).rows()
    return [(known.get(key, []), told.get(key, [])) for key in keys]


def _moved(explained: Sequence[Explanation]) -> Contributions:
    """The contributions of all of them, in their order."""
    parts = [one.moved for one in explained]
    keys = pl.concat([part.keys for part in parts])
    return Contributions(keys, parts[0].names, np.concatenate([part.values for part in parts]), parts[0].base)


def _by_key(frame: pl.DataFrame, tell: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[tuple[Any, ...], Cases]:
    found: dict[tuple[Any, ...], Cases] = {}
    for row in frame.iter_rows(named=True):
        found.setdefault(tuple(row[name] for name in KEY), []).append(tell(row))
    return found


def _inspected(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    what = language.say(_FINDINGS[row["finding"]])
    if row["finding"] == "seizure":
        what = ", ".join([what, *_loot([row["commodity"]] if row["commodity"] else [], row["quantity_kg"], language)])
    return {
        "name": row["neighbour_container"],
        "goods": row["goods_description"],
        "when": language.short_day(row["filed"]),
        "found": what,
        **_compared(row),
    }


def _published(row: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {
        "name": row["id"],
        "goods": row["declared"],
        "when": str(row["year"]),
        "found": ", ".join(_loot(row["commodity"], row["quantity_kg"], language)),
        **_compared(row),
    }


def _compared(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name][:MOST_SHARED] for name in ("shares", "differs")}


def _loot(commodities: Sequence[str], quantity: float | None, language: Language) -> list[str]:
    """What was seized and how much, as far as it is known."""
    weight = [] if quantity is None else [f"{language.number(quantity)} kg"]
    return [*(language.say(name.replace("_", " ")) for name in commodities), *weight]
