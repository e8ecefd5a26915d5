import json
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.model.booster import Booster
from riskscore.model.tables import tables
from riskscore.scoring.score import score
from riskscore.selection import capacity
from riskscore.training.dataset import Dataset
from riskscore.training.evaluate import judge_scores


def test_rip_on_rip_off_is_judged_with_and_without(toy_booster: Booster, toy_data: Dataset) -> None:
    figures = judge_scores(score(toy_data.matrix, toy_booster), toy_data)
    traceless = toy_data.rows.filter(pl.col("scheme") == "rip_on_rip_off").height
    assert figures["overall"]["positives"] - figures["without_rip_on_rip_off"]["positives"] == traceless > 0
    assert {entry["name"] for entry in figures["by_scheme"]} == {"cover_load", "rip_on_rip_off"}
    assert figures["random"] is None


def test_outcomes_are_declared_not_a_random_sample_and_random_ones_are_judged_separately(
    toy_booster: Booster, toy_data: Dataset
) -> None:
    data = replace(toy_data, labels="outcomes", rows=toy_data.rows.with_columns(scheme=pl.lit(None, pl.String)))
    figures = judge_scores(score(data.matrix, toy_booster), data)
    assert "not a random sample" in figures["note"]
    assert figures["random"]["rows"] == data.rows.filter(pl.col("selected_by") == "random").height
    assert (figures["without_rip_on_rip_off"], figures["by_scheme"]) == (None, [])
    assert any("not a random sample" in table.note for table in tables(figures))


def test_an_evaluation_is_json_and_reproducible(toy_booster: Booster, toy_data: Dataset) -> None:
    scored = score(toy_data.matrix, toy_booster)
    first, second = (json.dumps(judge_scores(scored, toy_data), allow_nan=False) for _ in range(2))
    assert first == second


def with_ports(data: Dataset) -> Dataset:
    """The toy world with a third of the rows at each of two ports and a third without; half of the parties are new."""
    size = data.rows.height
    ports = pl.Series(["VNHPH", "SGSIN", None] * (size // 3))
    rows = data.rows.with_columns(
        ports.alias("port_of_discharge"),
        pl.lit("NGAPP").alias("port_of_loading"),
        pl.when(pl.col("label") == 1).then(pl.int_range(pl.len()) % 7).cast(pl.Float64).alias("quantity_kg"),
    )
    before = pl.Series([0.0, 1.1] * (size // 2), dtype=pl.Float32)
    shipper = pl.Series([0.0, 0.0, 2.2, None] * (size // 4), dtype=pl.Float32)
    return Dataset(rows, data.matrix.with_columns(consignee_before=before, shipper_before=shipper), data.labels)


def test_a_capacity_opens_the_riskiest_of_each_port_and_day(toy_booster: Booster, toy_data: Dataset) -> None:
    data = with_ports(toy_data)
    scored = score(data.matrix, toy_booster)
    boxes = {"VNHPH": {"boxes": 3, "on": [{"date": date(2024, 1, 1), "boxes": 0}]}}
    figures = judge_scores(scored, data, capacity=capacity.parse({"default": {"boxes": 1}, "port": boxes}))
    counts = figures["capacity"]
    assert (counts["ports"], counts["port_days"], counts["used"]) == (3, 360, 119 * 3 + 120 + 120)
    ranked = data.rows.with_columns(scored["rank"]).filter(pl.col("day") > date(2024, 1, 1))
    expected = sum(
        part.sort("rank").head(3 if port == "VNHPH" else 1)["label"].sum()
        for (port, _), part in ranked.partition_by("port_of_discharge", "day", as_dict=True).items()
    )
    first = data.rows.with_columns(scored["rank"]).filter(pl.col("day") == date(2024, 1, 1))
    expected += sum(
        part.sort("rank").head(1)["label"].sum()
        for (port,), part in first.partition_by("port_of_discharge", as_dict=True).items()
        if port != "VNHPH"
    )
    assert figures["overall"]["capacity"]["found"] == expected
    assert figures["overall"]["capacity"]["precision"]["value"] == pytest.approx(expected / counts["used"], abs=1e-5)
    assert figures["overall"]["resampled"] == "days"
    assert figures["overall"]["unweighed"] == int((data.rows["quantity_kg"] == 0).sum())


def test_parties_without_a_history_are_judged_separately(toy_booster: Booster, toy_data: Dataset) -> None:
    data = with_ports(toy_data)
    figures = judge_scores(score(data.matrix, toy_booster), data)
    size = data.rows.height
    assert [(entry["name"], entry["rows"]) for entry in figures["cold_start"]] == [
        ("consignee never seen", size // 2),
        ("shipper never seen", size // 2),
        ("both never seen", size // 4),
        ("one not named", size // 4),
    ]


def test_what_could_not_be_judged_is_listed(toy_booster: Booster, toy_data: Dataset) -> None:
    data = replace(toy_data, labels="outcomes", rows=toy_data.rows.with_columns(pl.lit("officer").alias("selected_by")))
    sentences = " ".join(judge_scores(score(data.matrix, toy_booster), data)["not_judged"])
    for word in ("Kilograms", "Parties without a history", "0 random inspections", "no box was opened at random"):
        assert word in sentences, word


def test_a_part_with_one_label_is_null_and_few_days_resample_bills(toy_booster: Booster, toy_data: Dataset) -> None:
    data = toy_data.where(pl.col("day") < date(2024, 1, 11))
    rows = data.rows.with_columns(pl.when(pl.col("label") == 1).then(pl.lit("rip_on_rip_off")).alias("scheme"))
    figures = judge_scores(score(data.matrix, toy_booster), replace(data, rows=rows))
    assert figures["without_rip_on_rip_off"] is None
    assert figures["overall"]["resampled"] == "bills"


def test_one_day_can_be_judged_and_a_day_that_is_all_clean_cannot(toy_booster: Booster, toy_data: Dataset) -> None:
    data = toy_data.where(pl.col("day") == date(2024, 2, 1))
    figures = judge_scores(score(data.matrix, toy_booster), data)
    assert figures["period"] == {"first": "2024-02-01", "last": "2024-02-01", "days": 1}
    assert all(len(set(map(len, table.rows))) == 1 for table in tables(figures))
    clean = data.where(pl.col("label") == 0)
    with pytest.raises(TrainingError, match=f"0 of {clean.rows.height} consignments are positive"):
        judge_scores(score(clean.matrix, toy_booster), clean)


def test_boxes_of_the_same_bill_do_not_narrow_an_interval(toy_booster: Booster, toy_data: Dataset) -> None:
    """Ten identical boxes on each bill carry no more information than one; resampling rows would suggest they do."""
    data = toy_data.where(pl.col("day") < date(2024, 1, 16))
    many = Dataset(pl.concat([data.rows] * 10), pl.concat([data.matrix] * 10), data.labels)
    once, ten = (judge_scores(score(one.matrix, toy_booster), one)["overall"] for one in (data, many))
    widths = [one["roc_auc"]["high"] - one["roc_auc"]["low"] for one in (once, ten)]
    assert widths[1] == pytest.approx(widths[0], rel=0.25)
    assert np.isclose(once["roc_auc"]["value"], ten["roc_auc"]["value"], atol=1e-4)
