"""Recognise columns by their values, where the headings say little.

    "Ref. 2" over MSKU6011672, TCLU3093643 ...   ─▶ container_number, with a note
    "UOM" over LB, right of "Weight"             ─▶ weight_unit
    "Freight" over PREPAID, COLLECT ...          ─▶ freight_terms, not freight_charge

A heading that was recognised as another column is left as it is, except for the freight and a unit beside a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from riskscore.cells import headings as columns
from riskscore.cells import measures, texts
from riskscore.cells.containers import check_digits
from riskscore.cells.headings import Heading
from riskscore.cells.moments import dates
from riskscore.cells.wordings import WEAK, plain_words, words

SHARE = 0.8
"""Least share of the non-empty values that must be of the kind for a column to be recognised by them."""

SAMPLE = 5_000
"""Most values of a column that are looked at; they are spread over the whole column."""

_BOX = r"[A-Z]{3}[UJZ][ -]?[0-9]{3}[ ]?[0-9]{3}[ /-]?[0-9]"
_SHORT = r"^\d{1,4}(?:\.0)?$"
_NUMBER = r"^[\d.,/: -]+$"
_UNITS = frozenset(("unit", "units", "uom", "um", "unidad", "unidade", "unite", "einheit", "единица", "单位", "單位"))
_WEIGHTS = frozenset(("weight", "wt", "net", "tare", "peso", "poids", "gewicht", "neto", "netto"))
_OPPOSITES = {"port_of_loading": frozenset(("discharge",)), "port_of_discharge": frozenset(("loading",))}


def recognise(frame: pl.DataFrame, headings: Sequence[Heading]) -> tuple[list[Heading], list[str]]:
    """`headings` with the columns that the values of `frame` show, and notes that say so in plain language."""
    known = {heading.column for heading in headings}
    found = list(headings)
    notes: list[str] = []
    if "container_number" not in known:
        found, notes = _container(frame, found)
    if "freight_charge" in known and "freight_terms" not in known:
        found = [_freight(frame, heading) for heading in found]
    for figure, unit in measures.UNITS_BESIDE.items():
        if figure in known and unit not in known:
            found = _unit(frame, found, figure, unit)
    return found, notes


def _unit(frame: pl.DataFrame, headings: list[Heading], figure: str, unit: str) -> list[Heading]:
    """Take a column called "unit" or "UOM" as the `unit` of the `figure` on its left, where its values are such units.

    Weights that are not read, such as the net weight, may stand between the two.
    """
    ranked = [heading for heading in headings if heading.column == figure]
    if len(ranked) != 1 or ranked[0].unit or ranked[0].is_mapped:
        return headings
    start = headings.index(ranked[0]) + 1
    for place, heading in enumerate(headings[start:], start):
        named = set(words(heading.source))
        if heading.column is None and named & _WEIGHTS and not named & _UNITS:
            continue
        if heading.column in (None, "package_type") and not heading.is_mapped and named & _UNITS:
            cells = _sample(texts.as_text(frame[heading.source]))
            known = measures.factors(figure)
            if cells.len() and all(measures.plain(cell) in known for cell in cells.unique()):
                return [*headings[:place], Heading(heading.source, unit), *headings[place + 1 :]]
        break
    return headings


def _container(frame: pl.DataFrame, headings: list[Heading]) -> tuple[list[Heading], list[str]]:
    """Take the one column whose values are container numbers as container_number."""
    shares = {
        heading.source: valid_boxes(frame[heading.source])
        for heading in headings
        if heading.column is None and not heading.is_mapped and frame[heading.source].dtype == pl.String
    }
    likely = [source for source, share in shares.items() if share >= SHARE]
    if len(likely) > 1:
        names = ", ".join(f"'{source}'" for source in likely)
        return headings, [
            f"no heading was recognised as container_number, and {names} all contain container numbers; "
            "name the right one in a column map"
        ]
    if not likely:
        return headings, []
    note = (
        f"'{likely[0]}' is read as container_number, because {shares[likely[0]]:.0%} of its values are valid "
        "container numbers"
    )
    named = [
        Heading(heading.source, "container_number", None, WEAK) if heading.source == likely[0] else heading
        for heading in headings
    ]
    return named, [note]


def valid_boxes(values: pl.Series) -> float:
    """The share of the non-empty cells that contain container numbers with the right check digit, and nothing else."""
    cells = _sample(values).str.to_uppercase()
    frame = pl.DataFrame({"row": pl.int_range(cells.len(), eager=True), "cell": cells})
    boxes = pl.col("cell").str.extract_all(_BOX)
    alone = ~pl.col("cell").str.replace_all(_BOX, "").str.contains("[A-Z0-9]")
    found = frame.filter(alone).select("row", box=boxes).explode("box", empty_as_null=True).drop_nulls()
    if not found.height:
        return 0.0
    plain = pl.col("box").str.replace_all("[^A-Z0-9]", "")
    right = check_digits.is_right(plain)
    valid = found.select("row", right=right).group_by("row").agg(pl.col("right").all())["right"].sum()
    return float(valid) / cells.len()


def contradicts(column: str, heading: str, values: pl.Series) -> bool:
    """Whether the `values` under `heading`, or its own words, show that it is not the required `column`.

    A hint that sends a user to a wrong column is worse than none.
    """
    if (_OPPOSITES.get(column) or frozenset()) & plain_words(heading):
        return True
    cells = _sample(texts.as_text(values)).str.strip_chars()
    if not cells.len():
        return False
    if column == "container_number":
        return _share(cells.str.to_uppercase(), _BOX) < 1 - SHARE
    if column == "filed_at":
        return dates.parse(cells)["moment"].count() < SHARE * cells.len()
    if column == "bill_of_lading":
        return _share(cells, _SHORT) >= SHARE or valid_boxes(cells) >= SHARE
    return _share(cells, _NUMBER) >= SHARE


def _share(cells: pl.Series, pattern: str) -> float:
    """The share of `cells` that contain `pattern`."""
    return float(cells.str.contains(pattern).sum()) / cells.len()


def _freight(frame: pl.DataFrame, heading: Heading) -> Heading:
    """A heading that says only "freight" means the terms where its values are words for terms."""
    if heading.column != "freight_charge" or heading.rank < WEAK or heading.unit:
        return heading
    cells = _sample(texts.as_text(frame[heading.source])).str.to_lowercase().str.strip_chars(" .")
    terms = [word for wordings in columns.table()["values"]["freight_terms"].values() for word in wordings]
    is_terms = cells.len() and (cells.is_in(terms).mean() or 0.0) >= SHARE  # type: ignore[operator]
    return replace(heading, column="freight_terms") if is_terms else heading


def _sample(values: pl.Series) -> pl.Series:
    """Non-empty values, spread over the column."""
    filled = values.filter(values.str.strip_chars().str.len_bytes() > 0)
    return filled.gather_every(max(1, filled.len() // SAMPLE))
