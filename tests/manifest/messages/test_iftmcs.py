"""IFTMCS: one bill a message, with all its containers."""

from datetime import UTC, datetime

import pytest

from messages.cargo_messages import PORTS, interchange, manifest, message, rows

HEADER = "BGM+705+B9+9'DTM+137:202607030830:203'TDT+20+26W+1++NRDL:172+++9320257::11:NORDIC EGRET'"
GOODS = "GID+1+320:BG'FTX+AAA+++GREEN COFFEE'MEA+AAE+G+KGM:19360'"
BOX = "EQD+CN+NRDU7330507+22G1'SEL+S1'"


def read(folder, body):
    return rows(manifest(folder, interchange(message(body, "IFTMCS:D:99B:UN"))))


def test_the_message_is_the_bill_and_its_places_have_their_own_moments(tmp_path):
    places = "LOC+88+BRCWB'LOC+9+BRSSZ'DTM+133:202607041100:203'LOC+13+ESALG'DTM+132:202607120000:203'"
    places += "LOC+11+DEHAM'DTM+132:202607220500:203'"
    (row,) = read(tmp_path, f"{HEADER}{places}{GOODS}{BOX}")
    assert (row["bill_of_lading"], row["container_number"], row["gross_weight_kg"]) == ("B9", "NRDU7330507", 19360.0)
    assert row["loaded_at"] == datetime(2026, 7, 4, 11, tzinfo=UTC)
    assert row["arrives_at"] == datetime(2026, 7, 22, 5, tzinfo=UTC)
    assert (row["place_of_receipt"], row["transhipment_ports"]) == ("BRCWB", ["ESALG"])


@pytest.mark.parametrize(
    ("header", "bill", "house", "kind"),
    [
        ("BGM+705+B9'RFF+BM:OTHER'", "B9", None, None),
        ("BGM+710+B9'", "B9", None, "sea_waybill"),
        ("BGM+714+H9'RFF+MB:M9'", "M9", "H9", None),
        ("BGM+714+H9'RFF+BM:X'", "H9", None, None),
        ("BGM+335+STATUS1'RFF+BM:B9'", "B9", None, None),
    ],
)
def test_the_code_of_the_message_says_whether_its_number_is_the_bill(tmp_path, header, bill, house, kind):
    (row,) = read(tmp_path, f"{header}{PORTS}{GOODS}{BOX}")
    assert (row["bill_of_lading"], row["house_bill"], row["bill_type"]) == (bill, house, kind)


@pytest.mark.parametrize(
    ("terms", "read_as"),
    [
        ("CPI+4++P'", "prepaid"),
        ("CPI+4++C'", "collect"),
        ("TOD+3+CC'", "collect"),
        ("CPI+2++C'CPI+4++P'", "prepaid"),
        ("FTX+BLC+++SHIPPED ON BOARD:FREIGHT COLLECT'", "collect"),
        ("TOD+6++CIF'", None),
    ],
)
def test_freight_terms(tmp_path, terms, read_as):
    (row,) = read(tmp_path, f"{HEADER}{terms}{PORTS}{GOODS}{BOX}")
    assert row["freight_terms"] == read_as


def test_money_of_the_bill_is_of_the_container_where_there_is_only_one(tmp_path):
    money = "CUX+2:EUR:2'MOA+40:86400'MOA+64:1900:EUR'"
    (row,) = read(tmp_path, f"{HEADER}{money}{PORTS}{GOODS}{BOX}")
    assert (row["declared_value"], row["freight_charge"], row["currency"]) == (86400.0, 1900.0, "EUR")
    found = read(tmp_path, f"{HEADER}{money}{PORTS}{GOODS}{BOX}EQD+CN+NRDU4105605+22G1'")
    assert [(row["declared_value"], row["freight_charge"], row["bill_declared_value"]) for row in found] == [
        (None, None, 86400.0)
    ] * 2


def test_a_container_without_goods_of_its_own_is_still_on_the_bill(tmp_path):
    found = read(tmp_path, f"{HEADER}{PORTS}{GOODS}SGP+NRDU7330507+320'{BOX}EQD+CN+NRDU4105605+22G1'")
    assert [(row["container_number"], row["package_count"], row["goods_description"]) for row in found] == [
        ("NRDU7330507", 320, "GREEN COFFEE"),
        ("NRDU4105605", None, "GREEN COFFEE"),
    ]


def test_the_sample_has_two_containers(sample):
    assert [row["package_count"] for row in rows(sample("iftmcs.edi"))] == [320, 310]
