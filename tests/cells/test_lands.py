from __future__ import annotations

import polars as pl
import pytest

from riskscore.cells.places.lands import countries

READ = [
    ("KOREA (NORTH)", "KP"),
    ("Korea (DPR)", "KP"),
    ("KOREA, DEM. PEOPLE'S REP.", "KP"),
    ("KOREA, REP. OF", "KR"),
    ("CONGO (REP)", "CG"),
    ("Congo (Dem. Rep.)", "CD"),
    ("GUINEA (EQUATORIAL)", "GQ"),
    ("SAMOA (AMERICAN)", "AS"),
    ("SUDAN (SOUTH)", "SS"),
    ("VIRGIN ISLANDS (U.S.)", "VI"),
    ("Myanmar (formerly Burma)", "MM"),
    ("ES, SPAIN", "ES"),
    ("ESPAÑA", "ES"),
    ("BRASIL", "BR"),
    ("CHINE", "CN"),
    ("DEUTSCHLAND", "DE"),
    ("ETATS-UNIS", "US"),
    ("Estados Unidos", "US"),
    ("HONG KONG, CHINA", "HK"),
    ("Россия", "RU"),
    ("مصر", "EG"),
    ("대한민국", "KR"),
    ("日本", "JP"),
    ("中国香港", "HK"),
    ("Mỹ", "US"),
    ("Bỉ", "BE"),
    ("Nga", "RU"),
    ("NGA", "NG"),
    ("\uff2a\uff21\uff30\uff21\uff2e", "JP"),
    ("Zaire", "CD"),
    ("Upper Volta", "BF"),
    ("VN (VIETNAM)", "VN"),
    ("KR - KOREA, REPUBLIC OF", "KR"),
]

UNKNOWN = [
    "CHINA (VIETNAM)",
    "INDIA (SOMEWHERE)",
    "KOREA (EASTERN)",
    "VIRGIN ISLANDS",
    "CHINA, REPUBLIC OF",
    "US - CHINA",
    "USSR",
    "YUGOSLAVIA",
    "GEORGIA (US)",
]


@pytest.mark.parametrize(("text", "code"), READ)
def test_countries_in_any_language_and_order_are_read(text: str, code: str) -> None:
    assert countries(pl.Series([text])).to_list() == [code]


@pytest.mark.parametrize("text", UNKNOWN)
def test_a_part_that_is_not_understood_makes_the_country_unknown(text: str) -> None:
    assert countries(pl.Series([text])).to_list() == [text]


def test_codes_of_three_digits_count_where_all_of_a_column_are_of_iso_3166() -> None:
    assert countries(pl.Series(["392", "036", None])).to_list() == ["JP", "AU", None]
    assert countries(pl.Series(["116", "142"])).to_list() == ["116", "142"]  # a customs list: 142 is not in ISO 3166
