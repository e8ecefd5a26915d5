"""Planted: whether the reasons of caught smuggling name what the smugglers planted, which a simulation knows.

A case counts where its documents show it: at least one planted flag is one that the catalogue measures. What leaves no
trace, such as rip-on/rip-off, cannot be named by any reason. A reason names every flag of the feature that it tells.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from riskscore.engine.assessment import Assessment
from riskscore.explanation_quality.flags import explained, flags
from riskscore.schema import KEY
from riskscore.training.intervals import share_of


def planted(assessed: Assessment, truth: pl.DataFrame, share: float) -> dict[str, Any]:
    """Of caught cases: the share whose reasons name a planted flag, and whose first reason does, with intervals.

    `truth` has KEY, `smuggled` and `indicators` (list of numbers). A case in the riskiest `share` is caught.
    """
    measured = set(assessed.catalogue.measured)
    shown = pl.col("indicators").list.set_intersection(pl.lit(sorted(measured), pl.List(pl.Int64)))
    cases = truth.filter("smuggled").select(*KEY, shown.alias("flags")).filter(pl.col("flags").list.len() > 0)
    cases = cases.join(assessed.rows, on=KEY, how="semi")
    caught = flags(assessed, share).join(cases, on=KEY, how="inner")
    if caught.is_empty():
        return {"share": share, "cases": cases.height, "caught": 0, "named": None, "first": None}
    reasons, _, _ = explained(assessed, caught.select(KEY))
    joined = reasons.select(*KEY, "reasons").join(caught, on=KEY, how="left", maintain_order="left")
    hits = [
        [bool(set(assessed.catalogue.features[one["feature"]].indicators) & set(flags)) for one in given]
        for given, flags in joined.select("reasons", "flags").iter_rows()
    ]
    named, first = [any(each) for each in hits], [bool(each) and each[0] for each in hits]
    return {
        "share": share,
        "cases": cases.height,
        "caught": caught.height,
        "named": share_of(sum(named), len(named)),
        "first": share_of(sum(first), len(first)),
    }
