"""Slates as people act on them: each box with its reasons, and what alerts say of it."""

from __future__ import annotations

from datetime import date

import polars as pl

from riskscore.casework import watch_lists
from riskscore.lake.protocol import Lake
from riskscore.schema import KEY


def with_reasons(lake: Lake, rows: pl.DataFrame, night: date, run: int | None = None) -> pl.DataFrame:
    """Add `sentences` (the reasons of the night, strongest first; null: not explained) and `alerts` to `rows` (KEY).

    With `run` only what that nightly run scored and matched is told, else the last score of the night. Rows keep their
    order.
    """
    own = pl.lit(True) if run is None else pl.col("run") == run
    scores = lake.read("scores", columns=[*KEY, "reasons", "run"], nights=(night, night)).filter(own).collect()
    last = scores.sort("run").unique(KEY, keep="last", maintain_order=True)
    sentences = last.select(*KEY, sentences=pl.col("reasons").list.eval(pl.element().struct.field("sentence")))
    alerts = watch_lists.matches_of(lake, night).filter(own).group_by(KEY, maintain_order=True).agg(alerts=said())
    told = rows.join(sentences, on=KEY, how="left", maintain_order="left")
    return told.join(alerts, on=KEY, how="left", maintain_order="left")


def said() -> pl.Expr:
    """What a match says, with who says so and how it may be shared: its words beside an explanation."""
    grade, handling = pl.col("reliability"), pl.col("handling").str.to_uppercase()
    by = pl.concat_str(pl.lit("Alert of "), "provider", pl.lit(" ("), grade, pl.lit(", TLP:"), handling, pl.lit("): "))
    return pl.concat_str(by, "words", pl.lit("."))
