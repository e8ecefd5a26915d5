"""Sentences for the changes that drift found, each with its figure and the usual one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from riskscore.features.catalogue import Catalogue
from riskscore.monitoring import senders
from riskscore.monitoring.comparison import RECENT, Counts
from riskscore.units import counted

_NAMES = {
    "hs_codes": "HS code",
    "hs_chapter": "HS chapter",
    "hs_heading": "HS heading",
    "hs2": "HS chapter",
    "vessel_imo": "IMO number of the vessel",
    "value_per_kg": "declared value per kg",
    "gross_weight_kg": "gross weight",
    "volume_m3": "volume",
    "temperature_c": "temperature",
    "package_count": "number of packages",
    "origin_goods": "combination of goods and origin",
    "bill_package_count": "number of packages of the bill",
    "bill_gross_weight_kg": "gross weight of the bill",
    "bill_volume_m3": "volume of the bill",
    "bill_declared_value": "declared value of the bill",
    "verified_gross_mass_kg": "verified gross mass",
    "filed_at": "moment of filing",
    "loaded_at": "date of loading",
    "arrives_at": "date of arrival",
}
"""Names for readers, where they differ from the name of the column."""

_UNITS = {"gross_weight_kg": " kg", "volume_m3": " cubic metres"}


def named(name: str) -> str:
    """Return the name of a column or another measure for readers, in small letters."""
    return _NAMES.get(name, name.replace("_", " "))


def value(name: str, text: str) -> str:
    """Return a value with its name in front: Lane NGAPP to VNHPH."""
    return f"{capital(named(name))} {text}"


def capital(text: str) -> str:
    """Return `text` with a capital first letter."""
    return text[:1].upper() + text[1:]


def share(part: float) -> str:
    """Return a share (0 to 1) as a percentage, with a decimal below 10% and above 90%."""
    if 0 < part < 0.001:
        return "less than 0.1%"
    return f"{part:.1%}".replace(".0%", "%") if part < 0.1 or 0.9 < part < 1 else f"{part:.0%}"


def sentences(moves: pl.DataFrame, counts: Counts, catalogue: Catalogue) -> pl.Series:
    """Return a sentence for each of `moves` (kind, name, bin, before, now, effect, bound)."""
    bills = {
        (name, text): count for name, text, count in counts.of("value")[1].select("name", "bin", "bills").iter_rows()
    }
    nights = counts.nights().height

    def unseen(move: Mapping[str, Any]) -> str:
        rows, on_bills = round(move["now"] * counts.rows), bills[move["name"], move["bin"]]
        return (
            f"{value(move['name'], move['bin'])} is new: it is on {counted(rows, 'consignment')} "
            f"({share(move['now'])}) of {counted(on_bills, 'bill')}, and was on none in the {nights} nights before."
        )

    def feature(move: Mapping[str, Any]) -> str:
        declared = catalogue.features.get(move["name"])
        meaning = f" ({declared.meaning})" if declared else ""
        return f"Feature {move['name']}{meaning} has changed: {_psi(move)}."

    by_kind: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "column": _column,
        "value": _value,
        "unseen": unseen,
        "new": _new,
        "level": _level,
        "sender": sender,
        "score": lambda move: f"The distribution of the scores of model {move['name']} has changed: {_psi(move)}.",
        "feature": feature,
    }
    return pl.Series("sentence", [by_kind[move["kind"]](move) for move in moves.iter_rows(named=True)], dtype=pl.String)


def _column(move: Mapping[str, Any]) -> str:
    return (
        f"{capital(named(move['name']))} is missing in {share(move['now'])} of the consignments "
        f"(usually {share(move['before'])})."
    )


def _value(move: Mapping[str, Any]) -> str:
    return (
        f"{value(move['name'], move['bin'])} is on {share(move['now'])} of the bills (usually {share(move['before'])})."
    )


def _new(move: Mapping[str, Any]) -> str:
    return (
        f"In {share(move['now'])} of the consignments the {named(move['name'])} has no history "
        f"({share(move['before'])} in the last {RECENT} nights)."
    )


def sender(move: Mapping[str, Any]) -> str:
    """Return the sentence for one of `senders.moves`."""
    part, field = senders.parts_of(move["bin"])
    now, before = share(move["now"]), share(move["before"])
    if not field:
        return f"Sender {move['name']}: {now} of the rows are {part} (usually {before})."
    if part == "refused":
        return f"Sender {move['name']}: {now} of the rows are refused for their {named(field)} (usually {before})."
    return f"Sender {move['name']}: {named(field)} is {part} in {now} of the rows (usually {before})."


def _level(move: Mapping[str, Any]) -> str:
    now, before, unit = move["now"], move["before"], _UNITS.get(move["name"], "")
    rise = f"{_factor(now / before)} times the usual"
    change = rise if now >= before else f"lower than usual by a factor of {_factor(before / now)}"
    return (
        f"{capital(named(move['name']))} is {change}: its geometric mean is {_figure(now)}{unit} "
        f"(usually {_figure(before)}{unit})."
    )


def _factor(factor: float) -> str:
    return f"{factor:.1f}" if factor < 100 else f"{factor:,.0f}"


def _psi(move: Mapping[str, Any]) -> str:
    return f"its PSI is {move['now']:.2f} (usually up to {move['before']:.2f})"


def _figure(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"
