from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore import reference, schema
from riskscore.errors import SettingsError
from riskscore.parties.resolve import add_party_ids
from riskscore.simulation.traffic import one_ship
from riskscore.world import goods
from riskscore.world.omissions import MISSING

pytestmark = pytest.mark.slow

if TYPE_CHECKING:
    from tests.simulation.conftest import Simulated


def _regions() -> dict[str, str]:
    return dict(reference.countries().select("code", "region").iter_rows())


def _region(column: str) -> pl.Expr:
    return pl.col(column).str.head(2).replace_strict(_regions(), default=None, return_dtype=pl.String)


def test_trade_reaches_every_region(world: Simulated) -> None:
    rows = world.honest
    ports = set(rows["port_of_loading"]) | set(rows["port_of_discharge"])
    regions = set(rows.select(_region("port_of_loading")).to_series())
    assert len(ports) >= 200
    assert {"africa", "latam", "northam", "europe", "east_asia", "oceania"} <= regions
    assert rows["hs_codes"].list.first().str.head(2).n_unique() >= 80


def test_every_chapter_of_the_nomenclature_is_traded() -> None:
    chapters = set(goods.load().hs6.str.head(2))
    assert chapters >= {f"{chapter:02}" for chapter in range(1, 98) if chapter != 77}


def test_the_share_from_africa_to_asia_is_that_of_real_trade(world: Simulated) -> None:
    rows = world.honest.select(origin=_region("port_of_loading"), destination=_region("port_of_discharge"))
    asia = pl.col("destination").is_in(["east_asia", "southeast_asia", "south_asia"])
    assert 0.015 < rows.select(((pl.col("origin") == "africa") & asia).mean()).item() < 0.032


@pytest.mark.parametrize(
    ("column", "spread"),
    [(name, 0.04) for name in MISSING if name not in ("consignee_country", "consignee_id", "notify_address")],
)
def test_fields_are_missing_as_often_as_on_real_manifests(world: Simulated, column: str, spread: float) -> None:
    assert world.honest[column].is_null().mean() == pytest.approx(MISSING[column], abs=spread)


def test_about_a_seventh_of_bills_have_new_consignees(world: Simulated) -> None:
    rows = add_party_ids(world.honest).drop_nulls("consignee_key").sort("filed_at")
    new = rows.with_columns(new=pl.col("consignee_key").is_first_distinct()).filter(
        pl.col("filed_at").dt.date() > date(2024, 1, 20)
    )
    assert 0.08 < new["new"].mean() < 0.25


def test_consignees_stay_with_their_goods_and_suppliers(world: Simulated) -> None:
    rows = add_party_ids(world.honest).with_columns(chapter=pl.col("hs_codes").list.first().str.head(2))
    rows = (
        rows.drop_nulls(["consignee_key", "chapter"])
        .unique("bill_of_lading")
        .filter(pl.len().over("consignee_key") >= 5)
    )
    usual = (
        rows.group_by("consignee_key", "chapter")
        .len()
        .group_by("consignee_key")
        .agg(pl.col("len").max() / pl.col("len").sum())
    )
    assert usual["len"].mean() > 0.5


def test_one_firm_is_spelled_in_several_ways(world: Simulated) -> None:
    rows = add_party_ids(world.honest).drop_nulls("shipper_id")
    spellings = rows.group_by("shipper_id").agg(pl.col("shipper_name").n_unique(), bills=pl.len())
    assert spellings.filter(pl.col("bills") >= 8)["shipper_name"].mean() > 1.5


def test_most_container_numbers_are_valid_and_used_again(world: Simulated) -> None:
    numbers = world.honest["container_number"]
    assert 0.001 < (~numbers.str.contains(r"^[A-Z]{3}U\d{7}$")).mean() < 0.005
    assert numbers.n_unique() < numbers.len()


def test_bills_of_one_voyage_share_ship_and_number(world: Simulated) -> None:
    rows = world.honest.drop_nulls(["vessel_name", "voyage"]).unique("bill_of_lading")
    together = rows.group_by("vessel_name", "voyage", "port_of_discharge").len()
    assert together["len"].mean() > 1.5


def test_boxes_arrive_after_they_are_loaded(world: Simulated) -> None:
    rows = world.rows.drop_nulls(["loaded_at", "arrives_at"])
    assert (rows["arrives_at"] > rows["loaded_at"]).all()


def test_several_goods_lines_add_up(world: Simulated) -> None:
    rows = world.honest.drop_nulls("goods_items")
    assert 0.03 < rows.height / world.honest.height < 0.07
    summed = rows.select(
        pl.col("gross_weight_kg"),
        items=pl.col("goods_items").list.eval(pl.element().struct["gross_weight_kg"]).list.sum(),
        count=pl.col("goods_items").list.len(),
    ).drop_nulls("gross_weight_kg")
    assert summed.select((pl.col("gross_weight_kg") - pl.col("items")).abs().max()).item() < 0.05
    assert (summed["count"] >= 2).all()


@pytest.mark.parametrize("language", ["fr", "es", "pt", "vi", "zh"])
def test_some_goods_are_named_in_the_languages_of_the_lane(language: str) -> None:
    named = goods.named_in(language, goods.load().starting("44"))
    assert named.null_count() < len(named)


SHIP = {"origins": ["NGAPP", "GHTEM"], "port_of_discharge": "VNHPH", "n": 25, "date": date(2019, 5, 2)}


def test_one_ship_has_the_requested_ports_and_number_of_boxes() -> None:
    rows = one_ship(9, **SHIP)
    assert dict(rows.schema) == schema.COLUMNS
    assert rows.height == 25
    assert set(rows["port_of_loading"]) == {"NGAPP", "GHTEM"}
    assert rows["port_of_discharge"].unique().to_list() == ["VNHPH"]
    assert rows["vessel_name"].drop_nulls().n_unique() == rows["voyage"].drop_nulls().n_unique() == 1
    assert rows["filed_at"].dt.date().unique().to_list() == [date(2019, 5, 2)]
    assert rows["arrives_at"].drop_nulls().n_unique() == 1


def test_the_same_seed_gives_the_same_ship() -> None:
    assert_frame_equal(one_ship(9, **SHIP), one_ship(9, **SHIP))
    assert one_ship(10, **SHIP)["consignee_name"].to_list() != one_ship(9, **SHIP)["consignee_name"].to_list()


@pytest.mark.parametrize(
    "change", [{"origins": ["XXXXX"]}, {"origins": []}, {"n": 0}, {"port_of_discharge": "NOPLACE"}]
)
def test_a_ship_with_unknown_ports_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="one_ship needs"):
        one_ship(1, **{**SHIP, **change})
