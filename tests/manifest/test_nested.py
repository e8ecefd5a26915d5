"""Records with lists of containers or goods become rows; no figure of the bill is repeated in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.read import Manifest, read

BILL: dict[str, Any] = {
    "bill_of_lading": "B1",
    "manifest_date": "2024-03-14",
    "port_of_loading": "DEHAM",
    "port_of_discharge": "KRPUS",
    "description": "PUMPS",
    "shipper": {"name": "NAMPO", "country": "DE"},
}
BOXES = [{"no": "CSQU3054383", "weight": 900, "seals": ["A1", "A2"]}, {"no": "TCLU3093643", "weight": 700}]


def read_json(folder: Path, content: Any) -> Manifest:
    file = folder / "m.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    manifest = read(file)
    assert manifest.balance == 0
    return manifest


def rows(manifest: Manifest, *columns: str) -> list[tuple[Any, ...]]:
    return manifest.consignments.sort("container_number").select(columns).rows()


@pytest.mark.parametrize("wrap", [lambda bill: [bill], lambda bill: bill, lambda bill: {"ship": "X", "bills": [bill]}])
def test_each_container_of_a_record_has_a_row_of_its_own(wrap: Any, tmp_path: Path) -> None:
    manifest = read_json(tmp_path, wrap(BILL | {"containers": BOXES}))
    expected = [("B1", "CSQU3054383", 900.0, "NAMPO"), ("B1", "TCLU3093643", 700.0, "NAMPO")]
    assert rows(manifest, "bill_of_lading", "container_number", "gross_weight_kg", "shipper_name") == expected
    assert manifest.consignments.sort("container_number")["seal_numbers"].to_list() == [["A1", "A2"], None]
    assert "1 record with lists of containers or goods became 2 rows" in "; ".join(manifest.understood.notes)


def test_figures_beside_several_containers_are_the_bill_s(tmp_path: Path) -> None:
    boxes = [{"container_no": box["no"]} for box in BOXES]
    manifest = read_json(tmp_path, [BILL | {"gross_weight": 1600, "containers": boxes}])
    assert rows(manifest, "gross_weight_kg", "bill_gross_weight_kg") == [(None, 1600.0), (None, 1600.0)]
    one = read_json(tmp_path, [BILL | {"gross_weight": 900, "containers": boxes[:1]}])
    assert rows(one, "gross_weight_kg", "bill_gross_weight_kg") == [(900.0, None)]


def test_goods_of_one_container_are_its_lines_and_its_weight_counts_once(tmp_path: Path) -> None:
    goods = [{"description": "PUMPS", "hs_code": "841370"}, {"description": "VALVES", "hs_code": "848180"}]
    box = {"container_no": "CSQU3054383", "gross_weight": 900, "goods": goods}
    manifest = read_json(tmp_path, [{**BILL, "description": None, "containers": [box]}])
    assert manifest.rows_in == 2
    assert rows(manifest, "gross_weight_kg", "hs_codes") == [(900.0, ["841370", "848180"])]


def test_goods_beside_several_containers_are_told_without_figures(tmp_path: Path) -> None:
    goods = [{"description": "PUMPS", "weight": 1}, {"description": "VALVES", "weight": 2}]
    record = {key: value for key, value in BILL.items() if key != "description"} | {"containers": BOXES, "goods": goods}
    manifest = read_json(tmp_path, [record])
    assert rows(manifest, "goods_description", "gross_weight_kg") == [
        ("PUMPS, VALVES", 900.0),
        ("PUMPS, VALVES", 700.0),
    ]


def test_several_arrays_of_containers_are_read_as_one(tmp_path: Path) -> None:
    manifest = read_json(tmp_path, [BILL | {"dry_containers": BOXES[:1], "reefer_containers": BOXES[1:]}])
    assert rows(manifest, "container_number") == [("CSQU3054383",), ("TCLU3093643",)]


def test_a_list_of_box_numbers_is_known_by_the_numbers(tmp_path: Path) -> None:
    equipment = [{"id": box["no"], "kind": "45G1"} for box in BOXES]
    manifest = read_json(tmp_path, [BILL | {"stuff": equipment, "tags": ["a", "b"]}])
    assert rows(manifest, "container_number") == [("CSQU3054383",), ("TCLU3093643",)]


def test_a_figure_of_the_envelope_is_not_repeated_in_its_records(tmp_path: Path) -> None:
    records = [BILL | {"container_no": box["no"]} for box in BOXES]
    manifest = read_json(tmp_path, {"gross_weight": "1600", "vessel": {"name": "NIGHTJAR"}, "bills": records})
    assert rows(manifest, "gross_weight_kg", "vessel_name") == [(None, "NIGHTJAR"), (None, "NIGHTJAR")]
    assert "were not read: gross_weight" in "; ".join(manifest.understood.notes)


def test_lines_of_json_have_containers_too(tmp_path: Path) -> None:
    lines = [json.dumps(BILL | {"bill_of_lading": f"B{n}", "containers": BOXES}) for n in range(3)]
    manifest = read_json(tmp_path, "\n".join(lines))
    assert (manifest.rows_in, manifest.consignments.height) == (6, 6)


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        '[{"a":' + '{"a":' * 900 + "1" + "}" * 900 + "}]",
        '[{"containers":' * 300 + "[]" + "}]" * 300,
    ],
    ids=["arrays", "objects", "a deep record", "containers of containers"],
)
def test_deep_nesting_is_refused_in_one_line(content: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as refused:
        read_json(tmp_path, content)
    assert "\n" not in str(refused.value)


def test_long_texts_beside_many_containers_do_not_fill_the_memory(tmp_path: Path) -> None:
    boxes = [{"no": f"CSQU{n:07d}"} for n in range(1_000)]
    with pytest.raises(ManifestError, match="long texts beside lists of many containers; write one object for each"):
        read_json(tmp_path, [BILL | {"note": "X" * 10_000_000, "containers": boxes}])


ROLES = [
    [{"role": "shipper", "name": "ALFA"}, {"role": "consignee", "name": "BETA"}, {"role": "notify", "name": "GAMMA"}],
    [
        {"partyFunction": "OS", "partyName": "ALFA"},
        {"partyFunction": "CN", "partyName": "BETA"},
        {"partyFunction": "N1"},
    ],
    [{"type": "CARRIER", "name": "LINE"}, {"type": "CONSIGNOR", "name": "ALFA"}, {"type": "Importer", "name": "BETA"}],
]


@pytest.mark.parametrize("parties", ROLES)
def test_parties_are_told_apart_by_their_roles(tmp_path: Path, parties: list[dict[str, str]]) -> None:
    record = {
        "bill_of_lading": "B1",
        "container": "MSKU1234565",
        "filed_at": "2024-03-14",
        "pol": "CNSHA",
        "pod": "DEHAM",
    }
    seals = [{"number": "S1", "source": "CA"}, {"number": "S2"}]
    record |= {"goods": "TILES", "parties": parties, "seals": seals}
    (tmp_path / "m.json").write_text(json.dumps([record]))
    row = read(tmp_path / "m.json").consignments.row(0, named=True)
    named = "GAMMA" if parties is ROLES[0] else None
    assert (row["shipper_name"], row["consignee_name"], row["notify_name"]) == ("ALFA", "BETA", named)
    assert row["seal_numbers"] == ["S1", "S2"]


def test_the_address_of_a_party_is_read_and_its_contact_is_not(tmp_path: Path) -> None:
    address = {"street": "HAFENSTR 5", "city": "HAMBURG", "countryCode": "DE"}
    party = {"role": "CN", "name": "BETA", "address": address, "contact": {"name": "FRONT OFFICE"}}
    record = {
        "bill_of_lading": "B1",
        "container": "MSKU1234565",
        "filed_at": "2024-03-14",
        "pol": "CNSHA",
        "pod": "DEHAM",
    }
    (tmp_path / "m.json").write_text(json.dumps([record | {"goods": "TILES", "parties": [party]}]))
    row = read(tmp_path / "m.json").consignments.row(0, named=True)
    assert (row["consignee_name"], row["consignee_country"]) == ("BETA", "DE")
    assert row["consignee_address"] == "HAFENSTR 5, HAMBURG"
