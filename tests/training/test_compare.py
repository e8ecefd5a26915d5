"""Two models on the same rows: rows left out, what each finds, which rows move, and which features move them."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.training.compare import Contender, compare, later, learned_until
from riskscore.training.dataset import Dataset

LAST = date(2024, 4, 1)
"""Last day that the contenders learned from; the toy world has 120 days."""


def until(booster: Booster, day: date) -> Booster:
    return replace(booster, card=replace(booster.card, learned_until=str(day)))


@pytest.fixture(scope="module")
def good(seeing: Booster) -> Contender:
    return Contender("good", seeing)


@pytest.fixture(scope="module")
def poor(blind: Booster) -> Contender:
    return Contender("poor", until(blind, date(2024, 3, 1)))


@pytest.fixture(scope="module")
def record(toy_data: Dataset, toy_catalogue: Catalogue, poor: Contender, good: Contender) -> dict:
    return compare(toy_data, poor, good, catalogue=toy_catalogue)


def test_rows_that_either_has_learned_from_are_left_out_and_counted(toy_data: Dataset, record: dict) -> None:
    before = toy_data.rows.filter(pl.col("day") <= LAST).height
    assert record["left_out"] == {"rows": before, "until": str(LAST)}
    assert record["rows"] == toy_data.rows.height - before > 0
    assert record["period"]["first"] == "2024-04-02"


def test_if_no_row_is_left_the_error_names_the_model_and_its_last_day(toy_data: Dataset, good: Contender) -> None:
    end = date(2024, 12, 31)
    with pytest.raises(TrainingError, match=f"none of .* is from after {end}, the last day that late learned"):
        later(toy_data, good, Contender("late", until(good.booster, end)))


def test_the_shipped_model_excludes_no_day_and_an_old_card_gives_the_last_day_of_its_parts(
    toy_data: Dataset, good: Contender, seeing: Booster
) -> None:
    assert later(toy_data, replace(good, ships=True)) == (toy_data, None)
    old = replace(seeing.card, learned_until="")
    parts = [{"part": "train", "to": "2024-03-02"}, {"part": "calibration", "to": "2024-03-20"},
             {"part": "test", "to": "2024-04-20"}]  # fmt: skip
    assert learned_until(replace(old, splits=parts)) == date(2024, 3, 20)
    assert learned_until(replace(old, splits=[])) is None


def test_the_better_model_finds_more_and_the_interval_says_so(record: dict) -> None:
    area = record["overall"]["roc_auc"]
    assert area["difference"]["low"] > 0
    assert area["b"]["value"] - area["a"]["value"] == pytest.approx(area["difference"]["value"], abs=2e-5)
    recall = record["capacity"]["recall"]["difference"]
    assert recall["low"] <= record["capacity"]["least"] <= recall["value"] <= recall["high"]


def test_rows_found_and_moved_add_up(record: dict) -> None:
    hits = record["capacity"]["found"]
    for top, move in record["moves"].items():
        stayed, entered, left = (move[way] for way in ("stayed", "entered", "left"))
        assert stayed["rows"] + entered["rows"] == stayed["rows"] + left["rows"] == move["top"]
        if top == "capacity":
            assert stayed["positives"] + entered["positives"] == hits["b"]
            assert stayed["positives"] + left["positives"] == hits["a"]
        for row in entered["most"]:
            assert row["rank_b"] < row["rank_a"]
    assert record["moves"]["5%"]["top"] == round(0.05 * record["rows"])


def test_a_feature_that_one_model_lacks_is_the_first_cause_of_moves(record: dict) -> None:
    assert record["why"][0]["feature"] == "newcomer"
    assert record["why"][0]["entered"] > 0 > record["why"][0]["left"]


def test_a_model_against_itself_moves_nothing(toy_data: Dataset, toy_catalogue: Catalogue, good: Contender) -> None:
    same = compare(toy_data, good, good, catalogue=toy_catalogue)
    assert same["overall"]["roc_auc"]["difference"] == {"value": 0, "low": 0, "high": 0}
    assert {move["entered"]["rows"] for move in same["moves"].values()} == {0}
    assert same["why"] == []


def test_a_model_with_its_own_strengths_is_scored_on_its_own_dataset(
    toy_data: Dataset, toy_catalogue: Catalogue, good: Contender
) -> None:
    half = replace(toy_data, matrix=toy_data.matrix.with_columns(newcomer=pl.lit(0, pl.Float32)))
    comparison = compare(toy_data, replace(good, own=half), good, catalogue=toy_catalogue)
    alone = compare(half, good, good, catalogue=toy_catalogue)
    assert comparison["overall"]["roc_auc"]["a"] == alone["overall"]["roc_auc"]["b"]
    assert comparison["overall"]["roc_auc"]["difference"]["low"] > 0
    assert comparison["why"][0]["feature"] == "newcomer"


def test_random_inspections_are_compared_alone_where_they_found_enough(
    toy_data: Dataset, toy_catalogue: Catalogue, poor: Contender, good: Contender, record: dict
) -> None:
    assert record["random"]["rows"] < record["rows"]
    few = toy_data.rows.with_columns(
        selected_by=pl.when(pl.col("label") == 0).then("selected_by").otherwise(pl.lit("officer"))
    )
    assert compare(replace(toy_data, rows=few), poor, good, catalogue=toy_catalogue)["random"] is None


def test_a_capacity_that_opens_most_rows_is_replaced_by_a_share(
    toy_data: Dataset, toy_catalogue: Catalogue, record: dict, poor: Contender, good: Contender
) -> None:
    assert (record["capacity"]["instead"], record["capacity"]["boxes"]) == (None, 10 * 28)  # ten per day, one port
    tenth = toy_data.where(pl.int_range(pl.len()) % 12 == 0)
    comparison = compare(tenth, poor, good, catalogue=toy_catalogue)["capacity"]
    assert (comparison["instead"], comparison["boxes"]) == (0.1, round(0.1 * (tenth.rows["day"] > LAST).sum()))
