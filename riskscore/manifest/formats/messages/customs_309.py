"""Read the customs manifest of ANSI X12, set 309 (004010 to 008010), as US and Canadian customs receive it.

    ISA ─ GS ─ ST 309 ─┬─ M10 vessel
                       └─ P4 port ─ LX ─┬─ M11, N9, N1, R4   the bill
                                        └─ VID ─ M7, N10     a container, its seals and its goods

Each container of a bill is a row. A bill whose M11 names another one is a house bill of that master.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

from riskscore.cells.places import us_ports
from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages import limits, sets, x12
from riskscore.manifest.formats.messages.bill_309 import Bill, Box
from riskscore.manifest.formats.messages.masters import without_masters
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.rows import Rows
from riskscore.manifest.formats.messages.texts import one_line, text
from riskscore.manifest.formats.messages.units import KG_X12, M3_X12
from riskscore.manifest.formats.messages.x12 import Segment
from riskscore.manifest.formats.table import Count, Table
from riskscore.units import counted

_PARTIES = {"SH": "shipper", "CN": "consignee", "N1": "notify", "FW": "forwarder"}
_PLACES = {"L": "port_of_loading", "D": "port_of_discharge", "R": "place_of_receipt", "E": "place_of_delivery"}
_TRANSHIPPED = ("T", "I")
_CARRIER = re.compile(r"[A-Z]{2,4}")
_LONGEST, _MOST_LINES = 20_000, 60
"""Characters of a text, and lines of an address, from which on it is not continued."""


def sniff(file: File) -> bool:
    """Whether the file begins with the ISA segment of an X12 interchange."""
    return x12.is_start(file.head)


def read(file: File, _count: Count) -> list[Table]:
    """Read the file; `lines` are numbers of segments.

    Raises LeftAsideError where it has other sets only, ManifestError where it has none.
    """
    message = _Message(file.name)
    with file.open() as stream:
        try:
            for segment in x12.segments(stream):
                message.take(segment)
            message.finish()
        except x12.DamagedError as damage:
            message.stop(damage.number, f"segment {damage.number:,}: {damage}")
    return [message.table()]


class _Message:
    """Takes the segments of a file one after the other, and collects the rows of its sets 309."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reader = Reader()
        self.segment = 0
        self.version = ""
        self.others: Counter[str] = Counter()
        self.too_long: Counter[str] = Counter()
        self.manifests = 0
        self.notes: list[str] = []
        self.rows = Rows("X12 309")
        self._sent: datetime | None = None
        self._filed: datetime | None = None
        self._set: str | None = None
        self._set_began = 0
        self._voyage: dict[str, Any] = {}
        self._port: dict[str, Any] = {}
        self._bill: Bill | None = None

    def take(self, segment: Segment) -> None:
        """Take the next segment; one that is not known is ignored."""
        self.segment = segment.number
        name = segment.elements[0]
        if name == "ISA":
            self._sent = self._moment(segment.get(9), segment.get(10))
            self._filed = self._sent
        elif name == "GS":
            self._filed = self._moment(segment.get(4), segment.get(5)) or self._sent
            self.version = segment.get(8) or self.version
        elif name == "ST":
            if self._set == sets.MANIFEST:
                self._cut("the set has no SE segment")
            self._begin(segment)
        elif name == "SE":
            self._end(segment)
        elif self._set == sets.MANIFEST and (read := _SEGMENTS.get(name)):
            read(self, segment)

    def _moment(self, day: str, time: str) -> datetime | None:
        """When it was sent; a day of six digits has the last two of its year."""
        return self.reader.moment("filed_at", (f"20{day}" if len(day) == 6 else day) + time[:4])

    def finish(self) -> None:
        """End the file: a set without its SE segment is cut off."""
        if self._set is not None:
            self._cut("the file ends before the SE segment of the set")

    def stop(self, number: int, why: str) -> None:
        """End the file at a segment that cannot be read: a bill that is not complete is refused."""
        if not self.manifests and not self.others:
            raise ManifestError(f"{self.name} is a damaged X12 file ({why}); ask the sender for it again")
        if self._set is not None:
            self.segment = number
            self._cut(why)
        else:
            self.rows.refuse(number, "damaged_message", why)

    def table(self) -> Table:
        """All rows. Raises LeftAsideError where the file has sets, but none of them is a manifest."""
        if not self.manifests:
            if not self.others:
                raise ManifestError(f"{self.name} is an X12 file without any set; ask the sender for it again")
            raise LeftAsideError(self.name, " and ".join(sets.named(number) for number in self.others))
        for number, count in self.others.items():
            self.notes.append(f"{counted(count, 'set')} left aside: {sets.named(number)} is no manifest")
        for what, count in self.too_long.items():
            self.notes.append(f"{what}: {counted(count, 'segment')} left out, because too much of the text came before")
        self.rows.form = f"X12 309 ({self.version})" if self.version else "X12 309"
        return without_masters(self.rows.table([*self.notes, *self.reader.notes()]))

    def _begin(self, segment: Segment) -> None:
        self._set, self._set_began = segment.get(1), segment.number
        self._voyage, self._port = {}, {}
        if self._set == sets.MANIFEST:
            self.manifests += 1
        elif self._set:
            self.others[self._set] += 1

    def _end(self, segment: Segment) -> None:
        if self._set == sets.MANIFEST:
            self._finish()
            said, found = segment.get(1), segment.number - self._set_began + 1
            if said.isdigit() and int(said) != found:
                self.notes.append(
                    f"segment {segment.number:,}: SE counts {int(said):,} segments, the set has {found:,}"
                )
        self._set = None

    def _cut(self, why: str) -> None:
        bill = self._bill
        if bill is not None:
            self.rows.refuse(bill.segment, "cut_off", f"bill {bill.values.get('bill_of_lading') or '?'}: {why}")
        elif self._set == sets.MANIFEST:
            self.rows.refuse(self.segment, "cut_off", why)
        self._bill, self._set = None, None

    def vessel(self, segment: Segment) -> None:
        """M10: the vessel and its voyage."""
        code, qualifier = segment.get(4), segment.get(10)
        self._voyage = {"vessel_name": text(segment.get(5)), "voyage": text(segment.get(6))}
        if re.fullmatch(r"[0-9]{7}", code) and qualifier in ("", "L"):
            self._voyage["vessel_imo"] = code

    def port(self, segment: Segment) -> None:
        """P4: the port of discharge and the arrival there; its bills follow."""
        self._finish()
        self._port = {
            "port_of_discharge": _discharged(text(segment.get(1))),
            "arrives_at": self.reader.moment("arrives_at", segment.get(2)),
        }

    def begin(self, segment: Segment) -> None:
        """LX: the next bill begins."""
        self._finish()
        self._bill = Bill(segment.number)

    def _current(self, segment: Segment) -> Bill:
        if self._bill is None:
            self._bill = Bill(segment.number)
        return self._bill

    def details(self, segment: Segment) -> None:
        """M11: number, port of loading and figures of the bill."""
        if self._bill is not None and self._bill.has_details:
            self._finish()
        bill = self._current(segment)
        bill.has_details = True
        if len(segment.elements) < 2:
            return
        # From 005010 on, a type of the bill stands before the place of receipt; the carrier's code shows where.
        shift = 0 if _CARRIER.fullmatch(segment.get(11)) or not _CARRIER.fullmatch(segment.get(12)) else 1
        number, master, reader = text(segment.get(1)), text(segment.get(10 + shift)), self.reader
        bill.unit = text(segment.get(4))
        bill.values |= {
            "bill_of_lading": master or number,
            "house_bill": number if master else None,
            "port_of_loading": us_ports.place(text(segment.get(2)), "K"),
            "place_of_receipt": text(segment.get(9 + shift)),
            "bill_package_count": reader.count("package_count", segment.get(3)),
            "bill_gross_weight_kg": reader.measure("gross_weight_kg", segment.get(5), segment.get(6), KG_X12),
            "bill_volume_m3": reader.measure("volume_m3", segment.get(7), segment.get(8), M3_X12),
        }

    def amendment(self, segment: Segment) -> None:
        """M13: a bill is changed (what follows is its new version) or deleted."""
        if self._bill is not None and self._bill.has_details:
            self._finish()
        bill = self._current(segment)
        bill.values.setdefault("bill_of_lading", text(segment.get(4)))
        bill.cancelled = segment.get(3) == "D"

    def reference(self, segment: Segment) -> None:
        """N9: the numbers of the bill, where M11 does not have them."""
        bill, number = self._current(segment), text(segment.get(2))
        if segment.get(1) == "BM" and not bill.values.get("bill_of_lading"):
            bill.values["bill_of_lading"] = number

    def party(self, segment: Segment) -> None:
        """N1: a party; the first of each kind counts."""
        bill, kind = self._current(segment), _PARTIES.get(segment.get(1))
        bill.party = None
        if kind and kind not in bill.parties:
            bill.party = {"name": segment.get(2), "code": segment.get(4), "lines": [], "country": ""}
            bill.parties[kind] = bill.party

    def party_name(self, segment: Segment) -> None:
        """N2: the name of the party goes on."""
        if (party := self._current(segment).party) is None:
            return
        if len(party["name"]) < _LONGEST:
            party["name"] = " ".join([str(party["name"]), segment.get(1), segment.get(2)])
        else:
            self._left_out("name of a party")

    def street(self, segment: Segment) -> None:
        """N3: lines of the address."""
        if (party := self._current(segment).party) is None:
            return
        if len(party["lines"]) < _MOST_LINES:
            party["lines"] = [*party["lines"], segment.get(1), segment.get(2)]
        else:
            self._left_out("address")

    def _left_out(self, what: str) -> None:
        """Count a text that goes on where no more of it is kept."""
        self.too_long[what] += 1

    def town(self, segment: Segment) -> None:
        """N4: town, state, post code and country."""
        if (party := self._current(segment).party) is not None and len(party["lines"]) < _MOST_LINES:
            party["lines"] = [*party["lines"], segment.get(1), segment.get(2), segment.get(3)]
            party["country"] = segment.get(4)

    def place(self, segment: Segment) -> None:
        """R4: another place of the voyage; what M11 and P4 say counts first."""
        values, kind = self._current(segment).values, segment.get(1)
        code, list_ = text(segment.get(3)), segment.get(2)
        place = (us_ports.place(code, list_) if list_ in us_ports.SCHEDULES else code) or text(segment.get(4))
        if kind in _TRANSHIPPED and place and self._current(segment).has_room():
            values.setdefault("transhipment_ports", []).append(place)
        elif kind in _PLACES and not values.get(_PLACES[kind]):
            values[_PLACES[kind]] = place

    def box(self, segment: Segment) -> None:
        """VID: a container, whose number may be cut into owner and serial number."""
        number = text(f"{segment.get(2)}{segment.get(3)}")
        bill = self._current(segment)
        if not bill.has_room():
            return
        seals = [seal for seal in (text(segment.get(4)), text(segment.get(5))) if seal]
        key = number or f"without a number {segment.number}"
        bill.box = bill.boxes.pop(key, None) or Box(number, text(segment.get(9)), [])
        bill.box.seals += seals
        bill.boxes[key] = bill.box

    def seals(self, segment: Segment) -> None:
        """M7: seals of the container."""
        bill = self._current(segment)
        if bill.box is not None and bill.has_room():
            bill.box.seals += [seal for seal in (text(segment.get(place)) for place in range(1, 5)) if seal]

    def goods(self, segment: Segment) -> None:
        """N10: a line of goods; one without a count and a weight goes on with the description before it."""
        bill, reader = self._current(segment), self.reader
        if not bill.has_room():
            return
        lines = bill.loose if bill.box is None else bill.box.lines
        description, marks = one_line(segment.get(2)), text(segment.get(3))
        if lines and not any(segment.get(place) for place in (1, 5, 6, 8)):
            for name, more in (("goods_description", description), ("marks", marks)):
                if more and len(lines[-1][name] or "") < _LONGEST:
                    lines[-1][name] = f"{lines[-1][name]} {more}" if lines[-1][name] else more
                elif more:
                    self._left_out(name)
            return
        lines.append(
            {
                "goods_description": description,
                "marks": marks,
                "hs_code": re.sub(r"\D", "", segment.get(5)) or None,
                "package_count": reader.count("package_count", segment.get(1)),
                "package_type": text(segment.get(10)) or bill.unit,
                "declared_value": reader.number("declared_value", segment.get(6)),
                "gross_weight_kg": reader.measure("gross_weight_kg", segment.get(8), segment.get(7), KG_X12),
                "origin_country": text(segment.get(11)),
                "currency": text(segment.get(13)),
            }
        )

    def _finish(self) -> None:
        """Add the rows of the bill that was read."""
        bill, self._bill = self._bill, None
        if bill is None:
            return
        if bill.is_blank:
            self.rows.refuse(bill.segment, "empty_bill", "a consignment of which the message says nothing")
            return
        try:
            rows = bill.rows({**self._voyage, **self._port, "filed_at": self._filed})
        except limits.TooLargeError as error:
            self.rows.refuse(bill.segment, limits.RULE, f"bill {bill.values.get('bill_of_lading') or '?'}: {error}")
            return
        for row in rows:
            self.rows.add(bill.segment, row)


def _discharged(code: str | None) -> str | None:
    """The port of P4: a number of Schedule D, or of an office of Canada's customs, which begins with a zero."""
    return code if code is None or code.startswith("0") else us_ports.place(code, "D")


_SEGMENTS = {
    "M10": _Message.vessel,
    "P4": _Message.port,
    "LX": _Message.begin,
    "M11": _Message.details,
    "M13": _Message.amendment,
    "N9": _Message.reference,
    "N1": _Message.party,
    "N2": _Message.party_name,
    "N3": _Message.street,
    "N4": _Message.town,
    "R4": _Message.place,
    "VID": _Message.box,
    "M7": _Message.seals,
    "N10": _Message.goods,
}
