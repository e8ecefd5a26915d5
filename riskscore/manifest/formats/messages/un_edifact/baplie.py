"""BAPLIE 1.5 to 3.1: the stow plan of a ship, which container stands where.

    TDT LOC+5 LOC+61 DTM            the ship, its port of departure and its next port
    LOC+147 MEA LOC EQD SEL         a slot, the weight, the ports and the container in it

A plan names no bills: RFF+BM is a dummy in it. Its weights include the container.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from riskscore.errors import ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.stow_plan import Slots
from riskscore.manifest.formats.messages.un_edifact import values
from riskscore.manifest.formats.messages.un_edifact.bills import box_key
from riskscore.manifest.formats.messages.un_edifact.interchange import Interchange
from riskscore.manifest.formats.messages.un_edifact.segments import Elements
from riskscore.manifest.formats.messages.un_edifact.values import part
from riskscore.manifest.formats.messages.units import KG
from riskscore.manifest.formats.table import Table

TYPE = "BAPLIE"

_PORTS = {
    "9": "port_of_loading",
    "6": "port_of_loading",
    "11": "port_of_discharge",
    "12": "port_of_discharge",
    "83": "place_of_delivery",
}
_MOMENTS = {
    "137": "filed_at",
    "133": "departed_at",
    "136": "departed_at",
    "178": "next_arrival",
    "132": "next_arrival",
}
_WEIGHTS = ("WT", "AET", "G", "VGM")
"""Kinds of weights in a plan: with container, estimated, gross, verified."""

_MOST_BOXES = 100
"""Most containers of a slot that are read: even a stack of empty flats has a dozen."""

_MOST_SEALS = 100
"""Most seals of a container that are kept."""


def read(file: File) -> Table:
    """Read the stow plans of an EDIFACT file as one table of stow_plan.STOW_PLAN. Raises ManifestError without any."""
    reader, slots = Reader(), Slots()
    with file.open() as stream:
        interchange = Interchange(stream, file.head, reader)
        interchange.walk({TYPE: BaplieReader(slots, reader, interchange.line)})
    if not any(kind == TYPE for kind, _ in interchange.types):
        raise ManifestError(f"{file.name} is not a stow plan; name an EDIFACT BAPLIE file")
    return slots.table(interchange.form(TYPE), interchange.notes())


class BaplieReader:
    """Reads BAPLIE messages into `slots`; `line` tells the line of the segment that is being read."""

    def __init__(self, slots: Slots, reader: Reader, line: Callable[[], int]) -> None:
        self.slots = slots
        self.reader = reader
        self._line = line
        self.acts: dict[str, Callable[[Elements], None]] = {
            "DTM": self._dtm,
            "EQD": self._eqd,
            "LOC": self._loc,
            "MEA": self._mea,
            "NAD": self._nad,
            "RFF": self._rff,
            "SEL": self._sel,
            "TDT": self._tdt,
            "TMP": self._tmp,
        }
        self.begin(0, None)

    def begin(self, line: int, sent_at: datetime | None) -> None:
        """Begin a message."""
        self._ship: dict[str, Any] = {"filed_at": sent_at}
        self._slot: dict[str, Any] | None = None
        self._began = line
        self._boxes: list[dict[str, Any]] = []
        self._in_leg = False

    def end(self, *, cut: bool) -> None:
        """End the message. The slot within which the file ends is left out, because the rest of it is unknown."""
        if cut and self._slot is not None:
            self.reader.tell("slot", "{} left out, because the file ends within it", self._slot.get("position", ""))
        else:
            self._finish()
        self.begin(0, None)

    def _finish(self) -> None:
        """Make the rows of the slot that ends here."""
        if self._slot is None:
            return
        if not self._boxes:
            self.reader.tell("slot", "{} without a container: left out", self._slot.get("position", ""))
        for box in self._boxes:
            self.slots.add(self._began, {**self._ship, **self._slot, **box})
        self._slot, self._boxes = None, []

    def _tdt(self, elements: Elements) -> None:
        self._in_leg = self._slot is not None or part(elements, 1) not in ("20", "")
        if self._in_leg:
            return
        self._ship |= values.vessel(elements)
        if part(elements, 8, 1) in ("103", "CALLSIGN"):
            self._ship["call_sign"] = part(elements, 8) or None

    def _dtm(self, elements: Elements) -> None:
        name = _MOMENTS.get(part(elements, 1))
        if self._slot is not None or name is None:
            return
        if name == "next_arrival" and name in self._ship:
            return
        moment = values.moment_of(name, elements, self.reader)
        if moment is not None:
            self._ship[name] = moment

    def _rff(self, elements: Elements) -> None:
        if self._slot is None and part(elements, 1) == "VON" and part(elements, 1, 1):
            self._ship.setdefault("voyage", part(elements, 1, 1))

    def _loc(self, elements: Elements) -> None:
        qualifier = part(elements, 1)
        if qualifier == "147":
            self._finish()
            self._slot, self._began = {"position": part(elements, 2) or None}, self._line()
            return
        place = values.place(elements)
        if self._slot is None:
            name = {"5": "departure_port", "61": "next_port"}.get(qualifier)
            if name is not None and place is not None:
                self._ship[name] = place
        elif qualifier in _PORTS and place is not None:
            (self._boxes[-1] if self._boxes else self._slot).setdefault(_PORTS[qualifier], place)

    def _mea(self, elements: Elements) -> None:
        if self._slot is None:
            return
        kind = part(elements, 2) or part(elements, 1)
        if kind not in _WEIGHTS:
            return
        holder = self._boxes[-1] if self._boxes else self._slot
        value = values.measure("gross_weight_kg", elements[3] if len(elements) > 3 else [], KG, self.reader)
        if value is not None and ("gross_weight_kg" not in holder or kind == "VGM"):
            holder["gross_weight_kg"], holder["weight_is_verified"] = value, kind == "VGM"

    def _eqd(self, elements: Elements) -> None:
        if self._slot is None or part(elements, 1) not in ("CN", ""):
            return
        number = box_key(part(elements, 2))
        if number and len(self._boxes) == _MOST_BOXES:
            self.reader.tell("container", f"{{}} left out, because its slot has more than {_MOST_BOXES}", number)
        elif number:
            status = part(elements, 6)
            self._boxes.append(
                {
                    "container_number": number,
                    "container_type": part(elements, 3) or part(elements, 3, 3) or None,
                    "is_empty": {"4": True, "5": False}.get(status),
                }
            )

    def _sel(self, elements: Elements) -> None:
        if not self._boxes or not part(elements, 1):
            return
        seals = self._boxes[-1].setdefault("seal_numbers", [])
        if len(seals) < _MOST_SEALS:
            seals.append(part(elements, 1))
        else:
            self.reader.tell("seal", f"{{}} left out, because its container has more than {_MOST_SEALS}")

    def _tmp(self, elements: Elements) -> None:
        if self._slot is not None and part(elements, 2):
            degrees = self.reader.celsius("temperature_c", part(elements, 2), part(elements, 2, 1))
            self._slot.setdefault("temperature_c", degrees)

    def _nad(self, elements: Elements) -> None:
        if self._slot is not None and part(elements, 1) in ("CA", "CF"):
            self._slot.setdefault("carrier", part(elements, 2) or None)
