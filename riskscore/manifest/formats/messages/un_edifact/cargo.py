"""Read the segments of a cargo message, CUSCAR or IFTMCS, into bills, and the bills into rows.

What a segment says depends on where it stands: DTM after LOC+11 is the arrival there, RFF after NAD a number of that
party. `_scope` is this place in the message.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from riskscore.manifest.formats.messages import limits
from riskscore.manifest.formats.messages.hs_texts import hs_codes_in
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import CANCELS, Rows
from riskscore.manifest.formats.messages.terms import freight_terms, freight_terms_in
from riskscore.manifest.formats.messages.un_edifact import bill_description, values
from riskscore.manifest.formats.messages.un_edifact.bills import Bill
from riskscore.manifest.formats.messages.un_edifact.goods_segments import (
    BILL,
    BOX,
    DANGER,
    GOODS,
    LEG,
    MESSAGE,
    PARTY,
    SHARE,
    GoodsSegments,
)
from riskscore.manifest.formats.messages.un_edifact.segments import Elements
from riskscore.manifest.formats.messages.un_edifact.values import part, words
from riskscore.manifest.formats.messages.units import KG, M3

_REFERENCES = {"BM": "bill", "MB": "master", "MWB": "master", "BH": "house", "HWB": "house"}
_DOCUMENTS = {"704": "master", "705": "bill", "706": "bill", "710": "bill", "714": "house"}
_PARTY_NUMBERS = ("VA", "AHP", "FC", "GN", "XA")
_ARRIVALS = {"132": 3, "178": 2, "232": 1}
_DEPARTURES = ("133", "136", "186")
_VALUES = ("39", "40", "43", "44", "45", "77", "123")
_TOTALS = {"7": "gross_weight_kg", "8": "package_count", "11": "package_count", "15": "volume_m3"}
CANCELLATIONS = ("1", "3")
"""Functions of a message (data element 1225) that cancel its bills: cancellation, deletion."""


class CargoReader(GoodsSegments):
    """Reads messages of one type into `rows`; `line` tells the line of the segment that is being read.

    Where a message is one bill (`single`), the bill begins with the message, and all its containers belong to it.
    """

    single = False

    def __init__(self, rows: Rows, reader: Reader, line: Callable[[], int]) -> None:
        super().__init__(reader)
        self.rows = rows
        self._line = line
        self.acts |= {
            "BGM": self._bgm,
            "CNI": self._cni,
            "CNT": self._cnt,
            "CPI": self._cpi,
            "CUX": self._cux,
            "DOC": self._doc,
            "DTM": self._dtm,
            "FTX": self._ftx,
            "LOC": self._loc,
            "MOA": self._moa,
            "NAD": self._nad,
            "RFF": self._rff,
            "TDT": self._tdt,
            "TOD": self._tod,
        }
        self.begin(0, None)

    def begin(self, line: int, sent_at: datetime | None) -> None:
        """Begin a message."""
        self._clear(line, in_bill=self.single)
        self._vessel: dict[str, Any] = {}
        self._filed_at = sent_at
        self._document = self._number = self._function = ""
        self._place = self._party = self._currency = ""
        self._bills = 0

    def end(self, *, cut: bool) -> None:
        """End the message. The bill within which the file ends is refused, because the rest of it is unknown."""
        bill = self._bill
        if cut:
            name = self._keys(bill).get("bill_of_lading")
            self.rows.refuse(bill.line, "cut_off", f"the file ends within {f'bill {name}' if name else 'a message'}")
        elif bill is not self._top or self.single or bill.goods or "bill" in bill.numbers:
            self._finish(last=True)
        elif self._function in CANCELLATIONS:
            what = f"document {self._number}" if self._number else "a document"
            self.rows.refuse(bill.line, "cancels_no_bill", f"the message cancels {what} and names no bill")
        else:
            self.reader.tell("message", "{} without a consignment", self._number)

    def _keys(self, bill: Bill) -> dict[str, str]:
        """The numbers of a bill; the master bill may be named once, for the whole message."""
        if "master" in self._top.numbers:
            bill.numbers.setdefault("master", self._top.numbers["master"])
        return bill.keys()

    def _finish(self, *, last: bool) -> None:
        """Make the rows of the bill that ends here."""
        bill = self._bill
        self._bills += 1
        keys: dict[str, Any] = dict(self._keys(bill))
        if self._filed_at is not None:
            keys = {**keys, "filed_at": self._filed_at}
        lone = last and self._bills == 1 and len(self._boxes) == 1
        if lone and not bill.boxes and not any(goods.shares for goods in bill.goods):
            bill.boxes = dict(self._boxes)
        if bill.is_blank and "bill_of_lading" not in keys:
            self.rows.refuse(bill.line, "empty_bill", "a consignment of which the message says nothing")
            return
        if bill.is_only_a_number and self._function not in CANCELLATIONS:
            number = f"bill {keys['bill_of_lading']}" if "bill_of_lading" in keys else "a consignment"
            self.rows.refuse(bill.line, "empty_bill", f"{number}: the message says nothing of it but its number")
            return
        try:
            limits.allow_parts(self._top.parts)
            rows = bill.rows(self._boxes, all_boxes=self.single)
        except limits.TooLargeError as error:
            self.rows.refuse(bill.line, limits.RULE, f"bill {keys.get('bill_of_lading', '?')}: {error}")
            return
        if self._function in CANCELLATIONS:
            self._cancel(bill, keys, rows)
            return
        places = {**self._top.places, **bill.places}
        common = {
            **self._vessel,
            **bill_description.ports(places, self.reader),
            **bill_description.parties(bill.parties, bill.party_numbers),
            **bill.values,
            **keys,
        }
        common = {name: value for name, value in common.items() if value is not None}
        for row in rows:
            self.rows.add(bill.line, common | row)

    def _cancel(self, bill: Bill, keys: dict[str, Any], rows: list[dict[str, Any]]) -> None:
        if "bill_of_lading" not in keys:
            self.rows.refuse(bill.line, "cancels_no_bill", "a consignment without a bill number is cancelled")
            return
        for row in rows:
            box = row.get("container_number")
            self.rows.add(bill.line, {**keys, CANCELS: True, **({"container_number": box} if box else {})})

    def _bgm(self, elements: Elements) -> None:
        self._document, self._number, self._function = part(elements, 1), part(elements, 2), part(elements, 3)
        version = part(elements, 2, 1)
        if version.isdigit() and len(version) < 6:
            self._vessel["version"] = int(version)
        if self._function == "5":
            self.reader.tell("message", "{} that replaces an earlier one; bills that it leaves out stay as they were")

    def _cni(self, elements: Elements) -> None:
        if self._bill is not self._top or self._top.goods:
            self._finish(last=False)
        self._bill = Bill(self._line(), reference=part(elements, 2) or None)
        self._goods, self._box, self._scope, self._place, self._in_bill = None, None, BILL, "", True

    def _rff(self, elements: Elements) -> None:
        qualifier, number = part(elements, 1), part(elements, 1, 1)
        if not number:
            return
        if qualifier in _REFERENCES and self._scope != BOX:
            self._bill.numbers.setdefault(_REFERENCES[qualifier], number)
        elif self._scope == PARTY and qualifier in _PARTY_NUMBERS:
            self._bill.party_numbers.setdefault(self._party, number)
        elif qualifier == "VON" and self._bill is self._top:
            self._vessel.setdefault("voyage", number)

    def _doc(self, elements: Elements) -> None:
        if (name := _DOCUMENTS.get(part(elements, 1))) and (number := part(elements, 2)):
            self._bill.numbers.setdefault(name, number)

    def _tdt(self, elements: Elements) -> None:
        self._place = ""
        if part(elements, 1) not in ("20", ""):
            self._scope = LEG
            return
        self._scope = BILL if self._in_bill else MESSAGE
        vessel = values.vessel(elements)
        (self._vessel if self._bill is self._top else self._bill.values).update(vessel)

    def _loc(self, elements: Elements) -> None:
        if self._scope in (LEG, BOX, SHARE, DANGER):
            return
        if self._scope == PARTY:
            self._scope = BILL if self._in_bill else MESSAGE
        self._place = part(elements, 1)
        place = values.place(elements)
        is_known = self._scope == GOODS and self._place in self._bill.places
        if place is not None and not is_known and self._bill.has_room():
            self._bill.places.setdefault(self._place, []).append(place)

    def _dtm(self, elements: Elements) -> None:
        qualifier = part(elements, 1)
        if qualifier == "137" and self._bill is self._top and self._goods is None:
            self._filed_at = values.moment_of("filed_at", elements, self.reader) or self._filed_at
        if self._scope not in (MESSAGE, BILL):
            return
        known = self._vessel if self._bill is self._top else self._bill.values
        if qualifier in _ARRIVALS and self._place in ("", "11", "60"):
            rank = _ARRIVALS[qualifier]
            if rank > self._bill.arrival and (moment := values.moment_of("arrives_at", elements, self.reader)):
                self._bill.arrival, known["arrives_at"] = rank, moment
        elif (
            qualifier in _DEPARTURES
            and self._place == "9"
            and (moment := values.moment_of("loaded_at", elements, self.reader)) is not None
        ):
            known.setdefault("loaded_at", moment)

    def _nad(self, elements: Elements) -> None:
        qualifier = part(elements, 1)
        if self._scope in (MESSAGE, BILL, LEG, PARTY):
            self._scope, self._party = PARTY, qualifier
        self._bill.parties.setdefault(qualifier, elements)

    def _cnt(self, elements: Elements) -> None:
        name = _TOTALS.get(part(elements, 1))
        if name is None or self._scope not in (BILL, PARTY) or name in self._bill.totals:
            return
        raw, unit = part(elements, 1, 1), part(elements, 1, 2)
        if name == "package_count":
            self._bill.totals[name] = self.reader.count(name, raw)
        elif name == "gross_weight_kg":
            self._bill.totals[name] = self.reader.measure(name, raw, unit or "KGM", KG)
        else:
            self._bill.totals[name] = self.reader.measure(name, raw, unit or "MTQ", M3)

    def _cux(self, elements: Elements) -> None:
        self._currency = part(elements, 1, 1) or self._currency

    def _moa(self, elements: Elements) -> None:
        qualifier = part(elements, 1)
        freight = qualifier == "64"
        if (qualifier not in _VALUES and not freight) or self._scope in (MESSAGE, LEG, BOX, DANGER):
            return
        name = "freight_charge" if freight else "declared_value"
        amount = self.reader.number(name, part(elements, 1, 1))
        if amount is None:
            return
        in_goods = self._scope in (GOODS, SHARE) and self._goods is not None and not freight
        figures = self._bill.totals
        if in_goods and self._goods is not None:
            figures = self._share if self._scope == SHARE else self._goods.figures
        if name not in figures and self._bill.has_room():
            figures[name] = amount
            self._bill.currencies.append(part(elements, 1, 2) or self._currency)

    def _cpi(self, elements: Elements) -> None:
        terms = freight_terms(part(elements, 3))
        if terms and (part(elements, 1) in ("1", "4") or "freight_terms" not in self._bill.values):
            self._bill.values["freight_terms"] = terms

    def _tod(self, elements: Elements) -> None:
        terms = freight_terms(part(elements, 2))
        if terms:
            self._bill.values.setdefault("freight_terms", terms)

    def _ftx(self, elements: Elements) -> None:
        said = words(elements[4]) if len(elements) > 4 else None
        if said is None or self._scope in (BOX, LEG) or not self._bill.has_room():
            return
        qualifier = part(elements, 1)
        if self._goods is None:
            if qualifier == "AAA":
                self._bill.texts.append(said)
            elif terms := freight_terms_in(said):
                self._bill.values.setdefault("freight_terms", terms)
            return
        if qualifier == "AAA" and self._scope != DANGER:
            self._goods.texts.append(said)
        elif qualifier in ("AAA", "PRD"):
            self._goods.other_texts.append(said)
        if self._scope != DANGER:
            self._goods.codes_in_texts += hs_codes_in(said)
