"""The public functions: frames in, frames out, and what they refuse."""

from datetime import UTC, datetime

import polars as pl
import pytest

import riskscore
from riskscore.errors import ManifestError, SettingsError
from riskscore.history.past import Past
from riskscore.progress import listening
from riskscore.schema import KEY

OUTCOME = pl.DataFrame(
    {
        "bill_of_lading": ["B1"],
        "container_number": ["MSCU1234566"],
        "known_at": [datetime(2019, 1, 1, tzinfo=UTC)],
        "finding": ["clean"],
    }
)

STORED = ("bill_of_lading", "container_number", "probability", "margin", "rank", "not_assessed", "model")
REASON = {"indicator", "feature", "sentence", "check", "contribution"}


@pytest.fixture(scope="module")
def ranked(ship, history, outcomes) -> pl.DataFrame:
    return riskscore.score(ship.consignments, Past(history=history, outcomes=outcomes), explained=0.2)


def test_every_consignment_is_ranked_once(ship, ranked):
    assert ranked.height == ship.consignments.height == 30
    assert ranked["rank"].to_list() == list(range(1, 31))
    assert ranked["margin"].is_sorted(descending=True)
    assert ranked["probability"].is_sorted(descending=True)
    assert ranked.select(KEY).sort(KEY).equals(ship.consignments.select(KEY).sort(KEY))


def test_the_share_that_was_asked_for_has_reasons(ranked):
    assert ranked["reasons"].is_not_null().to_list() == [True] * 6 + [False] * 24
    for column in ("reasons", "mitigating"):
        told = ranked[column].drop_nulls().explode().drop_nulls().struct.unnest()
        assert set(told.columns) == REASON
        assert told["sentence"].null_count() == 0
        assert not told["sentence"].str.contains(r"[{}]").any()


@pytest.mark.parametrize(("asked", "explained"), [(0.0, 0), (0, 0), (4, 4), (0.01, 1), (0.5, 15), (1.0, 30), (99, 30)])
def test_a_share_or_a_number_says_how_many_are_explained(ship, asked, explained):
    told = riskscore.score(ship.consignments, explained=asked)
    assert told["reasons"].is_not_null().sum() == explained


def test_the_order_of_the_rows_changes_nothing(ship, history, outcomes, ranked):
    shuffled = ship.consignments.sample(fraction=1, shuffle=True, seed=4)
    again = riskscore.score(shuffled, Past(history=history, outcomes=outcomes), explained=0.2)
    assert again.drop("scored_at").equals(ranked.drop("scored_at"))


def test_the_future_and_the_rows_themselves_are_no_history(ship, history, outcomes, ranked):
    later = history.with_columns(
        pl.col("filed_at") + pl.duration(days=900), pl.format("L{}", "bill_of_lading").alias(KEY[0])
    )
    own = ship.consignments.select(history.columns)
    more = pl.concat([history, later, own])
    again = riskscore.score(ship.consignments, Past(history=more, outcomes=outcomes), explained=0.2)
    assert again.drop("scored_at").equals(ranked.drop("scored_at"))


def test_history_matters(ship, ranked):
    assert riskscore.score(ship.consignments)["margin"].to_list() != ranked["margin"].to_list()


def test_an_explanation_adds_up_and_is_what_was_stored(ship, history, outcomes, ranked):
    bill, container = ranked.select(KEY).row(2)
    told = riskscore.explain(ship.consignments, (bill, container), Past(history=history, outcomes=outcomes))
    assert told.base + told.contributions["contribution"].sum() == pytest.approx(told.scored["margin"].item(), abs=1e-6)
    again, stored = told.scored.row(0, named=True), ranked.row(2, named=True)
    assert {name: again[name] for name in STORED} == {name: stored[name] for name in STORED}
    assert [reason["sentence"] for reason in again["reasons"]] == [reason["sentence"] for reason in stored["reasons"]]
    assert told.consignment["container_number"].item() == container
    assert told.among == 30
    assert told.data == "simulated"


def test_no_consignments_are_no_failure(ship, ranked):
    nothing = riskscore.score(ship.consignments.clear())
    assert nothing.schema == ranked.schema
    assert nothing.is_empty()


def test_what_cannot_be_scored_is_said(ship):
    rows = ship.consignments
    with pytest.raises(ManifestError, match="the consignments lack 1 required column: port_of_loading"):
        riskscore.score(rows.drop("port_of_loading"))
    with pytest.raises(ManifestError, match="2 rows have the same bill and container"):
        riskscore.score(pl.concat([rows, rows[:1]]))
    with pytest.raises(SettingsError, match="between 0 and 1"):
        riskscore.score(rows, explained=float("nan"))
    with pytest.raises(SettingsError, match="no model folder"):
        riskscore.score(rows, model="nowhere")


def test_progress_names_the_steps(ship):
    steps: list[str] = []
    with listening(steps.append):
        riskscore.score(ship.consignments, explained=2)
    assert steps == ["measuring 30", "scoring 30", "explaining 2"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"filed_at": pl.lit("yesterday")}, "a column of the consignments cannot be converted"),
        ({"gross_weight_kg": pl.lit("heavy")}, "a column of the consignments cannot be converted"),
    ],
)
def test_consignments_of_other_types_are_refused(ship, change, told):
    with pytest.raises(ManifestError, match=told):
        riskscore.score(ship.consignments.with_columns(**change))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (pl.DataFrame(), "the outcomes lack 4 required columns"),
        (pl.DataFrame({"bill_of_lading": ["B1"]}), "the outcomes lack 3 required columns"),
        (OUTCOME.with_columns(known_at=pl.lit("soon")), "a column of the outcomes cannot be converted"),
        (
            OUTCOME.with_columns(finding=pl.lit("exploded")),
            "1 outcome with an unknown finding, such as 'exploded'; use one of clean",
        ),
    ],
)
def test_outcomes_that_say_nothing_are_refused(ship, found, told):
    with pytest.raises(ManifestError, match=told):
        riskscore.score(ship.consignments, Past(outcomes=found))
