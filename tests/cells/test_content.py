from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells.content import contradicts, recognise, valid_boxes
from riskscore.cells.headings import assign, manifest_synonyms

BOXES = [
    (["MSKU1234565", "tclu 309364-3", None, ""], 1.0),
    (["MSKU1234565, TCLU3093643", "MSKU1234565"], 1.0),
    (["MSKU1234565, TCLU3093640", "MSKU1234565"], 0.5),
    (["MSKU1234566", "TCLU3093643"], 0.5),
    (["MSKU1234565 GATE 7", "1", "ACME"], 0.0),
    ([None, ""], 0.0),
    ([], 0.0),
]


@pytest.mark.parametrize(("values", "share"), BOXES)
def test_cells_of_valid_container_numbers_are_counted(values: list[str | None], share: float) -> None:
    assert valid_boxes(pl.Series("x", values, dtype=pl.String)) == share


def _columns(**values: list[str]) -> tuple[dict[str, str | None], list[str]]:
    frame = pl.DataFrame(values)
    headings, notes = recognise(frame, assign(frame.columns, manifest_synonyms(), {}))
    return {heading.source: heading.column for heading in headings}, notes


def test_a_column_of_container_numbers_is_recognised_with_a_note() -> None:
    columns, notes = _columns(ref=["MSKU1234565", "TCLU3093643"], other=["A", "B"])
    assert columns == {"ref": "container_number", "other": None}
    assert notes == ["'ref' is read as container_number, because 100% of its values are valid container numbers"]


def test_a_column_with_few_valid_numbers_is_not_recognised() -> None:
    assert _columns(ref=["MSKU1234565", "TCLU3093640"]) == ({"ref": None}, [])


def test_a_heading_goes_before_the_content() -> None:
    columns, notes = _columns(ref=["MSKU1234565"], container=["0"])
    assert (columns, notes) == ({"ref": None, "container": "container_number"}, [])


def test_two_columns_of_container_numbers_are_told_and_not_chosen_between() -> None:
    columns, notes = _columns(now=["MSKU1234565"], before=["TCLU3093643"])
    assert columns == {"now": None, "before": None}
    assert "'now', 'before' all contain container numbers" in notes[0]


def test_freight_is_a_charge_or_terms() -> None:
    assert _columns(Freight=["PREPAID", "Collect"])[0] == {"Freight": "freight_terms"}
    assert _columns(Freight=["1,200", "900"])[0] == {"Freight": "freight_charge"}


HINTS = [
    ("container_number", "Total containers", ["1", "2"], True),
    ("container_number", "Containr", ["MSKU1234565", "tba"], False),
    ("bill_of_lading", "Line number", ["1", "2"], True),
    ("bill_of_lading", "Bil number", ["77900060410"], False),
    ("filed_at", "Filed by", ["ACME", "ACME"], True),
    ("filed_at", "Fild on", ["2024-03-14"], False),
    ("port_of_loading", "Prt of unloading", ["BRSSZ"], True),
    ("port_of_loading", "Prt of loading", ["CNSHA"], False),
    ("goods_description", "Goods no", ["12", "13"], True),
    ("goods_description", "Goods no", [], False),
]


@pytest.mark.parametrize(("column", "heading", "values", "wrong"), HINTS)
def test_a_hint_is_not_given_where_the_content_contradicts_it(
    column: str, heading: str, values: list[str], wrong: bool
) -> None:
    assert contradicts(column, heading, pl.Series(values, dtype=pl.String)) == wrong


UNITS = [
    ({"Weight": ["27557"], "UOM": ["LB"]}, "weight_unit"),
    ({"Gross Weight": ["27557"], "Net Weight": ["26000"], "Unit": ["LBS"]}, "weight_unit"),
    ({"Volume": ["1172"], "Unit": ["CFT"]}, "volume_unit"),
    ({"Weight": ["12500"], "UOM": ["CTN"]}, "package_type"),
    ({"UOM": ["LB"], "Weight": ["12500"]}, "package_type"),
    ({"Gross Weight (kg)": ["12500"], "UOM": ["LB"]}, "package_type"),
]


@pytest.mark.parametrize(("values", "column"), UNITS)
def test_units_beside_a_weight_are_its_units_if_all_are_such(values: dict[str, list[str]], column: str) -> None:
    found, _ = _columns(**values)
    assert next(found[name] for name in ("UOM", "Unit") if name in found) == column
