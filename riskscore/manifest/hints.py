"""What a person says about a file that the file does not tell: its encoding, and the order of day and month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, get_args

from riskscore.errors import SettingsError
from riskscore.suggest import instead

DateOrder: TypeAlias = Literal["day", "month", "year"]
"""What comes first in a date such as 04/03/24."""

ORDERS: dict[str, DateOrder] = {f"{order}-first": order for order in get_args(DateOrder)}
"""The words for an order in a column map; the options of the command line are the same with two dashes."""


@dataclass(frozen=True)
class Hints:
    """How to read a file. None where nothing is said, so that the content decides."""

    encoding: str | None = None
    date_order: DateOrder | None = None

    def before(self, other: Hints) -> Hints:
        """These hints, with those of `other` where these say nothing."""
        return replace(
            self,
            encoding=self.encoding or other.encoding,
            date_order=self.date_order or other.date_order,
        )


NO_HINTS = Hints()


def from_table(table: Any, path: object) -> Hints:
    """The hints in the table [reading] of the column map `path`: `encoding = "koi8_r"`, `dates = "day-first"`.

    Raises SettingsError where the table has another key, or a value that is not known.
    """
    if table is None:
        return NO_HINTS
    if not isinstance(table, dict):
        raise SettingsError(f'{path}: write [reading] as a table, with lines such as encoding = "koi8_r"')
    for key in table:
        if key not in ("encoding", "dates"):
            raise SettingsError(f"{path}: [reading] has no key '{key}'; {instead(key, ('encoding', 'dates'))}")
    encoding, dates = table.get("encoding"), table.get("dates")
    if encoding is not None and not isinstance(encoding, str):
        raise SettingsError(f'{path}: write the encoding under [reading] as a text, such as encoding = "koi8_r"')
    if dates is not None and dates not in ORDERS:
        raise SettingsError(f"{path}: dates under [reading] is '{dates}'; write one of {', '.join(ORDERS)}")
    return Hints(encoding, ORDERS[dates] if dates is not None else None)
