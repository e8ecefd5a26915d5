from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from riskscore.errors import ManifestError
from riskscore.manifest import outcomes
from riskscore.manifest.outcomes import read_outcomes
from riskscore.schema import OUTCOME

ROW = {
    "B/L No": "B1",
    "Container": "mscu 1234566",
    "Inspection Date": "2019-03-25",
    "Reported at": "2019-03-28 10:00",
    "Selected by": "Risk Score",
    "Result": "Seized",
    "Commodity": "pangolin scales",
    "Quantity (t)": "8.25",
    "Remarks": "behind seed",
}


def _write(path: Path, *rows: dict[str, str]) -> Path:
    pl.DataFrame(list(rows)).write_csv(path / "outcomes.csv")
    return path / "outcomes.csv"


def test_usual_headings_and_words_are_understood(tmp_path: Path) -> None:
    result = read_outcomes(_write(tmp_path, ROW))
    assert dict(result.schema) == OUTCOME
    row = result.row(0, named=True)
    assert (row["container_number"], row["finding"], row["selected_by"]) == ("MSCU1234566", "seizure", "score")
    assert (row["quantity_kg"], row["commodity"], row["note"]) == (8250.0, "pangolin scales", "behind seed")
    assert str(row["known_at"]) == "2019-03-28 10:00:00+00:00"


@pytest.mark.parametrize("format_", ["parquet", "ndjson"])
def test_canonical_outcomes_pass_through(format_: str, tmp_path: Path) -> None:
    result = read_outcomes(_write(tmp_path, ROW))
    path = tmp_path / f"o.{format_}"
    getattr(result, f"write_{format_}")(path)
    assert read_outcomes(path).equals(result)


def test_without_known_at_the_day_of_the_inspection_counts(tmp_path: Path) -> None:
    row = {name: text for name, text in ROW.items() if name != "Reported at"}
    assert str(read_outcomes(_write(tmp_path, row))["known_at"].item()).startswith("2019-03-25")


BAD = [
    ({"Result": "maybe"}, "unknown_word"),
    ({"Result": ""}, "required"),
    ({"B/L No": ""}, "required"),
    ({"Reported at": "never"}, "not_a_date"),
]


@pytest.mark.parametrize(("cells", "rule"), BAD)
def test_a_bad_outcome_is_named_and_quarantined(cells: dict[str, str], rule: str, tmp_path: Path) -> None:
    path = _write(tmp_path, ROW, {**ROW, **cells})
    with pytest.raises(ManifestError, match=rf"1 of 2 outcomes cannot be read, the first on line 3: .*{rule}"):
        read_outcomes(path)
    result = outcomes.read(path)
    assert (result.outcomes.height, result.quarantine["rule"].to_list(), result.balance) == (1, [rule], 0)


def test_a_finding_that_is_not_known_is_refused_with_the_words_that_are(tmp_path: Path) -> None:
    with pytest.raises(
        ManifestError, match=r"'maybe' .*; write clean, irregular, seizure or a usual word for one of them"
    ):
        read_outcomes(_write(tmp_path, ROW | {"Result": "maybe"}))


def test_a_quantity_that_cannot_be_read_is_empty_and_counted(tmp_path: Path) -> None:
    read = outcomes.read(_write(tmp_path, ROW, ROW | {"B/L No": "B2", "Quantity (t)": "-1"}))
    assert read.outcomes["quantity_kg"].to_list() == [8250.0, None]
    assert [part.sentence() for part in read.understood.not_understood] == ["1 quantity not understood: -1"]


SEIZED = [
    ({"Weight Seized (kg)": "12,5"}, 12.5),
    ({"Qty": "1,25", "Unit": "MT"}, 1250.0),
    ({"Qty Seized": "12", "UOM": "LBS"}, 5.44310844),
    ({"Quantity": "5 L"}, None),
    ({"Quantity": "120 kg"}, 120.0),
]


@pytest.mark.parametrize(("cells", "kilograms"), SEIZED)
def test_quantities_of_findings_are_weights_only_in_units_of_weight(
    cells: dict[str, str], kilograms: float | None, tmp_path: Path
) -> None:
    row = {name: text for name, text in ROW.items() if name != "Quantity (t)"} | cells
    read = outcomes.read(_write(tmp_path, row)).outcomes["quantity_kg"].item()
    assert read == (kilograms if kilograms is None else pytest.approx(kilograms))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="finding"):
        read_outcomes(_write(tmp_path, {"B/L No": "B1", "Container": "C", "Report date": "2019-03-25"}))


@pytest.mark.parametrize(("unit", "kilograms"), [("MT", 8250.0), ("kg", 8.25), ("", 8.25), ("CTNS", None)])
def test_a_quantity_is_read_in_the_unit_beside_it_and_counts_are_no_weight(
    unit: str, kilograms: float | None, tmp_path: Path
) -> None:
    row = {"Quantity" if name == "Quantity (t)" else name: text for name, text in ROW.items()} | {"Unit": unit}
    read = outcomes.read(_write(tmp_path, row))
    assert read.outcomes["quantity_kg"].to_list() == [kilograms]
    assert any("units other than weight, such as ctns" in note for note in read.understood.notes) == (unit == "CTNS")


def test_a_result_known_before_the_inspection_is_refused(tmp_path: Path) -> None:
    same_day = ROW | {"Inspection Date": "2019-03-25 18:00", "Reported at": "2019-03-25"}
    read = outcomes.read(_write(tmp_path, ROW | {"Reported at": "2019-03-24"}, same_day))
    assert read.outcomes.height == 1
    assert read.quarantine.select("line", "rule", "value").rows() == [(2, "known_before_inspected", "2019-03-24")]
