"""House bills that share a container are consignments of their own, and outcomes of the container count for each."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from riskscore.manifest import cancellations, consolidations
from riskscore.manifest.formats.table import CANCELLED
from riskscore.manifest.read import read, read_many
from riskscore.schema import KEY, OUTCOME, conform

HEAD = (
    "bill_of_lading,house_bill,container_number,filed_at,port_of_loading,port_of_discharge,"
    "goods_description,consignee_name,gross_weight_kg"
)
SHARED = [
    "MB1,H1,MSKU1234565,2024-05-01,CNSHA,ESALG,LAMPS,ALFA SL,1000",
    "MB1,H2,MSKU1234565,2024-05-01,CNSHA,ESALG,TOYS,BETA SL,2000",
    "MB1,H2,MSKU1234565,2024-05-01,CNSHA,ESALG,GAMES,BETA SL,500",
    "MB2,H3,TCLU3093643,2024-05-01,CNSHA,ESALG,TILES,GAMMA SL,9000",
]
NOW = datetime(2024, 5, 2, tzinfo=UTC)


def manifest(folder: Path, lines: list[str], name: str = "m.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([HEAD, *lines]) + "\n", "utf-8")
    return path


def test_houses_of_a_container_are_consignments_under_their_master_bill(tmp_path: Path) -> None:
    read_in = read(manifest(tmp_path, SHARED))
    rows = read_in.consignments.select(*KEY, "house_bill", "consignee_name", "gross_weight_kg", "consolidated").rows()
    assert rows == [
        ("MB1", "MSKU1234565", "H1", "ALFA SL", 1000.0, True),
        ("MB1", "MSKU1234565", "H2", "BETA SL", 2500.0, True),
        ("MB2", "TCLU3093643", "H3", "GAMMA SL", 9000.0, None),
    ]
    assert read_in.balance == 0


def test_the_engine_calls_them_master_and_house(tmp_path: Path) -> None:
    rows = read_many([manifest(tmp_path, SHARED)]).consignments
    assert rows["bill_of_lading"].to_list() == ["MB1 / H1", "MB1 / H2", "MB2"]
    assert consolidations.keyed(rows).equals(rows)
    assert consolidations.as_filed(rows)["bill_of_lading"].to_list() == ["MB1", "MB1", "MB2"]


def test_a_later_filing_of_one_house_is_a_version_of_that_house(tmp_path: Path) -> None:
    later = [line.replace("2024-05-01", "2024-05-03").replace("TOYS", "RICE") for line in SHARED[:2]]
    read_in = read_many([manifest(tmp_path, SHARED), manifest(tmp_path, later, "n.csv")])
    latest = read_in.consignments.sort("bill_of_lading").select("bill_of_lading", "goods_description", "version").rows()
    assert latest == [("MB1 / H1", "LAMPS", 2), ("MB1 / H2", "RICE", 2), ("MB2", "TILES", 1)]


@pytest.mark.parametrize(
    ("bill", "expected"),
    [("MB1", ["MB1 / H1", "MB1 / H2"]), ("H2", ["MB1 / H2"]), ("MB2", ["MB2"]), ("MB9", ["MB9"])],
)
def test_an_outcome_of_the_container_counts_for_each_of_its_houses(
    tmp_path: Path, bill: str, expected: list[str]
) -> None:
    filed = read_many([manifest(tmp_path, SHARED)]).consignments
    box = "TCLU3093643" if bill == "MB2" else "MSKU1234565"
    outcome = pl.DataFrame(
        [{"bill_of_lading": bill, "container_number": box, "known_at": NOW, "finding": "seizure"}],
        schema_overrides=OUTCOME,
    )
    assert consolidations.resolved(conform(outcome, OUTCOME), filed)["bill_of_lading"].sort().to_list() == expected


@pytest.mark.parametrize(
    ("bill", "house", "box", "gone"),
    [
        ("MB1", None, None, ["MB1 / H1", "MB1 / H2"]),
        ("MB1", "H1", None, ["MB1 / H1"]),
        ("MB1", None, "TCLU3093643", []),
        ("MB2", None, "TCLU3093643", ["MB2"]),
    ],
)
def test_a_cancellation_takes_back_what_it_names(
    tmp_path: Path, bill: str, house: str | None, box: str | None, gone: list[str]
) -> None:
    filed = read_many([manifest(tmp_path, SHARED)]).consignments
    row = {"line": 1, "bill_of_lading": bill, "house_bill": house, "container_number": box, "filed_at": NOW}
    is_gone = cancellations.among(filed, pl.DataFrame([row], schema=CANCELLED))
    assert filed.filter(is_gone)["bill_of_lading"].to_list() == gone
    before = {**row, "filed_at": datetime(2024, 4, 30, tzinfo=UTC)}
    assert not cancellations.among(filed, pl.DataFrame([before], schema=CANCELLED)).any()


def test_houses_of_a_container_that_come_in_several_files_are_kept_apart(tmp_path: Path) -> None:
    files = [manifest(tmp_path, [line], f"{place}.csv") for place, line in enumerate((SHARED[0], SHARED[1]))]
    later = manifest(tmp_path, [SHARED[1].replace("05-01", "05-04").replace("TOYS", "RICE")], "later.csv")
    read_in = read_many([*files, later])
    rows = read_in.consignments.select("bill_of_lading", "goods_description", "version", "consolidated").rows()
    assert sorted(rows) == [("MB1 / H1", "LAMPS", 1, True), ("MB1 / H2", "RICE", 2, True)]
    assert read_in.earlier.select("bill_of_lading", "goods_description").rows() == [("MB1 / H2", "TOYS")]
    assert read_in.balance == 0


def test_a_house_that_a_message_marks_is_the_same_consignment_in_a_table() -> None:
    rows = [("MB1", "H1", "MSKU1234565", True), ("MB1", "H1", "MSKU1234565", None), ("MB1", None, "MSKU1234565", None)]
    lines = conform(pl.DataFrame(rows, schema=[KEY[0], "house_bill", KEY[1], "consolidated"], orient="row"))
    marked = consolidations.keyed(consolidations.flagged(lines))
    assert marked["bill_of_lading"].to_list() == ["MB1 / H1", "MB1 / H1", "MB1"]


@pytest.mark.parametrize(("bill", "expected"), [("M", ["M", "M / H2"]), ("M / H2", ["M / H2"]), ("H2", ["M / H2"])])
def test_an_outcome_of_the_container_counts_for_what_is_on_the_master_bill_alone_too(
    bill: str, expected: list[str]
) -> None:
    filed = pl.DataFrame({"bill_of_lading": ["M", "M / H2"], "container_number": ["MSKU1234565"] * 2})
    outcome = conform(pl.DataFrame({"bill_of_lading": [bill], "container_number": ["MSKU1234565"]}), OUTCOME)
    assert consolidations.resolved(outcome, filed)["bill_of_lading"].sort().to_list() == expected
