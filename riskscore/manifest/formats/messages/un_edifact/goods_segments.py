"""Read the segments of goods lines and containers: GID and what follows it, SGP, EQD and what follows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from riskscore.manifest.formats.messages.hs_texts import hs_codes_in, is_only_hs
from riskscore.manifest.formats.messages.reader import Reader
from riskscore.manifest.formats.messages.un_edifact import values
from riskscore.manifest.formats.messages.un_edifact.bills import Bill, Box, Goods, box_key
from riskscore.manifest.formats.messages.un_edifact.segments import Elements
from riskscore.manifest.formats.messages.un_edifact.values import part, words
from riskscore.manifest.formats.messages.units import KG, M3

MESSAGE, BILL, GOODS, SHARE, BOX, DANGER, LEG, PARTY = range(8)
"""Where a segment stands. A measure after GID is of a goods line, after SGP of that line in a container."""

_MOST_SEALS = 100
"""Most seals of a container that are kept."""

_WEIGHTS, _VOLUMES = ("G", "AAB", "AAD"), ("AAW", "ABJ", "VOL")


class GoodsSegments:
    """The part of a reader that fills the goods lines and containers of the bill."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._clear(0, in_bill=False)
        self.acts: dict[str, Callable[[Elements], None]] = {
            "CST": self._cst,
            "DGS": self._dgs,
            "EQD": self._eqd,
            "GID": self._gid,
            "IMD": self._imd,
            "MEA": self._mea,
            "PAC": self._pac,
            "PCI": self._pci,
            "PIA": self._pia,
            "RNG": self._rng,
            "SEL": self._sel,
            "SGP": self._sgp,
            "TMP": self._tmp,
        }

    def _clear(self, line: int, *, in_bill: bool) -> None:
        """Forget the message that was read, and begin another in `line`."""
        self._boxes: dict[str, Box] = {}
        self._bill = self._top = Bill(line)
        self._in_bill = in_bill
        self._goods: Goods | None = None
        self._box: Box | None = None
        self._share: dict[str, Any] = {}
        self._shared = ""
        self._scope = BILL if in_bill else MESSAGE

    def _gid(self, elements: Elements) -> None:
        if not self._bill.has_room():
            return
        goods = Goods()
        count, kind = part(elements, 2), part(elements, 2, 1) or part(elements, 2, 4)
        if (
            count and not kind and not any(map(str.isdigit, count))
        ):  # GID+48+COILS: the type stands in the count's place
            count, kind = "", count
            goods.lone_number = self.reader.count("package_count", part(elements, 1))
        goods.figures["package_count"] = self.reader.count("package_count", count)
        goods.package_type = kind or None
        self._bill.goods.append(goods)
        self._goods, self._box, self._scope = goods, None, GOODS

    def _pac(self, elements: Elements) -> None:
        goods = self._goods
        if goods is None or self._scope not in (GOODS, SHARE):
            return
        if goods.figures.get("package_count") is None:
            goods.figures["package_count"] = self.reader.count("package_count", part(elements, 1))
            goods.package_type = goods.package_type or part(elements, 3) or part(elements, 3, 3) or None

    def _imd(self, elements: Elements) -> None:
        if self._goods is None or self._scope == DANGER or not (said := words(elements[-1][3:])):
            return
        if self._bill.has_room():
            self._goods.other_texts.append(said)

    def _pci(self, elements: Elements) -> None:
        said = words(elements[2]) if len(elements) > 2 else None
        if self._goods is None or said is None or not self._bill.has_room():
            return
        self._goods.codes_in_texts += hs_codes_in(said)
        if not is_only_hs(said):
            self._goods.marks.append(said)

    def _cst(self, elements: Elements) -> None:
        if self._goods is not None and self._bill.has_room():
            self._goods.codes += [code for at in range(2, 7) if (code := _digits(part(elements, at)))]

    def _pia(self, elements: Elements) -> None:
        if self._goods is not None and self._bill.has_room():
            self._goods.codes += [
                code
                for at in range(2, 7)
                if part(elements, at, 1) in ("HS", "TSN", "TSP") and (code := _digits(part(elements, at)))
            ]

    def _sgp(self, elements: Elements) -> None:
        key = box_key(part(elements, 1))
        if self._goods is None or not key or not self._bill.has_room():
            return
        share = self._goods.shares.setdefault(key, {})
        count = self.reader.count("package_count", part(elements, 2))
        if count is not None:
            share["package_count"] = share.get("package_count", 0) + count
        self._share, self._shared, self._scope = share, key, SHARE

    def _mea(self, elements: Elements) -> None:
        purpose, name = part(elements, 1), part(elements, 2)
        measured = elements[3] if len(elements) > 3 else []
        scope = self._scope
        if scope == BOX:
            self._mea_of_box(purpose, name, measured)
            return
        if self._goods is None or scope not in (GOODS, SHARE):
            return
        figures = self._goods.figures if scope == GOODS else self._share
        if name in _WEIGHTS or (purpose == "WT" and not name):
            column, units = "gross_weight_kg", KG
        elif name in _VOLUMES or (purpose == "VOL" and not name):
            column, units = "volume_m3", M3
        else:
            return
        value = values.measure(column, measured, units, self.reader)
        if value is not None and (column != "volume_m3" or value):
            # Two MEA segments of one line in one container add up only where SGP came twice; the first counts.
            figures.setdefault(column, value)

    def _mea_of_box(self, purpose: str, name: str, measured: list[str]) -> None:
        if self._box is None:
            return
        if "VGM" in (purpose, name):
            value = values.measure("verified_gross_mass_kg", measured, KG, self.reader)
            self._box.verified_kg = self._box.verified_kg or value
        elif name in _WEIGHTS and self._in_bill:
            self._box.weight_kg = values.measure("gross_weight_kg", measured, KG, self.reader)

    def _eqd(self, elements: Elements) -> None:
        key = box_key(part(elements, 2))
        kind = part(elements, 3) or part(elements, 3, 3) or None
        if not key:
            self._box, self._scope = None, BOX
            return
        known = self._bill.boxes if self._in_bill else self._boxes
        box = known.get(key)
        if box is None:
            if not self._bill.has_room():
                self._box, self._scope = None, BOX
                return
            box = known[key] = Box(key if part(elements, 1) in ("CN", "") else None)
        box.type = box.type or kind
        self._box, self._scope = box, BOX

    def _sel(self, elements: Elements) -> None:
        seal, box = part(elements, 1), self._box if self._scope == BOX else None
        if self._scope == SHARE:
            key = self._shared
            box = self._bill.boxes.get(key) or self._boxes.get(key) or self._bill.boxes.setdefault(key, Box(key))
        if box is None or not seal or seal in box.seals:
            return
        if len(box.seals) < _MOST_SEALS:
            box.seals.append(seal)
        else:
            self.reader.tell("seal", f"{{}} left out, because its container has more than {_MOST_SEALS}")

    def _tmp(self, elements: Elements) -> None:
        if part(elements, 2):
            self._degrees(self.reader.celsius("temperature_c", part(elements, 2), part(elements, 2, 1)))

    def _rng(self, elements: Elements) -> None:
        """Take the range of temperatures where it is one temperature; what lies between two is not said."""
        unit, lowest, highest = part(elements, 2), part(elements, 2, 1), part(elements, 2, 2) or part(elements, 2, 1)
        if unit not in ("CEL", "FAH"):
            return
        if lowest == highest:
            self._degrees(self.reader.celsius("temperature_c", lowest, unit))
        else:
            self.reader.unread("temperature_c", f"{lowest} to {highest}")

    def _degrees(self, value: float | None) -> None:
        holder = self._box if self._scope == BOX else self._goods if self._scope in (GOODS, SHARE) else None
        if holder is not None and holder.temperature_c is None:
            holder.temperature_c = value

    def _dgs(self, _: Elements) -> None:
        """Dangerous goods: the texts and measures after DGS are of the hazard, not of the goods line."""
        self._scope = DANGER


def _digits(code: str) -> str:
    plain = code.replace(".", "").replace(" ", "")
    return plain if plain.isdigit() and 4 <= len(plain) <= 14 else ""
