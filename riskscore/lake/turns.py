"""Take turns: writers that look at a table before they add to it, so that none adds what another has just added.

    turn of the table ─▶ read it, decide ─▶ append with the turn ─▶ written
                     ◀──── somebody took the turn meanwhile ◀──┘

The number of the turn is a transaction of the commit, so this holds in a folder and on an object store alike, and a
writer that is killed blocks nobody.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from riskscore.errors import LakeError
from riskscore.lake.protocol import Lake

T = TypeVar("T")

TURNS = 60
"""How often a writer looks again because others were faster."""

_WAIT = 0.3
"""Most seconds between two looks."""


def after(last: object, at: datetime) -> datetime:
    """Return `at`, but at least a microsecond after `last`, the latest moment in the table or None.

    So what is written later also counts as later if the clock was set back in between.
    """
    return max(at, last + timedelta(microseconds=1)) if isinstance(last, datetime) else at


def take(lake: Lake, table: str, work: Callable[[int], T | None]) -> T:
    """Call `work` with the turn of `table` until it returns something, and return that.

    `work` reads what it needs, appends to `table` with `turn`, and returns None if the append wrote nothing. Raises
    LakeError if others are faster TURNS times.
    """
    for _ in range(TURNS):
        done = work(lake.turn(table))
        if done is not None:
            return done
        time.sleep(random.uniform(0, _WAIT))  # noqa: S311  no secret
    raise LakeError(f"others wrote to the table {table} {TURNS} times in the meantime; try again")
