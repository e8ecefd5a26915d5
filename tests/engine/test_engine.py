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


def test_the_requested_share_has_reasons(ranked):
    assert ranked["reasons"].is_not_null().to_list() == [True] * 6 + [False] * 24
    for column in ("reasons", "mitigating"):
        reasons = ranked[column].drop_nulls().explode().drop_nulls().struct.unnest()
        assert set(reasons.columns) == REASON
        assert reasons["sentence"].null_count() == 0
        assert not reasons["sentence"].str.contains(r"[{}]").any()


@pytest.mark.parametrize(("share", "explained"), [(0.0, 0), (0, 0), (4, 4), (0.01, 1), (0.5, 15), (1.0, 30), (99, 30)])
def test_a_share_or_a_number_sets_how_many_are_explained(ship, share, explained):
    ranked = riskscore.score(ship.consignments, explained=share)
    assert ranked["reasons"].is_not_null().sum() == explained


def test_the_parts_of_the_past_may_be_given_one_by_one(ship, history, outcomes, ranked):
    again = riskscore.score(ship.consignments, history=history, outcomes=outcomes, explain_share=0.2)
    assert again.drop("scored_at").equals(ranked.drop("scored_at"))

    with pytest.raises(SettingsError, match="not as both"):
        riskscore.score(ship.consignments, Past(history=history), outcomes=outcomes)


def test_the_order_of_the_rows_changes_nothing(ship, history, outcomes, ranked):
    shuffled = ship.consignments.sample(fraction=1, shuffle=True, seed=4)
    again = riskscore.score(shuffled, Past(history=history, outcomes=outcomes), explained=0.2)
    assert again.drop("scored_at").equals(ranked.drop("scored_at"))


def test_later_filings_and_the_rows_themselves_do_not_count_as_history(ship, history, outcomes, ranked):
    later = history.with_columns(
        pl.col("filed_at") + pl.duration(days=900), pl.format("L{}", "bill_of_lading").alias(KEY[0])
    )
    same_rows = ship.consignments.select(history.columns)
    more = pl.concat([history, later, same_rows])
    again = riskscore.score(ship.consignments, Past(history=more, outcomes=outcomes), explained=0.2)
    assert again.drop("scored_at").equals(ranked.drop("scored_at"))


def test_history_changes_the_scores(ship, ranked):
    assert riskscore.score(ship.consignments)["margin"].to_list() != ranked["margin"].to_list()


def test_an_explanation_adds_up_and_equals_the_scored_row(ship, history, outcomes, ranked):
    bill, container = ranked.select(KEY).row(2)
    explained = riskscore.explain(ship.consignments, (bill, container), Past(history=history, outcomes=outcomes))
    assert explained.base + explained.contributions["contribution"].sum() == pytest.approx(
        explained.scored["margin"].item(), abs=1e-6
    )
    again, stored = explained.scored.row(0, named=True), ranked.row(2, named=True)
    assert {name: again[name] for name in STORED} == {name: stored[name] for name in STORED}
    assert [reason["sentence"] for reason in again["reasons"]] == [reason["sentence"] for reason in stored["reasons"]]
    assert explained.consignment["container_number"].item() == container
    assert explained.among == 30
    assert explained.data == "simulated"


def test_an_empty_table_can_be_scored(ship, ranked):
    empty = riskscore.score(ship.consignments.clear())
    assert empty.schema == ranked.schema
    assert empty.is_empty()


def test_input_that_cannot_be_scored_is_refused_with_the_reason(ship):
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
    ("change", "message"),
    [
        ({"filed_at": pl.lit("yesterday")}, "a column of the consignments cannot be converted"),
        ({"gross_weight_kg": pl.lit("heavy")}, "a column of the consignments cannot be converted"),
    ],
)
def test_consignments_of_other_types_are_refused(ship, change, message):
    with pytest.raises(ManifestError, match=message):
        riskscore.score(ship.consignments.with_columns(**change))


@pytest.mark.parametrize(
    ("outcomes", "message"),
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
def test_unusable_outcomes_are_refused(ship, outcomes, message):
    with pytest.raises(ManifestError, match=message):
        riskscore.score(ship.consignments, Past(outcomes=outcomes))
