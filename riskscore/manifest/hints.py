"""What a person says about a file that the file does not tell: its encoding, and the order of day and month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import get_args

import polars as pl

from riskscore import toml
from riskscore.cells.moments.date_order import DateOrder
from riskscore.errors import SettingsError
from riskscore.suggest import instead
from riskscore.units import counted

ORDERS: dict[str, DateOrder] = {f"{order}-first": order for order in get_args(DateOrder)}
"""The words for an order in a column map; the options of the command line are the same with two dashes."""


AMBIGUOUS = "ambiguous_date"
"""The rule under which a date is refused whose order is not known."""

ORDER_OPTIONS = (
    "order with --day-first, --month-first or --year-first, "
    'or with dates = "day-first" under [reading] in the column map'
)


@dataclass(frozen=True)
class Hints:
    """How to read a file. None where nothing is said, so that the content decides.

    `filed_at` is the moment of filing (UTC) of the rows that do not say it themselves.
    """

    encoding: str | None = None
    date_order: DateOrder | None = None
    filed_at: datetime | None = None

    def before(self, other: Hints) -> Hints:
        """These hints, with those of `other` where these say nothing."""
        return Hints(
            self.encoding or other.encoding, self.date_order or other.date_order, self.filed_at or other.filed_at
        )


NO_HINTS = Hints()


def of_map(path: str | Path | toml.Text | None) -> Hints:
    """The hints in the table [reading] of the column map at `path`: `encoding = "koi8_r"`, `dates = "day-first"`.

    Raises SettingsError where the file cannot be read, or the table has another key or a value that is not known.
    """
    table = {} if path is None else toml.load(path, "the column map").get("reading", {})
    if not isinstance(table, dict):
        raise SettingsError(f'{path}: write [reading] as a table, with lines such as encoding = "koi8_r"')
    for key in table:
        if key not in ("encoding", "dates"):
            raise SettingsError(f"{path}: [reading] has no key '{key}'; {instead(key, ('encoding', 'dates'))}")
    encoding, dates = table.get("encoding"), table.get("dates")
    if encoding is not None and not isinstance(encoding, str):
        raise SettingsError(f'{path}: write the encoding under [reading] as a text, such as encoding = "koi8_r"')
    if dates is not None and (not isinstance(dates, str) or dates not in ORDERS):
        raise SettingsError(f"{path}: dates under [reading] is {dates!r}; write one of {', '.join(ORDERS)}")
    return Hints(encoding, None if dates is None else ORDERS[dates])


def ways_out(faults: Iterable[pl.DataFrame]) -> list[str]:
    """A note on the dates among `faults` (columns values.FAULTS) whose order is not known, and how to say it."""
    doubtful = [fault.filter(pl.col("rule") == AMBIGUOUS) for fault in faults]
    count = sum(fault.height for fault in doubtful)
    if not count:
        return []
    example = next(fault["value"][0] for fault in doubtful if fault.height)
    return [f"{counted(count, 'date')} may be read in more than one way, such as {example}; say the {ORDER_OPTIONS}"]
