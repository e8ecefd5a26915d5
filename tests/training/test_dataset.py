from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from riskscore.errors import TrainingError
from riskscore.features import build
from riskscore.history.past import Past
from riskscore.schema import KEY, OUTCOME, conform
from riskscore.training import dataset as module
from riskscore.training.dataset import dataset
from riskscore.training.labels import Labels

SIZE = 60
START = datetime(2024, 1, 1, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def log() -> pl.DataFrame:
    """Six filings a day of three consignees, latest day first."""
    rows = [
        {
            "bill_of_lading": f"BL{row:04}",
            "container_number": f"TOYU{row:07}",
            "filed_at": START + timedelta(days=row // 6, hours=row % 6),
            "port_of_loading": "BRSSZ" if row % 2 else "NGAPP",
            "port_of_discharge": "VNHPH",
            "goods_description": "POLYPROPYLENE RESIN IN BAGS",
            "hs_codes": ["390210"],
            "consignee_name": f"Consignee {'ABC'[row % 3]} Trading",
            "vessel_name": "TOY STAR",
            "voyage": f"{row // 6}",
        }
        for row in reversed(range(SIZE))
    ]
    return conform(pl.DataFrame(rows))


def found(log: pl.DataFrame, findings: dict[int, list[str]]) -> pl.DataFrame:
    """Return outcomes of the rows with these bill numbers, known ten days after filing."""
    rows = [
        {
            "bill_of_lading": f"BL{row:04}",
            "container_number": f"TOYU{row:07}",
            "inspected_at": START + timedelta(days=row // 6 + 9),
            "known_at": START + timedelta(days=row // 6 + 10 + place),
            "selected_by": "random",
            "finding": finding,
            "commodity": "ivory" if finding == "seizure" else None,
        }
        for row, several in findings.items()
        for place, finding in enumerate(several)
    ]
    return pl.DataFrame(rows, schema=OUTCOME)


def test_outcomes_label_only_inspected_rows(log: pl.DataFrame) -> None:
    data = dataset(log, Labels(found(log, {3: ["clean"], 50: ["seizure"], 20: ["irregular"], 9: ["clean", "seizure"]})))
    assert data.labels == "outcomes"
    assert data.rows.select("bill_of_lading", "label", "commodity").rows() == [
        ("BL0003", 0, None),
        ("BL0009", 1, "ivory"),
        ("BL0020", 0, None),
        ("BL0050", 1, "ivory"),
    ]
    assert data.matrix.select(KEY).equals(data.rows.select(KEY))


def test_quantities_come_from_the_truth_if_it_has_them_else_from_seizures(log: pl.DataFrame) -> None:
    outcomes = found(log, {3: ["clean", "seizure"], 9: ["seizure"]}).with_columns(
        quantity_kg=pl.Series([5.0, 70.0, None], dtype=pl.Float64)
    )
    rows = dataset(log, Labels(outcomes)).rows
    assert rows["quantity_kg"].to_list() == [70, None]
    assert rows.select("port_of_loading", "port_of_discharge").rows() == [("BRSSZ", "VNHPH")] * 2
    truth = outcomes.select(*KEY, smuggled=True, scheme=pl.lit("cover_load"), commodity=pl.lit("ivory")).unique()
    assert dataset(log, Labels(outcomes, truth=truth)).rows["quantity_kg"].to_list() == [70, None]
    weighed = truth.with_columns(quantity_kg=pl.lit(8.5))
    assert dataset(log, Labels(outcomes, truth=weighed)).rows["quantity_kg"].to_list() == [8.5, 8.5]
    assert dataset(log, Labels(truth=weighed)).rows["quantity_kg"].to_list() == [8.5, 8.5]


def test_truth_labels_every_row_that_it_names(log: pl.DataFrame) -> None:
    truth = log.select(*KEY, smuggled=pl.col("bill_of_lading") == "BL0007", scheme=pl.lit("x"), commodity=pl.lit("y"))
    data = dataset(log, Labels(truth=truth.head(58)))
    assert (data.labels, data.rows.height, data.positives) == ("truth", 58, 1)
    assert data.rows["day"].is_sorted()


@pytest.mark.parametrize("batch", [1, 7, 1_000])
def test_features_are_those_of_the_night_on_which_a_row_was_filed(
    log: pl.DataFrame, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(module, "BATCH", batch)
    outcomes = found(log, {0: ["seizure"], 1: ["clean"], 30: ["clean"], 57: ["clean"]})
    data = dataset(log, Labels(outcomes))
    day = pl.col("filed_at").dt.date()
    for bill in ("BL0030", "BL0057"):
        filed = log.filter(pl.col("bill_of_lading") == bill).select(day).item()
        night = build.build(log.filter(day == filed), Past(history=log.filter(day < filed), outcomes=outcomes))
        expected = night.filter(pl.col("bill_of_lading") == bill)
        assert data.matrix.filter(pl.col("bill_of_lading") == bill).equals(expected)
        assert expected["consignee_before"].item() > 0


def test_history_counts_but_is_not_labelled(log: pl.DataFrame) -> None:
    outcomes = found(log, {0: ["clean"], 58: ["seizure"]})
    late = pl.col("filed_at") >= START + timedelta(days=8)
    data = dataset(log.filter(late), Labels(outcomes), Past(history=log.filter(~late)))
    assert data.rows["bill_of_lading"].to_list() == ["BL0058"]
    assert (
        data.matrix["consignee_before"].to_list()
        == dataset(log, Labels(outcomes)).matrix["consignee_before"].to_list()[1:]
    )


@pytest.mark.parametrize("outcomes", [None, pl.DataFrame(schema=OUTCOME)])
def test_a_dataset_without_labels_is_refused(log: pl.DataFrame, outcomes: pl.DataFrame | None) -> None:
    with pytest.raises(TrainingError):
        dataset(log, Labels(outcomes))


def test_a_truth_without_its_columns_is_refused(log: pl.DataFrame) -> None:
    with pytest.raises(TrainingError, match="lacks the columns smuggled, scheme, commodity"):
        dataset(log, Labels(truth=log.select(KEY)))


def test_unopened_rows_are_kept_separately_with_their_features(log: pl.DataFrame) -> None:
    outcomes = found(log, {0: ["clean"], 7: ["seizure"], 30: ["clean"], 57: ["clean"]})
    data = dataset(log, Labels(outcomes), beside=3)
    assert data.closed is not None
    assert data.filed == 24  # of four days with an outcome
    assert data.closed.rows.height == data.closed.matrix.height == 12
    assert data.closed.rows["label"].to_list() == [0] * 12
    assert data.closed.rows.join(data.rows, on=KEY).is_empty()
    assert data.closed.rows.select(KEY).equals(data.closed.matrix.select(KEY))
    from_truth = dataset(log, Labels(truth=log.select(*KEY, smuggled=True, scheme=pl.lit("x"), commodity=pl.lit("y"))))
    assert dataset(log, Labels(outcomes)).closed is None
    assert data.rows["known_at"].to_list() == outcomes.sort("known_at")["known_at"].to_list()
    assert from_truth.closed is None


def test_the_latest_record_of_an_inspection_is_the_label(log: pl.DataFrame) -> None:
    outcomes = found(log, {3: ["seizure", "clean"], 9: ["clean", "seizure"]})
    assert dataset(log, Labels(outcomes)).rows["label"].to_list() == [0, 1]
