"""Mend a slip of the pen in the name of a main port: one letter wrong, missing or too many, or two letters swapped.

Only names that are no place at all are mended, and only where one main port fits. A name of fewer than six letters is
never mended. Two names are one slip apart only if both become the same without one of their letters, so each name is
compared with the few that share such a shortened form.
"""

from __future__ import annotations

from functools import cache

import polars as pl
from rapidfuzz.distance import OSA

from riskscore import reference
from riskscore.cells.places import port_tables
from riskscore.cells.places.lands import codes
from riskscore.reference import lookup
from riskscore.units import counted

_LEAST = 6
_LONGEST = 40
_SHOWN = 3


def mended(read: pl.DataFrame) -> pl.DataFrame:
    """Return `text`, `asked`, `found`, `slip` of `read`, with the port for a misspelt name that is not understood.

    `read` has `upper`, `town`, `bare_town`, `land` and `several` as well. `slip` says whether a name was mended.
    """
    open_ = (pl.col("found") == pl.col("upper")) | pl.col("found").is_in(codes())
    is_name = lookup.among(pl.col("bare_town"), port_tables.names())
    unread = read.filter(open_, ~lookup.among(pl.col("found"), reference.place_codes()), ~is_name)
    unread = unread.filter(
        pl.col("bare_town").str.contains(rf"^[A-Z ]{{{_LEAST},{_LONGEST}}}$"),
        pl.col("land").is_not_null() | ~pl.col("several"),
    )
    if unread.is_empty():
        return read.select("text", "asked", "found", slip=False)
    found = [_nearest(slip, land) for slip, land in unread.select("bare_town", "land").iter_rows()]
    repaired = unread.select("text", mended=pl.Series(found, dtype=pl.String)).drop_nulls()
    return read.join(repaired, on="text", how="left", maintain_order="left").select(
        "text", "asked", found=pl.coalesce("mended", "found"), slip=pl.col("mended").is_not_null()
    )


def note(column: str, texts: pl.Series, read: pl.Series, slips: pl.Series) -> str:
    """Say how many of `texts` were `read` as a port of a similar name, with examples; `slips` are the texts mended."""
    rows = pl.DataFrame({"text": texts, "read": read}).filter(pl.col("text").is_in(slips.implode()))
    examples = rows.unique("text", maintain_order=True).head(_SHOWN)
    shown = ", ".join(f"'{text[:_LONGEST]}' as {port}" for text, port in examples.iter_rows())
    return f"{column}: {counted(rows.height, 'misspelt name')} read as a port whose name differs by one letter: {shown}"


def _nearest(slip: str, land: str | None) -> str | None:
    """The main port one slip away from the name `slip`, in the country `land` if that is known."""
    names = {name for form in _forms(slip) for name in _by_form().get(form, ())}
    places = _mains().get(land or "", {})
    ports = {places[name] for name in names if name in places and OSA.distance(slip, name, score_cutoff=1) <= 1}
    return ports.pop() if len(ports) == 1 else None


def _forms(name: str) -> set[str]:
    """`name`, and what it becomes without one of its letters."""
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


@cache
def _by_form() -> dict[str, list[str]]:
    """Shortened form -> names of main ports that have it."""
    forms: dict[str, list[str]] = {}
    for name in {name for places in _mains().values() for name in places}:
        for form in _forms(name) if len(name) >= _LEAST else ():
            forms.setdefault(form, []).append(name)
    return forms


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
