"""Boxes: container numbers that are used again over the year, and seals.

A yard has boxes for about eighty days. A box that was filed is at sea for weeks before it is used again.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from riskscore.world.draws import Bools, Hashes, Ints, below, gather, mix

SOUND, WRONG_DIGIT, MALFORMED, ELSEWHERE = range(4)
"""Faults of a container number; ELSEWHERE is the number of a box that is at sea under another bill."""
SEALED, UNSEALED, SPOILED, COPIED = range(4)
"""Faults of a seal."""
CARRIERS = 24
_DAYS = 80
_MOST = 20_000_000
_AWAY_DAYS = 24
_OWNERS = 60
_SERIALS = 1_000_000
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = np.array([value for value in range(10, 39) if value % 11])
"""ISO 6346: A to Z have the values 10 to 38, without the multiples of 11."""


class Yard:
    """The boxes of a simulation for about `per_day` consignments a day."""

    def __init__(self, seed: int, per_day: int) -> None:
        self._seed = seed
        self._size = max(min(per_day * _DAYS, _MOST), 3 * per_day, 1000)
        self._last = np.full(self._size, -999, dtype=np.int16)

    def take(self, rng: np.random.Generator, count: int, day: int) -> Ints:
        """Return `count` different boxes that are not at sea on `day`, and send them to sea."""
        free = np.empty(0, dtype=np.int64)
        while len(free) < count:
            drawn = rng.integers(0, self._size, 2 * count + 50)
            rested = (day - self._last[drawn] > _AWAY_DAYS) | (rng.random(len(drawn)) < 0.004)
            fresh = np.unique(drawn[rested])
            free = np.concatenate([free, np.setdiff1d(fresh, free, assume_unique=True)])
        chosen = rng.permutation(free)[:count]
        self._last[chosen] = day
        return chosen

    def at_sea(self, rng: np.random.Generator, count: int, day: int) -> Ints:
        """Return boxes that were filed one to nine days before `day`, or others if a few hundred tries find none."""
        drawn = rng.integers(0, self._size, (count, 400))
        days = day - self._last[drawn]
        place = np.argmax((days >= 1) & (days <= 9), axis=1)
        return np.asarray(drawn[np.arange(count), place])

    def numbers(self, boxes: Ints, fault: Ints) -> pl.Series:
        """Return the container numbers of `boxes`, with a wrong check digit or malformed where `fault` says so."""
        identity = mix(self._seed, 41, boxes)
        serial = (boxes % _SERIALS * 736_879 + 12_345) % _SERIALS
        owner = (below(mix(self._seed, 41, serial), _OWNERS) + boxes // _SERIALS) % _OWNERS
        letters = _owner_letters()[owner]
        values = _VALUES[letters]
        digits = serial[:, None] // 10 ** np.arange(5, -1, -1) % 10
        total = (np.concatenate([values, digits], axis=1) * 2 ** np.arange(10)).sum(axis=1)
        check = total % 11 % 10
        check = np.where(fault == WRONG_DIGIT, (check + 1 + below(identity, 8)) % 10, check)
        return (
            pl.DataFrame(
                [
                    gather(_owner_codes(), owner).alias("owner"),
                    pl.Series("serial", serial),
                    pl.Series("check", check),
                    pl.Series("fault", fault),
                ]
            )
            .select(
                pl.concat_str(
                    "owner",
                    pl.when(pl.col("fault") == MALFORMED)
                    .then(pl.col("serial").cast(pl.String))
                    .otherwise(pl.concat_str(pl.col("serial").cast(pl.String).str.zfill(6), "check")),
                )
            )
            .to_series()
        )


@cache
def _owner_letters() -> Ints:
    """Return owner codes as letter numbers, [owners, 4]; the last letter is U, for freight containers."""
    code = below(mix(42, np.arange(_OWNERS)[:, None], np.arange(3)[None, :]), 26)
    return np.concatenate([code, np.full((_OWNERS, 1), _LETTERS.index("U"))], axis=1)


@cache
def _owner_codes() -> pl.Series:
    return pl.Series(["".join(_LETTERS[letter] for letter in code) for code in _owner_letters()])


@cache
def _carrier_codes() -> pl.Series:
    code = below(mix(45, np.arange(CARRIERS)[:, None], np.arange(4)[None, :]), 26)
    return pl.Series(["".join(_LETTERS[letter] for letter in word) for word in code])


def carriers(positions: Ints) -> pl.Series:
    """Return the letters at the start of each carrier's bill numbers."""
    return gather(_carrier_codes(), positions)


def seals(identity: Hashes) -> pl.Series:
    """Return seal numbers: letters of a carrier or none, and six or seven digits."""
    letters = pl.Series([a + b for a in _LETTERS[:20] for b in ("L", "K", "S", "A", "")] + [""] * 25)
    number = 100_000 + below(mix(identity, 43), 8_900_000)
    return pl.select(
        pl.concat_str(gather(letters, below(mix(identity, 44), len(letters))), pl.Series(number).cast(pl.String))
    ).to_series()


def spoiled(texts: pl.Series, chosen: Bools) -> pl.Series:
    """Replace the seals that are `chosen` by malformed ones: three digits, or zeros."""
    if not chosen.any():
        return texts
    short = pl.col("s").str.tail(3)
    return (
        pl.DataFrame([texts.alias("s"), pl.Series("c", chosen)])
        .select(pl.when(~pl.col("c")).then("s").when(short < "500").then(short).otherwise(pl.lit("000000")))
        .to_series()
    )
