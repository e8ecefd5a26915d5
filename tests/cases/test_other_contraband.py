"""Published seizures of contraband other than wildlife: the table, its places and goods, and those in the library."""

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from riskscore import reference
from riskscore.cases import library

TABLE = Path(__file__).parent / "other_contraband_2006_2016.csv"

COLUMNS = [
    "id",
    "kind",
    "date",
    "origin_country",
    "port_of_loading",
    "transhipment_ports",
    "port_of_discharge",
    "destination_country",
    "goods_description",
    "hs_code",
    "forwarder",
    "commodity",
    "assumed",
    "source",
]

ASSUMED = {"port of loading", "transhipment ports", "port of discharge", "declared goods", "destination", "date"}
"""What a row may say that its source does not."""

NO_COMMODITY = {"ketamine", "sedatives"}
"""Contraband of the table that contraband.csv does not rate."""


def _rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


ROWS = _rows()


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    commodities = set(reference.wildlife()["commodity"]) | set(library.OTHER_COMMODITIES) | NO_COMMODITY
    return {
        "country": set(reference.countries()["code"]),
        "port": set(reference.ports()["locode"]),
        "hs": set(reference.hs()["hs6"]),
        "commodity": commodities,
    }


def test_the_table_has_its_columns_and_enough_rows():
    assert list(ROWS[0]) == COLUMNS
    assert len(ROWS) >= 60
    assert [row["id"] for row in ROWS] == [f"O{number:03d}" for number in range(1, len(ROWS) + 1)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_row_is_whole_and_names_known_places_goods_and_a_source(row, known):
    assert None not in row
    assert all(value is not None and value == value.strip() for value in row.values())
    assert row["kind"] == "other"
    assert row["forwarder"] in {"0", "1"}
    assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", row["date"])
    first = date.fromisoformat(row["date"] + "-01-01"[len(row["date"]) - 4 :])
    assert date(2006, 1, 1) <= first <= date(2016, 12, 31)
    assert {row["origin_country"], row["destination_country"]} <= known["country"]
    assert row["origin_country"] != row["destination_country"]
    through = [port for port in row["transhipment_ports"].split("|") if port]
    ports = [row["port_of_loading"], *through, row["port_of_discharge"]]
    assert set(ports) <= known["port"]
    assert len(set(ports)) == len(ports)
    assert row["hs_code"] in known["hs"]
    assert row["commodity"] in known["commodity"]
    assert row["goods_description"] == row["goods_description"].upper() != ""
    assert set(filter(None, row["assumed"].split("; "))) <= ASSUMED
    assert "http" in row["source"]


def test_no_seizure_is_there_twice():
    seen = Counter((row["date"], row["origin_country"], row["destination_country"], row["hs_code"]) for row in ROWS)
    assert max(seen.values()) == 1


def test_the_table_is_spread_over_kinds_and_directions():
    kinds = Counter(row["commodity"] for row in ROWS)
    ways = Counter((row["origin_country"], row["destination_country"]) for row in ROWS)
    assert len(kinds) >= 12
    assert kinds.most_common(1)[0][1] <= len(ROWS) / 3
    assert ways.most_common(1)[0][1] <= len(ROWS) / 20
    assert len({row["origin_country"] for row in ROWS}) >= 25
    assert len({row["destination_country"] for row in ROWS}) >= 25


def test_the_library_holds_seizures_of_every_group_of_contraband():
    groups = dict(reference.wildlife().select("commodity", "group").iter_rows())
    found = Counter(groups.get(case.commodity[0], "waste") for case in library.load() if case.year <= 2016)
    assert set(found) == set(groups.values()) - {"illegal timber"}, "cases of timber name the wood, as wildlife"
    assert sum(found.values()) - found["wildlife"] >= 60
