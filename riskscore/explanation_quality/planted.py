"""Planted: whether the reasons for caught smuggling name the red flags that the simulation planted.

A case counts if its documents show it: the catalogue measures at least one of its planted flags. Smuggling without any
trace in the documents, such as rip-on/rip-off, cannot be named by a reason. A reason names all flags of its feature.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from riskscore.engine.assessment import Assessment
from riskscore.explanation_quality.flags import explained, flags
from riskscore.judging.intervals import share_of
from riskscore.schema import KEY


def planted(assessed: Assessment, truth: pl.DataFrame, share: float) -> dict[str, Any]:
    """Measure how often the reasons of caught cases name a planted flag.

    `truth` has KEY, `smuggled` and `indicators` (list of flag numbers). A case in the riskiest `share` (0 to 1) is
    caught. Returns `share`, the numbers of `cases` and `caught` cases, and the shares of caught cases, with intervals,
    of which any reason (`named`) or the first one (`first`) names a planted flag; None if no case is caught.
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
        [bool(set(assessed.catalogue.features[reason["feature"]].indicators) & set(flags)) for reason in row_reasons]
        for row_reasons, flags in joined.select("reasons", "flags").iter_rows()
    ]
    named, first = [any(row) for row in hits], [bool(row) and row[0] for row in hits]
    return {
        "share": share,
        "cases": cases.height,
        "caught": caught.height,
        "named": share_of(sum(named), len(named)),
        "first": share_of(sum(first), len(first)),
    }
