"""Slates as officers need them: each box with its reasons and the alerts that name it."""

from __future__ import annotations

from datetime import date

import polars as pl

from riskscore.casework import watch_lists
from riskscore.lake.protocol import Lake
from riskscore.schema import KEY


def with_reasons(lake: Lake, rows: pl.DataFrame, night: date, run: int | None = None) -> pl.DataFrame:
    """Add `sentences` (the night's reasons, strongest first; null: not explained) and `alerts` to `rows` (KEY).

    With `run`, only the scores and matches of that nightly run count, otherwise the last ones of the night. Rows keep
    their order.
    """
    in_run = pl.lit(True) if run is None else pl.col("run") == run
    scores = lake.read("scores", columns=[*KEY, "reasons", "run"], nights=(night, night)).filter(in_run).collect()
    last = scores.sort("run").unique(KEY, keep="last", maintain_order=True)
    sentences = last.select(*KEY, sentences=pl.col("reasons").list.eval(pl.element().struct.field("sentence")))
    matches = watch_lists.matches_of(lake, night).filter(in_run)
    alerts = matches.group_by(KEY, maintain_order=True).agg(alerts=_alert_text())
    return rows.join(sentences, on=KEY, how="left", maintain_order="left").join(
        alerts, on=KEY, how="left", maintain_order="left"
    )


def _alert_text() -> pl.Expr:
    """A match as a sentence: who warns, the reliability grade, the TLP code, and what agrees."""
    grade, handling = pl.col("reliability"), pl.col("handling").str.to_uppercase()
    source = pl.concat_str(
        pl.lit("Alert from "), "provider", pl.lit(" ("), grade, pl.lit(", TLP:"), handling, pl.lit("): ")
    )
    return pl.concat_str(source, "words", pl.lit("."))
