from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.features.catalogue import Catalogue
from riskscore.model.booster import Booster
from riskscore.scoring.score import features
from riskscore.training.dataset import Dataset
from riskscore.training.train import fit


@pytest.mark.slow
def test_two_trainings_give_the_same_bytes(
    toy_booster: Booster, toy_data: Dataset, toy_catalogue: Catalogue, tmp_path: Path
) -> None:
    toy_booster.save(tmp_path / "one")
    fit([toy_data], toy_catalogue).save(tmp_path / "two")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_the_model_finds_the_planted_signals_and_is_judged_on_later_days(toy_booster: Booster) -> None:
    card = toy_booster.card
    assert 0.7 < card.test["overall"]["roc_auc"]["value"] < 0.95
    assert card.test["comparison"]["logistic_regression"]["roc_auc"] > 0.6
    assert {entry["feature"] for entry in card.test["comparison"]["single_features"][:2]} <= {
        "newcomer",
        "trusted",
        "price_gap",
    }
    assert card.importance[-1]["text"] == "noise"
    assert card.splits[0]["to"] < card.splits[-1]["from"]
    assert card.test["overall"]["rows"] == card.splits[-1]["rows"]


def test_expected_positives_are_close_to_those_found(toy_booster: Booster) -> None:
    overall = toy_booster.card.test["overall"]
    assert overall["expected_positives"] == pytest.approx(overall["positives"], rel=0.3)


@pytest.mark.parametrize(("feature", "direction"), [("newcomer", 1), ("price_gap", 1), ("trusted", -1)])
def test_a_declared_direction_holds_everywhere(
    toy_booster: Booster, toy_data: Dataset, feature: str, direction: int
) -> None:
    rows = toy_data.matrix.head(300)
    margins = [
        toy_booster.margin(features(rows.with_columns(pl.lit(value, pl.Float32).alias(feature)), toy_booster))
        for value in np.linspace(-3, 10, 27)
    ]
    assert (direction * np.diff(np.array(margins), axis=0) >= -1e-9).all()


@pytest.mark.slow
def test_the_card_of_a_model_from_outcomes_says_so(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    card = fit([replace(toy_data, labels="outcomes", filed=10 * toy_data.rows.height)], toy_catalogue).card
    assert (card.data, card.labels) == ("real", "outcomes")
    assert card.calibration["on"] == "random inspections of later days"
    assert card.test["random"]["rows"] < card.test["overall"]["rows"]
    assert "chosen" in card.to_markdown()


@pytest.mark.slow
def test_each_of_several_datasets_is_split_by_its_own_days(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    later = replace(toy_data, rows=toy_data.rows.with_columns(pl.col("day").dt.offset_by("400d")))
    one, both = fit([toy_data], toy_catalogue).card, fit([toy_data, later], toy_catalogue).card
    assert [part["rows"] for part in both.splits] == [2 * part["rows"] for part in one.splits]
    assert both.splits[0]["from"] == one.splits[0]["from"] < one.splits[-1]["to"] < both.splits[-1]["to"]
    assert both.rows == 2 * one.rows


def test_a_part_without_a_positive_row_is_refused(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    blank = toy_data.rows.with_columns(
        label=pl.when(pl.col("day") > pl.date(2024, 4, 10)).then(0).otherwise("label").cast(pl.Int8)
    )
    with pytest.raises(TrainingError, match=r"the part 'test' \(.*has 0 positive"):
        fit([Dataset(blank, toy_data.matrix, "truth")], toy_catalogue)


@pytest.mark.slow
def test_the_card_has_the_distribution_of_all_filed_consignments(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    opened = toy_data.where(pl.col("selected_by") == "officer")
    closed = toy_data.where(pl.col("selected_by") == "random")
    # Officers opened newcomers alone; of all others, which nobody opened, every second was kept.
    newcomers = opened.matrix.with_columns(newcomer=pl.lit(1, pl.Float32))
    filed = opened.rows.height + 2 * closed.rows.height
    data = replace(opened, labels="outcomes", matrix=newcomers, closed=closed, filed=filed)
    card = fit([data], toy_catalogue).card
    total = 2 * 0.9 + 1  # of two closed rows and an opened one, as many as have a value
    assert list(card.reference["features"]) == toy_catalogue.names
    assert card.reference["features"]["newcomer"]["shares"][-1] == pytest.approx((1 + 2 * 0.9 * 0.16) / total, abs=0.03)
    assert sum(card.reference["score"]["shares"]) == pytest.approx(1)


def test_the_card_says_how_to_train_the_model_again(toy_booster: Booster) -> None:
    card = toy_booster.card
    assert card.learned_until == "2024-04-29"
    assert set(card.reproduction) == {"riskscore", "lightgbm", "polars", "data_sha256", "seed"}
    text = card.to_markdown()
    for wanted in ("How the rows were chosen", "before test", card.reproduction["data_sha256"], "trained on all days"):
        assert wanted in text


@pytest.mark.slow
def test_the_final_model_has_learned_from_the_test_days_too(toy_data: Dataset, toy_catalogue: Catalogue) -> None:
    last = pl.col("day") > pl.date(2024, 4, 20)
    flipped = toy_data.rows.with_columns(label=pl.when(last).then(1 - pl.col("label")).otherwise("label").cast(pl.Int8))
    one, other = fit([toy_data], toy_catalogue), fit([replace(toy_data, rows=flipped)], toy_catalogue)
    assert one.card.trees == other.card.trees  # the folds, which choose, end before
    assert one.card.model_sha256 != other.card.model_sha256
    assert one.card.splits[-1]["from"] <= "2024-04-20"
