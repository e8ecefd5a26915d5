from collections.abc import Callable

import polars as pl
import pytest

from riskscore import schema
from riskscore.alerts.match import match, named
from riskscore.alerts.schema import ALERT, DECISION, MATCH

Make = Callable[..., pl.DataFrame]


def test_a_party_in_another_script_is_matched_and_the_reason_is_given(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame
) -> None:
    filed = consignments(
        {"shipper_name": "SHENZHEN HAIAN IMP EXP CO LTD", "shipper_address": "No. 1001 Shennan Ave, Futian, Shenzhen"},
        {"shipper_name": "HAINAN TRADING CO LTD"},
    )
    listed = alerts(
        {"name": "深圳市海安进出口有限公司", "address": "深圳市福田区深南大道1001号", "reason": "ivory in 2019"}
    )
    found = match(listed, filed, no_decisions)
    assert found.schema == MATCH
    row = found.row(0, named=True)
    assert found.height == 1
    assert (row["bill_of_lading"], row["field"], row["value"]) == ("B0", "shipper", "SHENZHEN HAIAN IMP EXP CO LTD")
    assert row["strength"] > 0.95
    assert "haian in Latin letters" in row["words"]
    assert "the address matches in number and street" in row["words"]
    assert (row["provider"], row["reliability"], row["handling"]) == ("Customs A", "B2", "green")
    assert row["reason"] == "ivory in 2019"


@pytest.mark.parametrize(
    ("filed", "listed", "words"),
    [
        ("GRENFIELD COMMODITIES GMBH", "Greenfield Commodities", "grenfield and greenfield are one letter apart"),
        ("COMMODITIES GREENFIELD", "Greenfield Commodities", "the words are in a different order"),
        ("GREEN FIELD COMMODITIES", "Greenfield Commodities", "the words are joined or split differently"),
        ("SERVERNY VETER", "Северный Ветер", "Cyrillic script"),
        ("SEVERNYJ VETER", "Severny Veter", "spellings of the same sounds"),
        ("AL NOOR TRADING", "شركة النور للتجارة", "Arabic script leaves out most vowels"),
        ("Hải An", "Hải An", "exactly the same as in the alert"),
    ],
)
def test_the_reason_of_a_name_match_is_given(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame, filed: str, listed: str, words: str
) -> None:
    found = match(alerts({"name": listed}), consignments({"consignee_name": filed}), no_decisions)
    assert words in found["words"].item()


def test_an_alias_counts_as_the_name(alerts: Make, consignments: Make, no_decisions: pl.DataFrame) -> None:
    listed = alerts({"name": "Northern Lights Fish", "aliases": ["Aurora Seafood", "Polar Fisk"]})
    assert match(listed, consignments({"notify_name": "POLAR FISK AS"}), no_decisions)["field"].item() == "notify"


@pytest.mark.parametrize("name", ["TO THE ORDER OF GREENFIELD BANK", "SAME AS CONSIGNEE", "N/A", "-", "12345"])
def test_placeholders_for_a_party_match_nothing(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame, name: str
) -> None:
    assert match(alerts({"name": name}), consignments({"consignee_name": name}), no_decisions).is_empty()


def test_a_different_address_lowers_and_an_equal_one_raises_the_strength(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame
) -> None:
    here, there = "12 Le Loi Street, Hai Phong", "77 Dockside Road, Felixstowe"
    filed = consignments(
        {"shipper_name": "GRENFIELD COMMODITIES", "shipper_address": here},
        {"shipper_name": "GRENFIELD COMMODITIES", "shipper_address": there},
        {"shipper_name": "GRENFIELD COMMODITIES"},
        {"shipper_name": "GREENFIELD COMMODITIES HOLDEN", "shipper_address": here},
        {"shipper_name": "GREENFIELD COMMODITIES HOLDEN", "shipper_address": there},
    )
    found = match(alerts({"name": "Greenfield Commodities", "address": here}), filed, no_decisions)
    strength = dict(found.select("bill_of_lading", "strength").iter_rows())
    assert strength["B0"] > strength["B2"] > strength["B1"]
    assert "B3" in strength
    assert "B4" not in strength


def test_an_equal_address_does_not_merge_sister_firms(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame
) -> None:
    here = "12 Le Loi Street, Hai Phong"
    sisters = ("GOLDEN DRAGON 2 LTD", "GOLDEN DRAGON SEAFOOD", "GOLDEN DRAGON TIMBER HANOI")
    filed = consignments(*({"shipper_name": name, "shipper_address": here} for name in sisters))
    listed = alerts({"name": "Golden Dragon 1 Timber Haiphong", "address": here})
    assert match(listed, filed, no_decisions).is_empty()


def test_boxes_and_vessels_match_by_number_and_a_vessel_by_name_where_a_number_is_missing(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame
) -> None:
    filed = consignments(
        {"container_number": "MSKU1234565"},
        {"vessel_imo": "9546227", "vessel_name": "SEA STAR"},
        {"vessel_imo": None, "vessel_name": "M/V Sea  Star"},
        {"vessel_imo": "9484807", "vessel_name": "SEA STAR"},
    )
    listed = alerts(
        {"kind": "container", "container_number": "MSKU1234565"},
        {"kind": "vessel", "vessel_imo": "9546227", "name": "Sea Star"},
    )
    found = match(listed, filed, no_decisions)
    strengths = {(row["bill_of_lading"], row["alert_id"]): row["strength"] for row in found.iter_rows(named=True)}
    assert strengths == {("B0", "A0"): 1.0, ("B1", "A1"): 1.0, ("B2", "A1"): 0.85}
    assert "9546227" in found.filter(bill_of_lading="B1")["words"].item()


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ({"origin": "NGAPP", "destination": "VNHPH"}, ["B0", "B1"]),
        ({"origin": "NG", "destination": "VN"}, ["B0", "B1"]),
        ({"origin": "NG", "goods": ["4403"]}, ["B0"]),
        ({"origin": "NG", "goods": ["pangolin", "SCALES"]}, ["B1"]),
        ({"destination": "VNHPH", "goods": ["03"]}, []),
        ({"origin": "KE", "destination": "VN"}, []),
    ],
)
def test_a_route_matches_by_ports_countries_and_goods_but_opens_no_box(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame, route: dict[str, object], expected: list[str]
) -> None:
    filed = consignments(
        {"hs_codes": ["440399"], "origin_country": "NG"},
        {"hs_codes": ["050790"], "goods_description": "FISH SCALES"},
        {"port_of_loading": "CNSHA", "hs_codes": ["440399"]},
    )
    found = match(alerts({"kind": "route", **route}), filed, no_decisions)
    assert found["bill_of_lading"].to_list() == expected
    assert named(found).is_empty()


def test_an_address_matches_whatever_the_party(alerts: Make, consignments: Make, no_decisions: pl.DataFrame) -> None:
    filed = consignments(
        {"shipper_name": "A", "shipper_address": "NO.1001 SHENNAN AVENUE, FUTIAN, SHENZHEN"},
        {"shipper_name": "B", "shipper_address": "NO.1003 SHENNAN AVENUE, FUTIAN, SHENZHEN"},
    )
    found = match(alerts({"kind": "address", "address": "深圳市福田区深南大道1001号"}), filed, no_decisions)
    assert found["bill_of_lading"].to_list() == ["B0"]
    assert found["field"].item() == "shipper_address"


def test_a_pair_decided_to_be_different_no_longer_matches_and_other_pairs_do(alerts: Make, consignments: Make) -> None:
    filed = consignments({"shipper_name": "GREENFIELD COMMODITIES"}, {"shipper_name": "GRENFIELD COMMODITIES"})
    listed = alerts({"name": "Greenfield Commodities"})
    decision = {"alert_id": "A0", "value": "GREENFIELD COMMODITIES", "verdict": "different", "reason": "other firm"}
    decided = pl.DataFrame([decision], schema=DECISION)
    assert match(listed, filed, decided)["bill_of_lading"].to_list() == ["B1"]
    same = decided.with_columns(verdict=pl.lit("same"))
    assert match(listed, filed, same)["bill_of_lading"].to_list() == ["B0", "B1"]


@pytest.mark.parametrize("grade", ["A1", "C3", "C4", "D1", "F6"])
def test_only_trusted_grades_open_boxes(
    alerts: Make, consignments: Make, no_decisions: pl.DataFrame, grade: str
) -> None:
    listed = alerts({"kind": "container", "container_number": "MSCU0000000", "reliability": grade})
    assert named(match(listed, consignments({}), no_decisions)).height == (grade in {"A1", "C3"})


def test_a_match_depends_on_the_two_names_alone(alerts: Make, consignments: Make, no_decisions: pl.DataFrame) -> None:
    names = [
        f"{first} {second} TRADING" for first in ("ALDER", "BIRCHWOOD", "CEDAR") for second in ("NORTHGATE", "EAST")
    ]
    filed = consignments(*({"shipper_name": name} for name in names))
    listed = alerts(*({"name": name.title()} for name in names))
    every = match(listed, filed, no_decisions)
    for place in range(len(names)):
        alone = match(listed, filed[place], no_decisions)
        assert alone.equals(every.filter(bill_of_lading=f"B{place}"))
    assert match(listed.reverse(), filed.sample(fraction=1, shuffle=True, seed=1), no_decisions).equals(every)


def test_empty_frames_and_missing_columns_match_nothing(
    no_decisions: pl.DataFrame, alerts: Make, consignments: Make
) -> None:
    empty = pl.DataFrame(schema=ALERT)
    assert match(empty, consignments({}), no_decisions).schema == MATCH
    assert match(
        alerts({"name": "X Y"}), schema.conform(pl.DataFrame(), schema.COLUMNS).clear(), no_decisions
    ).is_empty()
    bare = consignments({}).select(*schema.KEY)
    assert match(alerts({"name": "Greenfield"}), bare, no_decisions).is_empty()
