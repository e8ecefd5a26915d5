"""Balances: the history as counts that are kept from night to night, so a night costs only what was filed in it.

    filings, outcomes ─▶ entries ─┐
    kept rows         ────────────┼─▶ append ─▶ collapse: old days of a key become two ─▶ kept rows
                                  └─▶ history: for days after `closed` the same as from the full log

A row is (profile, key, chapter, day) with counts. Counts add up, so rows may be appended in any order, and several
rows may have the same key and day. `chapter` is null except in profiles that count chapters. Keys and chapters are
64-bit hashes, stored as signed numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeAlias

import polars as pl

from riskscore import reference
from riskscore.errors import SettingsError
from riskscore.history import filings as filing
from riskscore.history import hashes, keys
from riskscore.history.events import CHAPTER, EVERYBODY, FILED, FOUND, Events, counted, key_of, net, parts
from riskscore.history.profiles import STATS, WINDOWS, Profile, Profiles
from riskscore.parties import names, resolve

Type: TypeAlias = pl.DataType | type[pl.DataType]

_PLACE = ("profile", "key", "chapter", "day")
_COUNTS = (*FILED, *FOUND)

COLUMNS: Mapping[str, Type] = {
    "profile": pl.String,
    "key": pl.Int64,
    "chapter": pl.Int64,
    "day": pl.Int32,
    **dict.fromkeys(_COUNTS, pl.Int64),
}
"""Column of a ledger row -> type; `day` is days since 1970."""


@dataclass(frozen=True, slots=True)
class Balances:
    """Ledger rows (columns COLUMNS), and the day up to which they were collapsed (None: never)."""

    rows: pl.DataFrame
    closed: date | None = None

    def check(self, days: pl.Series) -> None:
        """Raise SettingsError where some of `days` (since 1970) are not after `closed`: their counts are merged."""
        if self.closed is None:
            return
        early = (days <= (self.closed - date(1970, 1, 1)).days).sum()
        if early:
            raise SettingsError(
                f"{early:,} of the consignments were first filed on or before {self.closed}, up to which the ledger is "
                "collapsed; score them with the full history of filings instead"
            )

    def filed(self, profile: Profile) -> pl.DataFrame:
        """The same as `Events.filed`, from the kept rows."""
        return self._of(profile, [*parts(profile), *counted(profile)], FILED)

    def found_of(self, profile: Profile) -> pl.DataFrame:
        """The same as `Events.found_of`, from the kept rows."""
        return self._of(profile, FOUND, FOUND)

    def _of(self, profile: Profile, columns: tuple[str, ...] | list[str], counts: tuple[str, ...]) -> pl.DataFrame:
        is_counted = pl.any_horizontal(pl.col(counts) != 0)
        return self.rows.filter((pl.col("profile") == profile.name) & is_counted).select(
            _unsigned("key"),
            pl.col("day").cast(pl.Int64),
            *(_unsigned(name) if name == "chapter" else pl.col(name) for name in columns),
        )


def _unsigned(column: str) -> pl.Expr:
    return pl.col(column).reinterpret(signed=False)


def entries(filings: pl.DataFrame, outcomes: pl.DataFrame | None, profiles: Profiles) -> pl.DataFrame:
    """Return the ledger rows (COLUMNS, in no order) of `filings` (canonical columns) and `outcomes` (schema.OUTCOME).

    A filing after the day on which its consignment `started` (Date) makes no row; without that column, the day is
    found from the filings. An outcome counts for its consignment only where that is among the filings. Raises
    CatalogueError where a profile needs a column that is missing.
    """
    hashed = filing.hashed([filings], sources(profiles))
    return _rows(Events.of(filing.with_starts(hashed, known=filing.STARTED in filings.columns), outcomes), profiles)


def _rows(past: Events, profiles: Profiles) -> pl.DataFrame:
    """The rows of all profiles, one profile after the other: all at once would not fit in memory for a full log."""
    everybody = _summed(EVERYBODY, [past.found_of(EVERYBODY)])
    others = (_summed(profile, [past.filed(profile), past.found_of(profile)]) for profile in profiles.profiles.values())
    return pl.concat([everybody, *others])


def _summed(profile: Profile, events: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of one profile, from its filings and findings."""
    defaults = {name: pl.lit(None if name == "chapter" else 0, dtype).alias(name) for name, dtype in COLUMNS.items()}
    parts = [
        part.drop_nulls("key").select(
            pl.col(name).reinterpret(signed=True)
            if name in {"key", "chapter"} and name in part.columns
            else (pl.col(name).cast(dtype) if name in part.columns else defaults[name])
            for name, dtype in COLUMNS.items()
            if name != "profile"
        )
        for part in events
    ]
    rows = net(pl.concat(parts), _PLACE[1:], _COUNTS)
    return rows.select(pl.lit(profile.name).alias("profile"), *(name for name in COLUMNS if name != "profile"))


def difference(after: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return the ledger rows (COLUMNS) that turn `before` into `after`, to append where `before` is kept already.

    With all filings and outcomes of the bills of a night, before it and after it, this is right for amendments, for
    late and corrected outcomes, and for filings that arrive out of order.
    """
    minus = before.with_columns(-pl.col(name) for name in _COUNTS)
    return net(pl.concat([after, minus]), _PLACE, _COUNTS).select(*COLUMNS)


def collapse(rows: pl.DataFrame, closed: date, profiles: Profiles) -> pl.DataFrame:
    """Merge the old rows of each profile, key and chapter into at most two; answers after `closed` do not change.

    A day is old where no window reaches it from the day after `closed`. The first and the last day with filings and
    all sums are kept. Collapsing in several steps gives the same answers as in one.
    """
    group = list(_PLACE[:3])
    reach = {profile.name: _reach(profile) for profile in profiles.profiles.values()}
    last_old = (closed - date(1970, 1, 1)).days - pl.col("profile").replace_strict(
        list(reach), list(reach.values()), default=0, return_dtype=pl.Int64
    )
    old = pl.col("day") <= last_old
    past = net(rows.filter(old), _PLACE, _COUNTS)
    filed = pl.col("day").filter(pl.col("consignments") > 0)
    ends = past.with_columns(
        first=filed.min().over(group), last=pl.coalesce(filed.max(), pl.col("day").max()).over(group)
    )
    merged = ends.with_columns(day=pl.when(pl.col("day") == pl.col("first")).then("day").otherwise("last"))
    return pl.concat([net(merged, _PLACE, _COUNTS), net(rows.filter(~old), _PLACE, _COUNTS)]).select(*COLUMNS)


def _reach(profile: Profile) -> int:
    """Days that the longest window of `profile` looks back."""
    return max((WINDOWS[stat] for stat in profile.stats if stat in WINDOWS), default=0)


def needed_keys(rows: pl.DataFrame, profiles: Profiles) -> pl.DataFrame:
    """Return the `profile` and `key` of all ledger rows that `ledger.history` uses for `rows`."""
    hashed = filing.hashed([rows], sources(profiles))
    everybody = pl.DataFrame({"profile": [EVERYBODY.name], "key": [0]}, schema={"profile": pl.String, "key": pl.Int64})
    return pl.concat(
        [
            everybody,
            *(
                pl.DataFrame({"key": key_of(hashed, profile).drop_nulls().unique().reinterpret(signed=True)}).select(
                    pl.lit(profile.name).alias("profile"), "key"
                )
                for profile in profiles.profiles.values()
            ),
        ]
    )


def sources(profiles: Profiles) -> list[str]:
    """Return every column of filings that the ledger rows of `profiles` are made from."""
    return sorted({*profiles.sources, CHAPTER})


def basis(profiles: Profiles) -> str:
    """Return a digest of everything that keys and counts depend on; with another digest, rows must be made again.

    That is the declared profiles, the source text of the modules that read names and make keys, the legal forms, and
    the hashes of this release of Polars, which may change with the next.
    """
    digest = hashlib.sha256(repr((profiles, STATS, filing.SAME_BILL_DAYS)).encode())
    for module in (names, resolve, keys, hashes, filing):
        digest.update(Path(str(module.__file__)).read_bytes())
    digest.update("\n".join(reference.legal_forms()["form"].drop_nulls().sort()).encode())
    probe = pl.DataFrame({"text": ["riskscore", "Hải An", ""], "number": [0, 1, -1]})
    digest.update(repr(probe.select(hashes.mixed(["text", "number"])).to_series().to_list()).encode())
    return digest.hexdigest()
