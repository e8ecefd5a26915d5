"""The shipped samples: no row is lost, in any format."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskscore.engine.read import read as read_manifest

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
MANIFESTS = sorted(
    path
    for path in SAMPLES.iterdir()
    if path.suffix in (".csv", ".parquet", ".jsonl", ".xlsx") and path.stem not in ("history", "outcomes")
)
RULES = {
    "required", "too_long", "not_a_date", "date_out_of_range", "duplicate_row", "too_many_fields",
}  # fmt: skip


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_rows_in_are_rows_accepted_and_quarantined(path, riskscore, model):
    record = json.loads(riskscore("score", path, "--model", model, "--json").out)
    assert record["rows"] == record["accepted"] + record["quarantined"]
    manifest = read_manifest(path)
    assert manifest.balance == 0
    assert manifest.accepted == record["accepted"]


def test_three_formats_of_a_manifest_give_the_same_consignments():
    ships = [
        read_manifest(SAMPLES / name).consignments for name in ("haiphong-2019.csv", "thirty.jsonl", "thirty.xlsx")
    ]
    assert ships[0].equals(ships[1])
    assert ships[0].equals(ships[2])


def test_the_dirty_sample_has_every_kind_of_refused_row():
    manifest = read_manifest(SAMPLES / "dirty.csv")
    assert set(manifest.quarantine["rule"]) == RULES
    assert manifest.consignments.height == 21
    assert {part.kind for part in manifest.understood.not_understood} == {
        "loading date", "arrival date", "package count", "gross weight", "volume",
    }  # fmt: skip


def test_headings_of_us_manifests_are_recognised(riskscore):
    record = json.loads(riskscore("columns", SAMPLES / "ams-headings.csv", "--json").out)
    assert record["missing"] == []
    aside = [heading["source"] for heading in record["headings"] if heading["column"] is None]
    assert aside == ["identifier"]
    read = read_manifest(SAMPLES / "ams-headings.csv").consignments
    assert read["port_of_discharge"].unique().to_list() == ["USLAX"]
    assert read["gross_weight_kg"].drop_nulls().is_between(50, 35_000).all()


def test_the_samples_are_small():
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 8_000_000


def test_the_sample_history_ends_before_the_sample_day():
    last = pl.read_parquet(SAMPLES / "history.parquet")["filed_at"].max()
    assert last < pl.read_parquet(SAMPLES / "one-day.parquet")["filed_at"].min()


def test_the_packing_list_is_read_as_a_person_reads_it():
    manifest = read_manifest(SAMPLES / "packing-list.xlsx")
    rows = manifest.consignments.sort("container_number")
    assert (manifest.rows_in, manifest.balance, rows.height) == (7, 0, 6)
    assert rows["gross_weight_kg"].to_list() == [21_120, 20_900, 17_420, None, None, None]
    assert rows["bill_gross_weight_kg"].to_list() == [None, None, None, 66_450, 66_450, 66_450]
    assert rows["shipper_name"].null_count() == 0
    assert rows["goods_description"][1] == "SISAL FIBRE, UG GRADE, IN BALES"
