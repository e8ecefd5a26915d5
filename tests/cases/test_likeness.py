"""The two cases of 2019 find each other and cases of their kind; a box unlike any case finds none."""

from pathlib import Path

import polars as pl
import pytest

import riskscore
from riskscore.cases import library, published
from riskscore.cases.likeness import PUBLISHED, compare
from riskscore.cases.traits import of_case
from riskscore.language import ENGLISH

SAMPLES = Path(__file__).parents[2] / "sample_manifests"
HAIPHONG, SINGAPORE = "2019-haiphong-pangolin-resin", "2019-singapore-pangolin-timber"


def _row(name: str, bill: str) -> pl.DataFrame:
    return riskscore.read(SAMPLES / f"{name}.csv").consignments.filter(bill_of_lading=bill).head(1)


@pytest.fixture(scope="module")
def haiphong() -> pl.DataFrame:
    return _row("haiphong-2019", "LOSHPH190144")


@pytest.fixture(scope="module")
def singapore() -> pl.DataFrame:
    return _row("singapore-2019", "MATSGN190718")


def test_a_case_of_2019_is_most_like_itself_and_gives_reasons(haiphong, singapore):
    for row, case in ((haiphong, HAIPHONG), (singapore, SINGAPORE)):
        found = published(row, 5)
        assert dict(found.schema) == PUBLISHED
        assert found["id"][0] == case
        assert found["likeness"].is_sorted(descending=True)
        assert len(found["shares"][0]) >= 3
    assert "Both go to the same port: Haiphong (VNHPH)." in published(haiphong, 1)["shares"][0]


def test_the_cases_of_2019_find_each_other_before_four_fifths_of_the_library(haiphong, singapore):
    """For Singapore, eleven cases of timber or from the Congo's neighbours to Vietnam are nearer than Haiphong."""
    assert SINGAPORE in published(haiphong, 5)["id"].to_list()
    assert HAIPHONG in published(singapore, len(library.load()) // 5)["id"].to_list()


@pytest.mark.parametrize(("name", "kinds"), [("haiphong", {"resin", "plastic_waste"}), ("singapore", {"timber"})])
def test_the_nearest_other_cases_are_african_wildlife_with_similar_cover_goods_or_markets(name, kinds, request):
    others = [library.find(case_id) for case_id in published(request.getfixturevalue(name), 6)["id"]][1:]
    assert sum(case.kind in kinds for case in others) >= 2
    assert all(38 in case.indicators for case in others)


def test_a_box_unlike_any_case_finds_none(haiphong):
    plain = haiphong.with_columns(
        goods_description=pl.lit("PAPER TISSUES"),
        hs_codes=pl.lit(["481820"]),
        port_of_loading=pl.lit("SEGOT"),
        place_of_receipt=pl.lit("SEGOT"),
        origin_country=pl.lit("SE"),
        transhipment_ports=pl.lit([], pl.List(pl.String)),
        port_of_discharge=pl.lit("FIHEL"),
        place_of_delivery=pl.lit("FIHEL"),
        destination_country=pl.lit("FI"),
    )
    assert published(plain).is_empty()


def test_unknown_values_count_neither_for_nor_against():
    bare = of_case(library.find("2015-hong-kong-pangolin-undeclared"))
    shares, differs = compare(bare, of_case(library.find(HAIPHONG)), ENGLISH)
    assert not any("Declared" in text or "cover" in text.lower() for text in (*shares, *differs))
