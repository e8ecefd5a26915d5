from __future__ import annotations

import polars as pl
import pytest

from riskscore import schema
from riskscore.history.keys import MADE, keys
from riskscore.parties.resolve import IDS


def made(**values: object) -> dict[str, object]:
    row = {"port_of_loading": "NGAPP", "port_of_discharge": "VNHPH", **values}
    return keys(schema.conform(pl.DataFrame([row]))).row(0, named=True)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["390110"], ("390110", "3901", "39")),
        (["3901.10.00.12", "440399"], ("390110", "3901", "39")),
        (["39 01"], (None, "3901", "39")),
        (["39"], (None, None, "39")),
        (["39011"], (None, None, None)),
        (["plastics"], (None, None, None)),
        (["39O110"], (None, None, None)),
        (["000000"], (None, None, None)),
        ([""], (None, None, None)),
        ([None], (None, None, None)),
        ([], (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_goods_codes_come_from_the_first_code(codes: list[str] | None, expected: tuple[str | None, ...]) -> None:
    row = made(hs_codes=codes)
    assert (row["hs6"], row["hs4"], row["hs2"]) == expected


@pytest.mark.parametrize(
    ("values", "lane", "countries"),
    [
        ({}, "NGAPP>VNHPH", "NG>VN"),
        ({"origin_country": "KE", "destination_country": "CN"}, "NGAPP>VNHPH", "KE>CN"),
        ({"place_of_delivery": "LAVTE"}, "NGAPP>VNHPH", "NG>LA"),
        ({"place_of_delivery": "Vientiane"}, "NGAPP>VNHPH", "NG>VN"),
        ({"port_of_loading": "LAGOS"}, None, None),  # a word of five letters, and no port of Laos
        ({"port_of_loading": "Lagos"}, None, None),
        ({"port_of_loading": "NG"}, None, "NG>VN"),  # only the country of the port is known
        ({"port_of_discharge": None}, None, None),
    ],
)
def test_lane_and_countries_come_from_what_is_declared_else_from_the_ports(
    values: dict[str, str], lane: str | None, countries: str | None
) -> None:
    row = made(**values)
    assert (row["lane"], row["origin_destination"]) == (lane, countries)


def test_rows_keep_their_order_and_every_column_is_there() -> None:
    frame = schema.conform(pl.DataFrame({"bill_of_lading": ["3", "1", "2"], "hs_codes": [["390110"], None, ["0801"]]}))
    result = keys(frame)
    assert result["bill_of_lading"].to_list() == ["3", "1", "2"]
    assert result["hs2"].to_list() == ["39", None, "08"]
    assert {*MADE, *IDS} <= set(result.columns)
    assert keys(result).equals(result)
