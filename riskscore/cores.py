"""Cores: the same work on parts of a column at once, a thread each.

    column ─▶ one slice a core ─▶ read ─▶ column, in the same order

For work of many steps on text, each of which Polars does on one core only; it lets other threads run meanwhile.
Never for use inside an expression: a thread of Polars would wait for threads that wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import polars as pl

_WORTH = 10_000
"""Values from which on threads save more than they cost."""


def by_core(values: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply `read`, which looks at each value alone, to slices of `values`; the order stays."""
    cores = pl.thread_pool_size()
    if values.len() < _WORTH or cores == 1:
        return read(values)
    size = -(-values.len() // cores)
    with ThreadPoolExecutor(cores) as pool:
        return pl.concat(pool.map(read, (values.slice(start, size) for start in range(0, values.len(), size))))
