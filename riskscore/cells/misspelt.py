"""Mend a slip of the pen in the name of a main port: one letter wrong, missing, too many, or two of them changed over.

Only names that are no place at all are mended, and only where one main port fits. A name of fewer than six letters is
never mended.
"""

from __future__ import annotations

from functools import cache

import polars as pl
from rapidfuzz import process
from rapidfuzz.distance import OSA

from riskscore import reference
from riskscore.cells.lands import codes

_MOST = 5_000
"""How many distinct texts are looked at; a column with more is no column of ports."""


def mended(read: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """Return `text`, `asked`, `found` of `read`, with the port for a misspelt name in a text that is not understood.

    `read` has `upper`, `town`, `bare_town`, `land` and `several` as well; `names` are all names of places, as one list.
    """
    known = reference.places()["locode"].implode()
    open_ = (pl.col("found") == pl.col("upper")) | pl.col("found").is_in(codes())
    asked = pl.when(pl.col("bare_town").is_in(names)).then(None).otherwise("bare_town")
    unread = read.filter(open_, ~pl.col("found").is_in(known), pl.col("bare_town") != "").with_columns(slip=asked)
    unread = unread.filter(
        pl.col("slip").str.contains(r"^[A-Z ]{6,}$"), pl.col("land").is_not_null() | ~pl.col("several")
    )
    if unread.is_empty() or unread.height > _MOST:
        return read.select("text", "asked", "found")
    slips = unread.select("slip", "land").unique()
    found = [_nearest(slip, land) for slip, land in slips.iter_rows()]
    slips = slips.with_columns(mended=pl.Series(found, dtype=pl.String)).drop_nulls("mended")
    repaired = unread.join(slips, on=["slip", "land"], nulls_equal=True).select("text", "mended")
    return read.join(repaired, on="text", how="left", maintain_order="left").select(
        "text", "asked", found=pl.coalesce("mended", "found")
    )


def _nearest(slip: str, land: str | None) -> str | None:
    """The main port one slip away from the name `slip`, in the country `land` if that is known."""
    choices = _mains().get(land or "", {})
    near = process.extract(slip, list(choices), scorer=OSA.distance, score_cutoff=1, limit=3)
    ports = {choices[name] for name, _, _ in near if len(name) >= 6}
    return ports.pop() if len(ports) == 1 else None


@cache
def _mains() -> dict[str, dict[str, str]]:
    """Country -> name of a main port -> UN/LOCODE; '' has those of all countries."""
    mains = reference.towns().filter("main", pl.col("name").str.contains("^[A-Z ]+$"))
    tables: dict[str, dict[str, str]] = {}
    for name, country, locode in mains.select("name", "country", "locode_in_country").iter_rows():
        tables.setdefault(country, {})[name] = locode
    alone = reference.towns_alone().join(mains.select("name").unique(), on="name", how="semi")
    tables[""] = dict(alone.select("name", "locode").iter_rows())
    return tables
