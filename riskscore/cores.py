"""Work on the parts of a column in parallel, one thread per core.

    column ─▶ one slice per core ─▶ function ─▶ column, in the same order

For work in many steps on text. Polars does each step on one core only, and other threads can run meanwhile. Never use
this inside an expression: a thread of Polars would wait for threads that wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import polars as pl

_WORTH = 10_000
"""From this many values on, threads save more time than they cost."""


def by_core(values: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Apply `read` to slices of `values` and join the results in order; `read` must treat each value separately."""
    cores = pl.thread_pool_size()
    if values.len() < _WORTH or cores == 1:
        return read(values)
    size = -(-values.len() // cores)
    with ThreadPoolExecutor(cores) as pool:
        return pl.concat(pool.map(read, (values.slice(start, size) for start in range(0, values.len(), size))))
