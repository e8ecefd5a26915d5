"""Tickets: lots that nobody can steer and that everybody can draw again.

A consignment's ticket is the SHA-256 of five texts, joined by `|`, in UTF-8, without a line feed at the end:

    seed | date (2024-05-01) | port of discharge | bill of lading | container number

An auditor has it from any shell, and the random share by sorting:

    printf '%s' '7f3a|2024-05-01|VNHPH|BL0001|MSCU1234565' | sha256sum

    whole ticket     the random share is the smallest tickets among what neither score nor exploring has taken
    digits 33 to 64  the order in which the exploring share is drawn; apart from the first half, so that one draw
                     says nothing of the other
    start            of a port's exploring draw: SHA-256 of seed|date|port, its first 13 hex digits over 16^13. Chances
                     below 1 are laid end to end in that order; start, start + 1, ... draw what they fall on

The seed must be published after the last filing that it decides on (a lottery, a beacon): whoever knows it earlier
can try bill numbers until one has a large ticket. Without a seed the date stands in for it, and the slate says so.
The texts stand as they are in the candidates, a null port as nothing. A cryptographic hash that a shell reproduces
has no vectorised form; at half a microsecond each, half a million are not worth one.
"""

from __future__ import annotations

import datetime
from hashlib import sha256

import numpy as np
import polars as pl
from numpy.typing import NDArray

from riskscore.errors import SettingsError
from riskscore.schema import KEY

_AT_ONCE = 65_536
"""Rows hashed at once, so that Python's own objects for them stay few."""

Words = NDArray[np.uint64]


def seed_text(seed: str | None, date: datetime.date) -> str:
    """`seed`, or the date where there is none. Raises SettingsError on a seed that no auditor could type again."""
    if seed is None:
        return date.isoformat()
    if not seed.strip() or "|" in seed or not seed.isprintable():
        raise SettingsError(f"seed {seed!r}: give the published value as printable text without |, or leave it out")
    return seed


def texts(*, date: datetime.date, seed: str) -> pl.Expr:
    """What the ticket of a row (KEY, `port`) is made of, as binary: column `text`."""
    port = pl.col("port").fill_null("")
    return pl.concat_str(pl.lit(f"{seed}|{date.isoformat()}"), port, *KEY, separator="|").cast(pl.Binary).alias("text")


def tickets(texts: pl.Series) -> Words:
    """Tickets of n texts: uint64[n, 4], the four quarters of each, most significant first."""
    digests = bytearray()
    for first in range(0, len(texts), _AT_ONCE):
        digests += b"".join([sha256(text).digest() for text in texts.slice(first, _AT_ONCE).to_list()])
    return np.frombuffer(digests, dtype=">u8").reshape(-1, 4).astype(np.uint64)


def raw(words: Words) -> pl.Series:
    """The tickets as binary of 32 bytes, whose hex digits are what sha256sum prints."""
    whole = np.ascontiguousarray(words.astype(">u8")).view("V32").ravel()
    return pl.Series("ticket", whole.tolist(), dtype=pl.Binary)


def random_order(words: Words) -> NDArray[np.intp]:
    """Positions by rising ticket. The first half decides: two that share 32 digits were made of the same text."""
    return np.lexsort((words[:, 1], words[:, 0]))


def exploring_order(words: Words) -> NDArray[np.intp]:
    """Positions by the rising second half of the ticket."""
    return np.lexsort((words[:, 3], words[:, 2]))


def start(port: str | None, *, date: datetime.date, seed: str) -> float:
    """Where the exploring draw of `port` starts: from 0 up to, never including, 1."""
    return int(sha256(f"{seed}|{date.isoformat()}|{port or ''}".encode()).hexdigest()[:13], 16) / 16**13
