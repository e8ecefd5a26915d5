"""A stow plan is compared with the manifest of its voyage: each difference is found, and no other is claimed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from riskscore.errors import ManifestError, StowPlanError
from riskscore.manifest import stow_plans
from riskscore.manifest.read import read
from riskscore.schema import conform

SHIP = {"vessel_name": "SAMPHIRE QUEEN", "vessel_imo": "9501813", "voyage": "118W"}
BOX = "TGBU4471200"
FILED = {
    "bill_of_lading": "SMPH118W0042",
    "container_number": BOX,
    "container_type": "22G1",
    "port_of_discharge": "GHTEM",
    "gross_weight_kg": 18_000.0,
    "goods_description": "GLAZED TILES",
    **SHIP,
}
ABOARD = {
    "container_number": BOX,
    "container_type": "22G1",
    "port_of_loading": "CNSHA",
    "port_of_discharge": "GHTEM",
    "gross_weight_kg": 20_200.0,
    "is_empty": False,
    "position": "0140384",
    **SHIP,
}
BAPLIE = (
    "UNB+UNOA:2+SMPH+TEMTERM+260702:1800+SQ118W'UNH+1+BAPLIE:D:95B:UN:SMDG22'BGM++P118W+9'DTM+137:2607021800:201'"
    "TDT+20+118W+++SMPH:172:20+++9501813:146::SAMPHIRE QUEEN'LOC+5+CNSHA:139:6'LOC+61+GHTEM:139:6'"
    "LOC+147+0140384::5'MEA+VGM++KGM:20200'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'RFF+BM:1'EQD+CN+TGBU4471200+22G1+++5'"
    "LOC+147+0140584::5'MEA+VGM++KGM:31000'LOC+9+CNSHA:139:6'LOC+11+GHTEM:139:6'RFF+BM:1'EQD+CN+TGBU4471217+45G1+++5'"
    "UNT+19+1'UNZ+1+SQ118W'"
)


def _compare(filed: list[dict[str, Any]], aboard: list[dict[str, Any]]) -> stow_plans.Compared:
    rows = conform(pl.DataFrame([FILED | each for each in filed], infer_schema_length=None))
    plan = pl.DataFrame(
        [ABOARD | each for each in aboard],
        schema_overrides={
            **{"is_empty": pl.Boolean, "gross_weight_kg": pl.Float64},
            **{"port_of_discharge": pl.String, "container_type": pl.String},
        },
        infer_schema_length=None,
    )
    return stow_plans.compare(rows, plan, "plan.edi")


def test_a_box_that_is_as_declared_is_no_difference() -> None:
    compared = _compare([{}], [{}])
    assert (compared.boxes, compared.differences.height, compared.notes) == (1, 0, ())


@pytest.mark.parametrize(
    ("filed", "aboard", "kind", "sentence"),
    [
        (
            {},
            {"gross_weight_kg": 27_400.0},
            "weight",
            f"{BOX} weighs 27400 kg with its tare on the stow plan, but 18000 kg are declared",
        ),
        (
            {},
            {"port_of_discharge": "NGAPP"},
            "port_of_discharge",
            f"{BOX} is for NGAPP on the stow plan, but for GHTEM on its bill",
        ),
        ({}, {"container_type": "45R1"}, "type", f"{BOX} is a 45R1 on the stow plan, but a 22G1 on its bill"),
        (
            {"goods_description": "EMPTY CONTAINER", "gross_weight_kg": None},
            {},
            "full_not_empty",
            f"{BOX} is declared as empty, but the stow plan says that it is full",
        ),
    ],
)
def test_what_the_plan_says_otherwise_is_said(
    filed: dict[str, Any], aboard: dict[str, Any], kind: str, sentence: str
) -> None:
    found = _compare([filed], [aboard]).differences
    assert found.select("kind", "sentence").rows() == [(kind, sentence)]


@pytest.mark.parametrize(
    ("filed", "aboard"),
    [
        ({"gross_weight_kg": None}, {"gross_weight_kg": 27_400.0}),
        ({}, {"gross_weight_kg": None}),
        ({}, {"gross_weight_kg": 18_000.0}),  # the plan gives the weight of the goods
        ({}, {"port_of_discharge": None}),
        ({}, {"container_type": None}),
        ({}, {"container_type": "9999"}),
        ({}, {"container_type": "22G0"}),
        ({"port_of_discharge": "NEAR THE RIVER"}, {}),
        ({"goods_description": "EMPTY", "gross_weight_kg": None}, {"is_empty": None}),
        ({"goods_description": "EMPTY", "gross_weight_kg": None}, {"is_empty": True, "gross_weight_kg": 2_200.0}),
        ({"vessel_imo": None}, {}),
        ({"vessel_name": None}, {}),
        ({"vessel_name": "Samphire Queen", "vessel_imo": None, "voyage": "118 w"}, {}),
    ],
)
def test_what_is_not_known_differs_from_nothing(filed: dict[str, Any], aboard: dict[str, Any]) -> None:
    compared = _compare([filed], [aboard])
    assert compared.differences.rows() == []
    assert (compared.boxes, compared.notes) == (1, ())


def test_boxes_on_one_side_only_are_named_and_not_compared() -> None:
    other = {"container_number": "TGBU4471217", "bill_of_lading": "SMPH118W0043"}
    empty = {"container_number": "TGBU4471222", "is_empty": True}
    elsewhere = {"container_number": "TGBU4471238", "port_of_discharge": "NGAPP"}
    compared = _compare([other | {"goods_description": "EMPTY"}], [{}, empty, elsewhere, {"container_number": None}])
    assert compared.boxes == 0
    assert compared.differences.select("kind", "container_number").rows() == [
        ("not_on_manifest", BOX),
        ("not_aboard", "TGBU4471217"),
        ("empty_not_on_manifest", "TGBU4471222"),
    ]
    assert compared.of(BOX) == [
        f"{BOX} is aboard for GHTEM, at position 0140384, and no bill names it (22G1, 20200 kg, from CNSHA)"
    ]
    assert compared.record()["differences"][1]["manifest"] == "SMPH118W0043"


def test_bills_that_share_a_box_are_added_up() -> None:
    parts = [{"gross_weight_kg": 9_000.0}, {"gross_weight_kg": 9_000.0, "bill_of_lading": "SMPH118W0050"}]
    assert _compare(parts, [{}]).differences.height == 0
    assert _compare(parts, [{"gross_weight_kg": 30_000.0}]).differences["manifest"].to_list() == ["18000 kg"]


def test_another_ship_or_voyage_is_not_compared_and_a_note_says_so() -> None:
    for other in ({"voyage": "119W"}, {"vessel_imo": "9501825", "vessel_name": "OTHER"}, {"voyage": None}):
        compared = _compare([other], [{}])
        assert compared.differences.height == compared.boxes == 0
        (note,) = compared.notes
        assert note == "plan.edi is of SAMPHIRE QUEEN 118W. No consignment is on this voyage, so nothing was compared"


def test_the_first_differences_are_told_and_the_others_counted() -> None:
    boxes = [{"container_number": f"TGBU44712{number:02}"} for number in range(12)]
    told = stow_plans.told(_compare([{"container_number": "TGBU4479999"}], boxes), most=3)
    assert told[0] == "0 boxes of the manifest were compared with the stow plan: 13 differences"
    assert told[-1] == "and 10 more differences"
    assert len(told) == 5


def test_a_baplie_message_is_read_as_a_plan_and_is_no_manifest(tmp_path: Path) -> None:
    path = tmp_path / "plan.edi"
    path.write_text(BAPLIE)
    plan = stow_plans.read(path)
    assert plan["container_number"].to_list() == [BOX, "TGBU4471217"]
    compared = stow_plans.compare(conform(pl.DataFrame([FILED])), plan)
    assert compared.differences.select("kind", "container_number").rows() == [("not_on_manifest", "TGBU4471217")]
    with pytest.raises(StowPlanError, match="--stow-plan"):
        read(path)


def test_a_port_that_is_not_understood_stays_as_filed_and_differs_from_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plan.edi"
    path.write_text(BAPLIE.replace("LOC+11+GHTEM", "LOC+11+QUAY FOUR"))
    plan = stow_plans.read(path)
    assert plan["port_of_discharge"].to_list() == ["QUAY FOUR", "QUAY FOUR"]
    compared = stow_plans.compare(conform(pl.DataFrame([FILED])), plan, "plan.edi")
    assert (compared.boxes, compared.differences.height) == (1, 0)


def test_a_manifest_is_no_stow_plan(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text("bill_of_lading,container_number\nB1,TGBU4471200\n")
    with pytest.raises(ManifestError, match="no stow plan"):
        stow_plans.read(path)
