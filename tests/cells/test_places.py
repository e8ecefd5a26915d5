from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells.places import countries, ports

PORTS = [
    ("VNHPH", "VNHPH"),
    ("VN HPH", "VNHPH"),
    ("vn-hph", "VNHPH"),
    ("Haiphong", "VNHPH"),
    ("HAIPHONG, VIETNAM", "VNHPH"),
    ("Haiphong (VNHPH)", "VNHPH"),
    ("Port of Singapore", "SGSIN"),
    ("Hamburg", "DEHAM"),
    ("57035 - Singapore", "SGSIN"),
    ("Sài Gòn", "VNSGN"),
    ("Los Angeles, CA", "USLAX"),
    ("Los Angeles, California", "USLAX"),
    ("Vancouver, BC", "CAVAN"),
    ("Hamburg, CA", "HAMBURG, CA"),
    ("ZZ Nowhere at all", "ZZ NOWHERE AT ALL"),
    ("VN Q9Q", "VNQ9Q"),
    ("安特卫普", "安特卫普"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ("GHANA", "GH"),  # the country is known, and the port is not
    ("Brazil", "BR"),  # not Brazil in Indiana
    ("P.R. CHINA", "CN"),
    ("KE", "KE"),
    ("Singapore", "SGSIN"),
    ("KENYA", "KE"),
    ("NEPAL", "NP"),
    ("MARSH", "MARSH"),  # five letters, but no code
    ("CAN", "CAN"),  # Canada, or Guangzhou
    ("ARATU", "ARATU"),  # a port of Brazil, and the code of a place in Argentina
    ("ARATU, BRAZIL", "BRARB"),
    ("HAMDE", "DEHAM"),
    ("INMAA1", "INMAA"),
    ("DEHAM - Hamburg", "DEHAM"),
    ("BUSAN (KR)", "KRPUS"),
    ("Busan/Korea", "KRPUS"),
    ("KOREA - BUSAN", "KRPUS"),
    ("CHENNAI SEA", "INMAA"),
    ("青岛", "CNTAO"),
    ("Tripoli, Lebanon", "LBKYE"),
    ("Kingston, Ontario", "CA"),
    ("SAN ANTONIO, TX", "US"),
    ("3001, HOUSTON, TX", "USHOU"),
    ("Houston, TX, USA", "USHOU"),
    ("MIDDLE OF NOWHERE, GHANA", "GH"),
    ("Nairobi", "KENBO"),
]


@pytest.mark.parametrize(("text", "locode"), PORTS)
def test_ports_become_locodes_or_stay_in_capitals(text: str, locode: str) -> None:
    assert ports(pl.Series([text, None])).to_list() == [locode, None]


COUNTRIES = [
    ("VN", "VN"),
    ("vnm", "VN"),
    ("Viet Nam", "VN"),
    ("Vietnam", "VN"),
    ("Ivory Coast", "CI"),
    ("Côte d'Ivoire", "CI"),
    ("Congo, The Democratic Republic of the", "CD"),
    ("DR Congo", "CD"),
    ("Tanzania", "TZ"),
    ("Republic of Korea", "KR"),
    ("USA", "US"),
    ("Atlantis", "ATLANTIS"),
    ("Vietnam (VN)", "VN"),
    ("VN - Vietnam", "VN"),
    ("China (Mainland)", "CN"),
    ("China (Vietnam)", "CHINA (VIETNAM)"),
]


@pytest.mark.parametrize(("text", "code"), COUNTRIES)
def test_countries_become_alpha_2_or_stay_in_capitals(text: str, code: str) -> None:
    assert countries(pl.Series([text, None])).to_list() == [code, None]


def test_a_name_alone_does_not_contradict_its_country() -> None:
    assert ports(pl.Series(["Hamburg, Vietnam"])).to_list() == ["HAMBURG, VIETNAM"]
