"""India's SCMTR: master and house bills, several containers, answers of customs, limits of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.read import Manifest, read


def box(number: str, kg: float, packages: int) -> dict[str, Any]:
    return {"eqmtId": number, "eqmtSize": "22G1", "eqmtSealNmbr": "S1", "cntrWeight": kg, "totalNmbrOfPkgs": packages}


def cargo(**more: Any) -> dict[str, Any]:
    """A bill of one container from Colombo over Tuticorin to Chennai."""
    return {
        "locCstm": {"destPrt": "INBLR6", "nxtPrtOfUnlading": "INMAA1"},
        "trnsprtDoc": {
            "prtOfAcptCdd": "LKCMB",
            "cnsgnrsName": "KANDY TEA   ESTATES ",
            "cnsgnrStreetAddress": "1 HILL ROAD",
            "cnsgnrCity": "KANDY",
            "cnsgnrCntrySubDivName": "KANDY",
            "cnsgnrCntryCd": "LK",
            "cnsgnesName": "MYSORE TEA HOUSE",
            "cnsgnesCd": "0100200300",
            "goodsDescAsPerBl": "BLACK TEA FREIGHT COLLECT",
        },
        "trnsprtDocMsr": {"nmbrOfPkgs": 100, "typsOfPkgs": "CHT", "grossWeight": 5000, "unitOfWeight": "KGS"},
        "itemDtls": [{"hsCd": "09024020", "crgoItemDesc": "BLACK TEA", "nmbrOfPkgs": 100}],
        "trnsprtEqmt": [box("MSKU6011672", 5000, 100)],
        "itnry": [
            {"prtOfCallSeqNmbr": 2, "prtOfCallCdd": "INTUT", "nxtPrtOfCallCdd": "INMAA1"},
            {"prtOfCallSeqNmbr": 1, "prtOfCallCdd": "LKCMB", "nxtPrtOfCallCdd": "INTUT"},
        ],
        **more,
    }


def message(*masters: dict[str, Any], event: str = "SCE") -> dict[str, Any]:
    return {
        "headerField": {"messageID": "SACHM22", "date": "20270105", "time": "T09:20", "reportingEvent": event},
        "master": {
            "decRef": {"msgTyp": "F", "rptngEvent": event},
            "vesselDtls": {"typOfTrnsprtMeans": "10", "trnsprtMeansId": "9321483"},
            "voyageDtls": {"cnvnceRefNmbr": "INMAA120270005", "exptdDtAndTimeOfArvl": "20270107T06:00"},
            "prsnOnBoard": [{"prsnDtls": {"prsnFamilyName": "NOBODY"}}],
            "mastrCnsgmtDec": list(masters),
        },
    }


MASTER = {"MCRef": {"mstrBlNo": "LKM1"}}


@pytest.fixture
def load(tmp_path: Path) -> Callable[..., Manifest]:
    def write(content: Any) -> Manifest:
        path = tmp_path / "m.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        manifest = read(path)
        assert manifest.balance == 0
        return manifest

    return write


def test_a_code_that_only_the_text_names_is_read(load: Callable[..., Manifest]) -> None:
    bill = cargo(**MASTER, itemDtls=[])
    bill["trnsprtDoc"]["goodsDescAsPerBl"] = "BLACK TEA, HS CODE 0902.40"
    assert load(message(bill)).consignments["hs_codes"].to_list() == [["090240"]]


def test_a_master_bill_without_houses_is_a_consignment(load: Callable[..., Manifest]) -> None:
    row = load(message(cargo(**MASTER))).consignments.row(0, named=True)
    assert (row["bill_of_lading"], row["house_bill"], row["container_number"]) == ("LKM1", None, "MSKU6011672")
    assert row["filed_at"] == datetime(2027, 1, 5, 9, 20, tzinfo=UTC)
    assert row["arrives_at"] == datetime(2027, 1, 7, 6, tzinfo=UTC)
    assert (row["shipper_name"], row["shipper_address"]) == ("KANDY TEA ESTATES", "1 HILL ROAD, KANDY, LK")
    assert (row["port_of_loading"], row["transhipment_ports"]) == ("LKCMB", ["INTUT"])
    assert (row["package_count"], row["gross_weight_kg"], row["freight_terms"]) == (100, 5000.0, "collect")
    assert (row["hs_codes"], row["vessel_imo"], row["consignee_id"]) == (["09024020"], "9321483", "0100200300")
    assert "NOBODY" not in str(row)


def test_houses_are_the_consignments_and_take_only_places_from_their_master(load: Callable[..., Manifest]) -> None:
    houses = [
        cargo(HCRef={"blNo": "H1"}, trnsprtDocMsr={"nmbrOfPkgs": 40, "grossWeight": 2000}),
        cargo(HCRef={"blNo": "H2"}, trnsprtDoc={}, trnsprtDocMsr={"nmbrOfPkgs": 60, "grossWeight": 3000}, itnry=[]),
    ]
    rows = load(message(cargo(**MASTER, houseCargoDec=houses))).consignments.sort("house_bill")
    assert rows["house_bill"].to_list() == ["H1", "H2"]
    assert rows["bill_of_lading"].to_list() == ["LKM1", "LKM1"]
    assert rows["gross_weight_kg"].to_list() == [2000.0, 3000.0]
    assert rows["port_of_loading"].to_list() == ["LKCMB", "LKCMB"]
    assert rows["shipper_name"].to_list() == ["KANDY TEA ESTATES", None]
    assert rows["forwarder_name"].to_list() == ["MYSORE TEA HOUSE", "MYSORE TEA HOUSE"]


def test_a_container_that_no_house_names_stays_with_the_master(load: Callable[..., Manifest]) -> None:
    boxes = [box("MSKU6011672", 5000, 100), box("TCLU3093643", 1, 1)]
    house = cargo(HCRef={"blNo": "H1"})
    rows = load(message(cargo(**MASTER | {"trnsprtEqmt": boxes}, houseCargoDec=[house]))).consignments
    assert set(rows.select("container_number", "house_bill").rows()) == {("MSKU6011672", "H1"), ("TCLU3093643", None)}


@pytest.mark.parametrize(("weights", "expected"), [((2000, 3000), [2000.0, 3000.0]), ((5000, 5000), [None, None])])
def test_figures_of_containers_count_if_they_add_up(
    load: Callable[..., Manifest], weights: tuple[float, float], expected: list[float | None]
) -> None:
    boxes = [box("MSKU6011672", weights[0], 40), box("TCLU3093643", weights[1], 60)]
    rows = load(message(cargo(**MASTER | {"trnsprtEqmt": boxes}))).consignments.sort("container_number")
    assert rows["gross_weight_kg"].to_list() == expected
    assert rows["package_count"].to_list() == [40, 60]
    assert rows["bill_gross_weight_kg"].to_list() == [None if figure else 5000.0 for figure in expected]


def test_a_deletion_cancels(load: Callable[..., Manifest]) -> None:
    manifest = load([message(cargo(**MASTER)), message(MASTER, event="SCD")])
    assert manifest.consignments.height == 0
    assert manifest.earlier.height == 1


def test_answers_of_customs_and_messages_without_cargo_are_left_aside(load: Callable[..., Manifest]) -> None:
    answer = message(cargo(MCRef={"mstrBlNo": "LKM1", "MCRefErrorCode": [{"errorCode": "000"}]}))
    with pytest.raises(LeftAsideError, match="an answer of Indian customs"):
        load(answer)
    with pytest.raises(LeftAsideError, match="without cargo"):
        load(message(event="SDN"))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text.replace('"master":', '"master": {}, "master":'), "twice"),
        (lambda text: text.replace('"LKM1"', "[" * 200 + "]" * 200), "within each other"),
        (lambda text: text.replace('"LKM1"', "[" * 100_000 + "]" * 100_000), "within each other"),
        (lambda text: text.replace("KANDY TEA", "A" * 2_000_000), "characters"),
        (lambda text: text[:-40], "damaged JSON"),
    ],
)
def test_hostile_json_is_refused_in_one_line(
    load: Callable[..., Manifest], spoil: Callable[[str], str], why: str
) -> None:
    with pytest.raises(ManifestError, match=why) as refused:
        load(spoil(json.dumps(message(cargo(**MASTER)))))
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500
