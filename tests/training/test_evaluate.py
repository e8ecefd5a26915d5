import json
from dataclasses import replace

import polars as pl

from riskscore.model.booster import Booster
from riskscore.model.tables import tables
from riskscore.scoring.score import score
from riskscore.training.dataset import Dataset
from riskscore.training.evaluate import judged


def test_rip_on_rip_off_is_judged_with_and_without(toy_booster: Booster, toy_data: Dataset) -> None:
    found = judged(score(toy_data.matrix, toy_booster), toy_data)
    traceless = toy_data.rows.filter(pl.col("scheme") == "rip_on_rip_off").height
    assert found["overall"]["positives"] - found["without_rip_on_rip_off"]["positives"] == traceless > 0
    assert {entry["name"] for entry in found["by_scheme"]} == {"cover_load", "rip_on_rip_off"}
    assert found["random"] is None


def test_outcomes_are_said_to_be_no_sample_and_random_ones_judged_apart(
    toy_booster: Booster, toy_data: Dataset
) -> None:
    data = replace(toy_data, labels="outcomes", rows=toy_data.rows.with_columns(scheme=pl.lit(None, pl.String)))
    found = judged(score(data.matrix, toy_booster), data)
    assert "no sample" in found["note"]
    assert found["random"]["rows"] == data.rows.filter(pl.col("selected_by") == "random").height
    assert (found["without_rip_on_rip_off"], found["by_scheme"]) == (None, [])
    assert any("no sample" in table.note for table in tables(found))


def test_a_judgement_is_json_and_the_same_each_time(toy_booster: Booster, toy_data: Dataset) -> None:
    scored = score(toy_data.matrix, toy_booster)
    first, second = (json.dumps(judged(scored, toy_data), allow_nan=False) for _ in range(2))
    assert first == second
