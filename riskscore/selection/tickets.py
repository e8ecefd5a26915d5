"""Tickets: lots that nobody can influence and that everybody can draw again.

A consignment's ticket is the SHA-256 of five texts, joined by `|`, in UTF-8, without a line feed at the end:

    seed | date (2024-05-01) | port of discharge | bill of lading | container number

An auditor can compute it in any shell, and obtain the random share by sorting:

    printf '%s' '7f3a|2024-05-01|VNHPH|BL0001|MSCU1234565' | sha256sum

    complete ticket  the random share has the smallest tickets among the boxes that no other share has taken
    digits 33 to 64  the order in which the exploring share is drawn; separate from the first half, so that one draw
                     tells nothing about the other
    start            of a port's exploring draw: SHA-256 of seed|date|port, its first 13 hex digits over 16^13. Chances
                     below 1 are laid end to end in that order; start, start + 1, ... draw the boxes that they fall on

The seed must be published after the last filing that it decides on (a lottery, a beacon), because whoever knows it
earlier can try bill numbers until one has a large ticket. Without a seed the date is used, and the slate says so. The
texts are used exactly as in the candidates; a null port is an empty text. A cryptographic hash that a shell can
reproduce has no vectorised form. At half a microsecond each, it is fast enough for half a million.
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
"""Rows that are hashed at a time, to limit the number of Python objects."""

Words = NDArray[np.uint64]
"""Tickets of n rows as uint64[n, 4]."""


def seed_text(seed: str | None, date: datetime.date) -> str:
    """Return `seed`, or the date without a seed. Raises SettingsError if an auditor could not type the seed again."""
    if seed is None:
        return date.isoformat()
    if not seed.strip() or "|" in seed or not seed.isprintable():
        raise SettingsError(f"seed {seed!r}: give the published value as printable text without |, or leave it out")
    return seed


def texts(*, date: datetime.date, seed: str) -> pl.Expr:
    """Return the text from which the ticket of a row (KEY, `port`) is made, as binary column `text`."""
    port = pl.col("port").fill_null("")
    return pl.concat_str(pl.lit(f"{seed}|{date.isoformat()}"), port, *KEY, separator="|").cast(pl.Binary).alias("text")


def tickets(texts: pl.Series) -> Words:
    """Return the tickets of n binary texts: uint64[n, 4], the four quarters of each, most significant first."""
    digests = bytearray()
    for first in range(0, len(texts), _AT_ONCE):
        digests += b"".join([sha256(text).digest() for text in texts.slice(first, _AT_ONCE).to_list()])
    return np.frombuffer(digests, dtype=">u8").reshape(-1, 4).astype(np.uint64)


def raw(words: Words) -> pl.Series:
    """Return n tickets as binary of 32 bytes each, whose hex digits are those that sha256sum prints."""
    digests = np.ascontiguousarray(words.astype(">u8")).view("V32").ravel()
    return pl.Series("ticket", digests.tolist(), dtype=pl.Binary)


def random_order(words: Words) -> NDArray[np.intp]:
    """Return the n positions by rising ticket. The first half is enough: equal halves come from the same text."""
    return np.lexsort((words[:, 1], words[:, 0]))


def exploring_order(words: Words) -> NDArray[np.intp]:
    """Return the n positions by rising second half of the ticket."""
    return np.lexsort((words[:, 3], words[:, 2]))


def start(port: str | None, *, date: datetime.date, seed: str) -> float:
    """Return where the exploring draw of `port` starts: at least 0 and less than 1."""
    return int(sha256(f"{seed}|{date.isoformat()}|{port or ''}".encode()).hexdigest()[:13], 16) / 16**13
