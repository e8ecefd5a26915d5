"""What drift found, in sentences, each with its figures and what they are measured against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from riskscore.features.catalogue import Catalogue
from riskscore.monitoring.comparison import RECENT, Kept
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
    "origin_goods": "origin of its goods",
}
"""What is not called as its column is."""

_UNITS = {"gross_weight_kg": " kg", "volume_m3": " cubic metres"}


def named(name: str) -> str:
    """What people call a column or another measure, in small letters."""
    return _NAMES.get(name, name.replace("_", " "))


def value(name: str, text: str) -> str:
    """A value with what it is a value of: Lane NGAPP to VNHPH."""
    return f"{capital(named(name))} {text}"


def capital(text: str) -> str:
    """`text` with a capital letter in front."""
    return text[:1].upper() + text[1:]


def share(part: float) -> str:
    """A share as people say it: whole percents, unless it is less than ten."""
    if 0 < part < 0.001:
        return "less than 0.1%"
    return f"{part:.1%}".replace(".0%", "%") if part < 0.1 or 0.9 < part < 1 else f"{part:.0%}"


def sentences(moves: pl.DataFrame, kept: Kept, catalogue: Catalogue) -> pl.Series:
    """A sentence for each of `moves` (kind, name, bin, before, now, effect, bound)."""
    bills = {
        (name, text): count for name, text, count in kept.of("value")[1].select("name", "bin", "bills").iter_rows()
    }
    nights = kept.nights().height

    def unseen(move: Mapping[str, Any]) -> str:
        many, bill = round(move["now"] * kept.rows), bills[move["name"], move["bin"]]
        return (
            f"{value(move['name'], move['bin'])} is new: it stands on {counted(many, 'consignment')} "
            f"({share(move['now'])}) of {counted(bill, 'bill')}, and on none in the {nights} nights before."
        )

    def feature(move: Mapping[str, Any]) -> str:
        known = catalogue.features.get(move["name"])
        meaning = f" ({known.meaning})" if known else ""
        return f"Feature {move['name']}{meaning} moved: {_psi(move)}."

    say: dict[str, Callable[[Mapping[str, Any]], str]] = {
        "column": _column,
        "value": _value,
        "unseen": unseen,
        "new": _new,
        "level": _level,
        "score": lambda move: f"Scores of model {move['name']} moved: {_psi(move)}.",
        "feature": feature,
    }
    return pl.Series("sentence", [say[move["kind"]](move) for move in moves.iter_rows(named=True)], dtype=pl.String)


def _column(move: Mapping[str, Any]) -> str:
    return (
        f"{capital(named(move['name']))} is missing in {share(move['now'])} of the consignments, where "
        f"{share(move['before'])} is usual."
    )


def _value(move: Mapping[str, Any]) -> str:
    return (
        f"{value(move['name'], move['bin'])} stands on {share(move['now'])} of the bills, where "
        f"{share(move['before'])} is usual."
    )


def _new(move: Mapping[str, Any]) -> str:
    return (
        f"{share(move['now'])} of the consignments have a {named(move['name'])} without a past, where "
        f"{share(move['before'])} was usual in the last {RECENT} nights."
    )


def _level(move: Mapping[str, Any]) -> str:
    now, before, unit = move["now"], move["before"], _UNITS.get(move["name"], "")
    times = f"{_times(now / before)} the usual" if now >= before else f"{_times(before / now)} below the usual"
    return (
        f"{capital(named(move['name']))} is {times}: {_figure(now)}{unit} in the geometric mean, where "
        f"{_figure(before)}{unit} is usual."
    )


def _times(factor: float) -> str:
    return f"{factor:.1f} times" if factor < 100 else f"{factor:,.0f} times"


def _psi(move: Mapping[str, Any]) -> str:
    return f"its PSI is {move['now']:.2f}, where up to {move['before']:.2f} is usual"


def _figure(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"
