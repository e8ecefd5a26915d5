"""How well names and addresses are matched, on pairs that somebody labelled: precision and recall.

A pair counts as matched from the strength that a match needs on a night; names alone, without an address's help.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore.alerts import addresses, compare, spelling
from riskscore.alerts.addresses import Address
from riskscore.alerts.compare import LEAST, Name
from riskscore.errors import SettingsError

COLUMNS = ("kind", "same", "filed", "listed")
KINDS = ("name", "address")


def read(path: Path) -> pl.DataFrame:
    """Labelled pairs: COLUMNS, `same` as Boolean. Raises SettingsError where the file is none."""
    try:
        pairs = pl.read_csv(path, separator="|", quote_char=None, infer_schema=False)
    except FileNotFoundError:
        raise SettingsError(f"there is no file {path}") from None
    except pl.exceptions.PolarsError as unfit:
        raise SettingsError(f"{path} cannot be read as pairs, a line each: {str(unfit).splitlines()[0]}") from None
    known = {"kind": KINDS, "same": ("0", "1")}
    if tuple(pairs.columns) != COLUMNS or not all(pairs[name].is_in(words).all() for name, words in known.items()):
        raise SettingsError(
            f"{path}: expected the headings {'|'.join(COLUMNS)}, kinds {', '.join(KINDS)}, and same 0 or 1"
        )
    return pairs.with_columns(same=pl.col("same") == "1")


def judge(pairs: pl.DataFrame) -> pl.DataFrame:
    """`pairs` with `strength` and `matched`."""
    strengths = [
        _names(filed, listed) if kind == "name" else _addresses(filed, listed)
        for kind, filed, listed in pairs.select("kind", "filed", "listed").iter_rows()
    ]
    told = pl.Series("strength", strengths, dtype=pl.Float64)
    return pairs.with_columns(told, matched=told >= LEAST)


def measure(pairs: pl.DataFrame) -> pl.DataFrame:
    """A row a kind: `pairs`, `same`, `found`, `false`, `missed`, `precision`, `recall` (null where there is none)."""
    same, matched = pl.col("same"), pl.col("matched")
    counted = (
        judge(pairs)
        .group_by("kind", maintain_order=True)
        .agg(
            pairs=pl.len(),
            same=same.sum(),
            found=(same & matched).sum(),
            false=(~same & matched).sum(),
            missed=(same & ~matched).sum(),
        )
    )
    found, all_ = pl.col("found"), pl.col("found") + pl.col("false")
    return counted.with_columns(
        precision=pl.when(all_ > 0).then(found / all_), recall=pl.when(same > 0).then(found / same)
    )


def _names(filed: str, listed: str) -> float:
    ours, theirs = (Name.of(row) for row in spelling.read(pl.Series([filed, listed])).to_dicts())
    return compare.compare(ours, theirs).strength


def _addresses(filed: str, listed: str) -> float:
    read_ = addresses.read(pl.Series([filed, listed]))
    ours, theirs = (Address(tuple(numbers), tuple(words)) for _, numbers, words in read_.iter_rows())
    return addresses.compare(ours, theirs)
