import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from riskscore.judging.curves import curve
from riskscore.model.booster import Booster
from riskscore.pages import evaluation
from riskscore.scoring.score import score
from riskscore.training.dataset import Dataset
from riskscore.training.evaluate import judge_scores

NOW = datetime(2024, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def record(toy_booster: Booster, toy_data: Dataset) -> dict[str, Any]:
    rows = toy_data.rows.with_columns(pl.col("commodity").replace("ivory", "<b>ivory</b>"))
    data = Dataset(rows, toy_data.matrix, toy_data.labels)
    scored = score(data.matrix, toy_booster)
    points = curve(scored["margin"].to_numpy(), data.target)
    made = {"model": "<script>x</script>", "data": "simulated", **judge_scores(scored, data), "curve": points}
    return dict(json.loads(json.dumps(made, allow_nan=False)))


def test_the_page_shows_the_data_and_the_figures(record: dict[str, Any]) -> None:
    page = evaluation.render(record, now=NOW)
    for wanted in (
        "Tested on simulated traffic",
        "2024-01-01 to 2024-04-29",
        "24,000 consignments",
        f"{record['overall']['at'][2]['recall']['value']:.1%}",
        "found at capacity",
        "What could not be judged",
        "Kilograms: no quantity is known",
        "Are the probabilities correct",
        "cover_load",
        "resampled by days",
    ):
        assert wanted in page, wanted
    assert page.count("<svg") == 3
    assert not any(outside in page for outside in ("<script", "src=", "@import", "url("))


def test_texts_are_escaped(record: dict[str, Any]) -> None:
    page = evaluation.render(record, now=NOW)
    assert "&lt;b&gt;ivory&lt;/b&gt;" in page
    assert "<b>ivory" not in page
    assert "&lt;script&gt;" in page


def test_a_page_on_real_outcomes_says_that_they_are_no_sample(toy_booster: Booster, toy_data: Dataset) -> None:
    data = Dataset(toy_data.rows, toy_data.matrix, "outcomes")
    scored = score(data.matrix, toy_booster)
    points = curve(scored["margin"].to_numpy(), data.target)
    page = evaluation.render({"model": "m", "data": "real", **judge_scores(scored, data), "curve": points}, now=NOW)
    assert "simulated" not in page
    assert "not a random sample" in page
    assert "seizures" in page
    assert "random inspections only" in page


def test_one_day_with_one_seizure_and_no_capacity_still_makes_a_page(toy_booster: Booster, toy_data: Dataset) -> None:
    at = toy_data.rows.with_row_index()
    one = pl.concat([at.filter(pl.col("label") == 1).head(1), at.filter(pl.col("label") == 0).head(9)])["index"]
    data = Dataset(toy_data.rows[one], toy_data.matrix[one], "truth")
    scored = score(data.matrix, toy_booster)
    points = curve(scored["margin"].to_numpy(), data.target)
    page = evaluation.render({"model": "m", "data": "real", **judge_scores(scored, data), "curve": points}, now=NOW)
    assert "10 consignments" in page
    assert page.count("<svg") == 3
