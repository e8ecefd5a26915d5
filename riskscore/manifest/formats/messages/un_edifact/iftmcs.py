"""IFTMCS: the contract status of one bill, which carriers send as the bill itself.

The number of the bill is that of the message where its code says that it is a bill (705, 710, 714); RFF+BM may be
another number then. All containers of the message belong to the bill.
"""

from __future__ import annotations

from riskscore.manifest.formats.messages.un_edifact.bills import Bill
from riskscore.manifest.formats.messages.un_edifact.cargo import CargoReader

_BILLS = {"705": "bill", "706": "bill", "710": "bill", "714": "house"}
_WAYBILL = "710"


class IftmcsReader(CargoReader):
    """Reads IFTMCS messages, each of which is one bill."""

    single = True

    def _keys(self, bill: Bill) -> dict[str, str]:
        name = _BILLS.get(self._document)
        if self._number and (name or not bill.numbers):
            name = name or "bill"
            other = bill.numbers.get(name)
            if other and other != self._number:
                self.reader.tell("bill", "{} with another number in RFF than in BGM, which counts", other)
            bill.numbers[name] = self._number
            if "master" not in bill.numbers:
                bill.numbers["bill"] = self._number
        if self._document == _WAYBILL:
            bill.values.setdefault("bill_type", "sea_waybill")
        return super()._keys(bill)
