"""Balances: the past as rows of counts that are kept from night to night, so that a night costs what it files.

    filings, outcomes ─▶ entries ─┐
    what is kept      ────────────┼─▶ append ─▶ collapse: old days of a key become two ─▶ kept
                                  └─▶ history, in which a day after `closed` sees what the whole log would show

A row is (profile, key, chapter, day) with counts that add up, so rows may be appended in any order and kept in any
number. `chapter` is null but in profiles that count chapters. Keys and chapters are 64-bit hashes, stored signed.
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
"""Column of a ledger row -> type; `day` counts from 1970."""


@dataclass(frozen=True, slots=True)
class Balances:
    """Ledger rows of what was filed and known, and the day up to which they were collapsed (None: never)."""

    rows: pl.DataFrame
    closed: date | None = None

    def check(self, days: pl.Series) -> None:
        """Raise SettingsError where some of `days` (since 1970) are not after `closed`: the balances cannot tell."""
        if self.closed is None:
            return
        early = (days <= (self.closed - date(1970, 1, 1)).days).sum()
        if early:
            raise SettingsError(
                f"{early:,} of the consignments were first filed on or before {self.closed}, up to which the ledger is "
                "collapsed; measure them over the whole log"
            )

    def filed(self, profile: Profile) -> pl.DataFrame:
        """As `Events.filed`, from the rows kept."""
        return self._of(profile, [*parts(profile), *counted(profile)], FILED)

    def found_of(self, profile: Profile) -> pl.DataFrame:
        """As `Events.found_of`, from the rows kept."""
        return self._of(profile, FOUND, FOUND)

    def _of(self, profile: Profile, columns: tuple[str, ...] | list[str], counts: tuple[str, ...]) -> pl.DataFrame:
        some = pl.any_horizontal(pl.col(counts) != 0)
        return self.rows.filter((pl.col("profile") == profile.name) & some).select(
            _unsigned("key"),
            pl.col("day").cast(pl.Int64),
            *(_unsigned(name) if name == "chapter" else pl.col(name) for name in columns),
        )


def _unsigned(column: str) -> pl.Expr:
    return pl.col(column).reinterpret(signed=False)


def entries(filings: pl.DataFrame, outcomes: pl.DataFrame | None, profiles: Profiles) -> pl.DataFrame:
    """The ledger rows that `filings` (canonical columns) and `outcomes` make, columns COLUMNS; the order is not kept.

    Where `filings` say when a consignment `started` (Date), a filing after that day makes no row; without that
    column it is told from the filings themselves. An outcome counts for its consignment only where that is among
    the filings. Raises CatalogueError where a profile needs a column that is not there.
    """
    hashed = filing.hashed([filings], sources(profiles))
    return _rows(Events.of(filing.with_starts(hashed, said=filing.STARTED in filings.columns), outcomes), profiles)


def _rows(past: Events, profiles: Profiles) -> pl.DataFrame:
    """The rows of all profiles, one profile after the other: of a whole log, all at once would not fit the memory."""
    everybody = _netted(EVERYBODY, [past.found_of(EVERYBODY)])
    named = (_netted(profile, [past.filed(profile), past.found_of(profile)]) for profile in profiles.profiles.values())
    return pl.concat([everybody, *named])


def _netted(profile: Profile, events: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of one profile."""
    none = {name: pl.lit(None if name == "chapter" else 0, dtype).alias(name) for name, dtype in COLUMNS.items()}
    made = [
        some.drop_nulls("key").select(
            pl.col(name).reinterpret(signed=True)
            if name in {"key", "chapter"} and name in some.columns
            else (pl.col(name).cast(dtype) if name in some.columns else none[name])
            for name, dtype in COLUMNS.items()
            if name != "profile"
        )
        for some in events
    ]
    rows = net(pl.concat(made), _PLACE[1:], _COUNTS)
    return rows.select(pl.lit(profile.name).alias("profile"), *(name for name in COLUMNS if name != "profile"))


def difference(after: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The ledger rows that turn `before` into `after`: what to append once `before` is kept already.

    With all filings and outcomes of the bills that a night touches, before it and after it, this holds for
    amendments, for late and for corrected outcomes, and for filings that arrive out of order.
    """
    minus = before.with_columns(-pl.col(name) for name in _COUNTS)
    return net(pl.concat([after, minus]), _PLACE, _COUNTS).select(*COLUMNS)


def collapse(rows: pl.DataFrame, closed: date, profiles: Profiles) -> pl.DataFrame:
    """Make at most two rows of all old ones of a profile, key and chapter; days after `closed` see no change.

    Old are the days that no window reaches from the day after `closed`. The first and the last day on which
    something was filed stay, and every sum. Collapsing again, later, is as good as once.
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
    kept = ends.with_columns(day=pl.when(pl.col("day") == pl.col("first")).then("day").otherwise("last"))
    return pl.concat([net(kept, _PLACE, _COUNTS), net(rows.filter(~old), _PLACE, _COUNTS)]).select(*COLUMNS)


def _reach(profile: Profile) -> int:
    """Days that the longest window of `profile` looks back."""
    return max((WINDOWS[stat] for stat in profile.stats if stat in WINDOWS), default=0)


def asked(rows: pl.DataFrame, profiles: Profiles) -> pl.DataFrame:
    """The `profile` and `key` of all ledger rows that `history` looks at for `rows`: the others need not be read."""
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
    """Every column that a ledger row of `profiles` comes from."""
    return sorted({*profiles.sources, CHAPTER})


def basis(profiles: Profiles) -> str:
    """Digest of all that keys and counts rest on; rows of another basis have to be made anew from the log.

    It follows the declared profiles, the code that reads names and makes keys, the legal forms, and how this
    release of Polars hashes, which may change from one to the next.
    """
    digest = hashlib.sha256(repr((profiles, STATS, filing.SAME_BILL_DAYS)).encode())
    for module in (names, resolve, keys, hashes, filing):
        digest.update(Path(str(module.__file__)).read_bytes())
    digest.update("\n".join(reference.legal_forms()["form"].drop_nulls().sort()).encode())
    probe = pl.DataFrame({"text": ["riskscore", "Hải An", ""], "number": [0, 1, -1]})
    digest.update(repr(probe.select(hashes.mixed(["text", "number"])).to_series().to_list()).encode())
    return digest.hexdigest()
