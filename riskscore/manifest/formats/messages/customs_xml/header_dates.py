"""Read the dates of a message's header, in which some countries write 04/03/2025 for ISO 8601.

    Date_of_departure 27/02/2025, Date_of_arrival 04/03/2025  ─▶ the day comes first in both

The order of day, month and year is settled as in tables (cells/moments): by what a person says, and what all dates of
the header can be. A date whose order is not known is left empty, with a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from riskscore.cells.moments import dates
from riskscore.cells.moments.date_order import DateOrder
from riskscore.manifest.formats.messages.customs_xml.node import Node
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.hints import AMBIGUOUS, ORDER_OPTIONS


@dataclass(frozen=True)
class HeaderDates:
    """The texts of all dates in a header, and the order of day, month and year if a person says it."""

    texts: tuple[str, ...]
    order: DateOrder | None

    @classmethod
    def of(cls, header: Node, order: DateOrder | None) -> HeaderDates:
        """The dates of `header`: the texts under names with `date` in them."""
        return cls(tuple(dict.fromkeys(_dates(header))), order)

    def moment(self, column: str, text: str, reader: Reader) -> datetime | None:
        """The moment in `text`, which `column` has; None, with a note, where it cannot be read."""
        if not text or (iso := Reader().moment(column, text)):
            return iso if text else None
        others = [pl.Series([other]) for other in self.texts]
        read = dates.parse(pl.Series([text]), others, self.order).row(0, named=True)
        if read["fault"] == AMBIGUOUS:
            reader.tell("date", f"{column}: {{}} may be read in more than one way; say the {ORDER_OPTIONS}", text)
        elif read["fault"]:
            reader.unread(column, text)
        moment: datetime | None = read["moment"]
        return moment


def _dates(node: Node) -> Iterator[str]:
    for child in node.children:
        if child.names:
            yield from _dates(child)
        elif child.text and "date" in child.name:
            yield child.text
