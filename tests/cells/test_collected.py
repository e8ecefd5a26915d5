"""Texts of countries and ports as public files have them: nearly all are read, and none wrongly.

Every third row was held out while the tables of names were written. `docs/decisions.md` has the figures.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore.cells.places import are_countries, are_ports, countries, ports

FOLDER = Path(__file__).parent / "collected"


def collected(kind: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / f"{kind}.csv", infer_schema=False)


def check(rows: pl.DataFrame, share: float) -> None:
    wrong = rows.filter(pl.col("read").is_not_null(), pl.col("read").ne_missing(pl.col("expected")))
    assert wrong.select("text", "expected", "read").rows() == []
    known = rows.filter(pl.col("expected").is_not_null())
    missed = known.filter(pl.col("read").is_null())
    assert missed.height <= (1 - share) * known.height, missed["text"].to_list()


def test_countries_as_public_files_write_them() -> None:
    rows = collected("countries")
    assert rows.height >= 270
    read = countries(rows["text"])
    check(rows.with_columns(read=read.set(~are_countries(read), None)), 0.95)


def test_ports_as_public_files_write_them() -> None:
    rows = collected("ports")
    assert rows.height >= 387
    near = rows.select(near=pl.col("beside").fill_null("").str.split(" ").list.eval(pl.element().replace("", None)))
    near = near.select(pl.col("near").list.drop_nulls()).to_series()
    read = ports(rows["text"], lambda: near)
    rows = rows.with_columns(read=read.set(~are_ports(read), None))
    check(rows, 0.95)
