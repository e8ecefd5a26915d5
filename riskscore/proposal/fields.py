"""Decide what kind of field each column may be, and which columns are better left out.

Net Mass: 108.0, 11352.0     ─▶ number
Process: B, D                ─▶ category
Seller: 0VKY2BR, 8WDKMC6     ─▶ key
Port: MUNDRA, MUNDRA         ─▶ left out: the same value in every row
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from riskscore.cells.wordings import words
from riskscore.proposal.look import Column

MOST_VALUES = 30
"""Most different values of a category; a field with more is a key."""

_IDS = frozenset(("id", "no", "nr", "num", "number", "numero", "nummer", "code", "ref", "reference"))
_PRICES = frozenset(
    (
        *("price", "value", "amount", "prix", "valeur", "montant", "precio", "valor", "importe", "preco", "wert"),
        *("preis", "betrag", "valore", "prezzo", "importo", "fob", "cif"),
    )
)
_AMOUNTS = frozenset(
    (
        *("mass", "weight", "kg", "kgs", "net", "quantity", "qty", "masse", "poids", "quantite", "peso", "cantidad"),
        *("quantidade", "gewicht", "menge", "quantita", "netto"),
    )
)
_LENGTH = 50


@dataclass(frozen=True)
class Proposed:
    """A field to propose: its name, its column, its kind, the values of a category, and what to say about it."""

    name: str
    column: Column
    kind: str
    values: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Ratio:
    """A field made of two others: a price per kilogram or per piece."""

    name: str
    of: str
    per: str


def useless(columns: Sequence[Column]) -> dict[str, str]:
    """Heading -> why its column can be no field, for those that cannot."""
    found: dict[str, str] = {}
    for column in columns:
        if not column.filled:
            found[column.source] = "it is empty"
        elif column.distinct.len() == 1 and column.filled == column.cells.len():
            found[column.source] = "it has the same value in every row"
        elif column.moments is not None:
            found[column.source] = "it is a date; a field is a number, a category or a key"
        elif column.numbers is not None and len(column.units) > 1:
            found[column.source] = f"its numbers have several units ({', '.join(column.units[:4])})"
    return found


def propose(columns: Sequence[Column], taken: Collection[str]) -> list[Proposed]:
    """A field for each of `columns`, with a name that is not `taken`."""
    names = set(taken)
    fields = []
    for place, column in enumerate(columns, 1):
        name = _name(column.source, place, names)
        names.add(name)
        kind = _kind(column)
        values = tuple(column.distinct) if kind == "category" else ()
        note = (
            "cells have several values, such as 'A; B'; each combination counts as one value"
            if column.has_lists
            else ""
        )
        fields.append(Proposed(name, column, kind, values, note))
    return fields


def ratios(fields: Sequence[Proposed], canonical: Iterable[str], taken: Collection[str]) -> list[Ratio]:
    """A price per amount, for the first price and the first two amounts; the shipped features divide canonical ones."""
    numbers = [field for field in fields if field.kind == "number"]
    prices = [field.name for field in numbers if field.column.words & _PRICES]
    amounts = [field.name for field in numbers if field.column.words & _AMOUNTS and field.name not in prices]
    known = set(canonical)
    prices += ["declared_value"] if "declared_value" in known and amounts else []
    amounts += ["gross_weight_kg"] if "gross_weight_kg" in known and prices and prices[0] != "declared_value" else []
    made = [Ratio(f"{prices[0]}_per_{amount}"[:_LENGTH], prices[0], amount) for amount in amounts[:2]] if prices else []
    return [ratio for ratio in made if ratio.name not in taken]


def _kind(column: Column) -> str:
    if column.numbers is not None:
        is_id = bool(column.words & _IDS) and not column.has_decimals and column.distinct.len() > MOST_VALUES
        return "key" if is_id else "number"
    return "category" if column.distinct.len() <= MOST_VALUES and not column.has_lists else "key"


def _name(source: str, place: int, taken: Collection[str]) -> str:
    """A name of small letters, digits and underscores that is not `taken`."""
    plain = [word for word in words(source) if word.isascii()]
    stem = re.sub(r"^(?=\d)", "field_", "_".join(plain)[:_LENGTH]) or f"field_{place}"
    return next(name for name in _names(stem, place) if name not in taken)


def _names(stem: str, place: int) -> Iterable[str]:
    yield from (stem, f"own_{stem}")
    while True:
        yield f"{stem}_{place}"
        place += 1_000
