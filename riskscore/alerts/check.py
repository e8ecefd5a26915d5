"""Precision and recall of the matching of names and addresses, on labelled pairs.

A pair is matched if it reaches the strength that a match needs on a night. Names are compared without addresses.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore import door
from riskscore.alerts import addresses, compare, spelling
from riskscore.alerts.addresses import Address
from riskscore.alerts.compare import LEAST, Name
from riskscore.errors import SettingsError

COLUMNS = ("kind", "same", "filed", "listed")
KINDS = ("name", "address")


def read(path: Path) -> pl.DataFrame:
    """Read labelled pairs: COLUMNS, `same` as Boolean. Raises SettingsError if the file cannot be read as pairs."""
    try:
        pairs = pl.read_csv(door.read(path), separator="|", quote_char=None, infer_schema=False)
    except FileNotFoundError:
        raise SettingsError(f"there is no file {path}") from None
    except OSError as refused:
        raise SettingsError(f"{path} cannot be read: {refused.strerror}") from None
    except pl.exceptions.PolarsError as unfit:
        raise SettingsError(f"{path} cannot be read as one pair per line: {str(unfit).splitlines()[0]}") from None
    allowed = {"kind": KINDS, "same": ("0", "1")}
    if tuple(pairs.columns) != COLUMNS or not all(pairs[name].is_in(words).all() for name, words in allowed.items()):
        raise SettingsError(
            f"{path}: the headings must be {'|'.join(COLUMNS)}, each kind {' or '.join(KINDS)}, each same 0 or 1"
        )
    return pairs.with_columns(same=pl.col("same") == "1")


def judge(pairs: pl.DataFrame) -> pl.DataFrame:
    """Add `strength` and `matched` to `pairs`."""
    strengths = [
        _names(filed, listed) if kind == "name" else _addresses(filed, listed)
        for kind, filed, listed in pairs.select("kind", "filed", "listed").iter_rows()
    ]
    strength = pl.Series("strength", strengths, dtype=pl.Float64)
    return pairs.with_columns(strength, matched=strength >= LEAST)


def measure(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return one row per kind: `pairs`, `same`, `found`, `false`, `missed`, and `precision` and `recall` or null."""
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
    found, reported = pl.col("found"), pl.col("found") + pl.col("false")
    return counted.with_columns(
        precision=pl.when(reported > 0).then(found / reported), recall=pl.when(same > 0).then(found / same)
    )


def _names(filed: str, listed: str) -> float:
    ours, theirs = (Name.of(row) for row in spelling.read(pl.Series([filed, listed])).to_dicts())
    return compare.compare(ours, theirs).strength


def _addresses(filed: str, listed: str) -> float:
    rows = addresses.read(pl.Series([filed, listed]))
    ours, theirs = (Address(tuple(numbers), tuple(words)) for _, numbers, words in rows.iter_rows())
    return addresses.compare(ours, theirs)
