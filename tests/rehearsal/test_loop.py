from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore.errors import SettingsError
from riskscore.rehearsal import loop
from riskscore.rehearsal.learner import Learning
from riskscore.rehearsal.rehearse import POLICIES, Policies, rehearse
from riskscore.rehearsal.stage import Script, Stage
from riskscore.schema import KEY
from riskscore.selection.capacity import Shares

pytestmark = pytest.mark.slow

MIXED = Shares(0.5, 0.25, 0.25)


def test_a_policy_opens_its_capacity_every_day_and_finds_no_more_than_was_smuggled(weeks: pl.DataFrame) -> None:
    assert weeks["policy"].unique(maintain_order=True).to_list() == list(POLICIES)
    assert (weeks["opened"] == 28).all()
    assert (weeks["seizures"] <= weeks["smuggled"]).all()
    assert (weeks["by_score"] + weeks["by_explore"] + weeks["by_random"] == weeks["seizures"]).all()


def test_policies_of_a_seed_have_the_same_world(weeks: pl.DataFrame) -> None:
    assert weeks.group_by("seed", "week").agg(pl.col("smuggled").n_unique())["smuggled"].max() == 1


def test_a_policy_opens_boxes_of_its_shares_only(weeks: pl.DataFrame) -> None:
    sums = weeks.group_by("policy").agg(pl.col("by_score", "by_explore", "by_random").sum())
    shares = {row[0]: row[1:] for row in sums.iter_rows()}
    assert shares["score"][1:] == (0, 0)
    assert shares["random"][:2] == (0, 0)


def test_the_same_seed_gives_the_same_weeks(world: Stage, weeks: pl.DataFrame) -> None:
    again = loop.run(world, Shares(1.0, 0.0, 0.0), Learning())
    assert_frame_equal(again, weeks.filter(pl.col("policy") == "score").select(again.columns))


def test_the_model_learns_only_from_boxes_opened_and_known_before_the_week(
    world: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[int, pl.DataFrame, pl.DataFrame]] = []
    measured: dict[int, pl.DataFrame] = {}
    learn = loop.probabilities

    def spy(matrix: pl.DataFrame, labelled: pl.DataFrame, learning: Learning, *, week: int, seed: int) -> Any:
        calls.append((week, matrix.select(KEY), labelled))
        return learn(matrix, labelled, learning, week=week, seed=seed)

    features = Stage.features

    def watch(self: Stage, number: int, outcomes: pl.DataFrame) -> pl.DataFrame:
        measured[number] = outcomes
        return features(self, number, outcomes)

    monkeypatch.setattr(loop, "probabilities", spy)
    monkeypatch.setattr(Stage, "features", watch)
    loop.run(world, MIXED, Learning())
    filed = world.rows.select(*KEY, filed="week")
    for week, candidates, labelled in calls:
        known = measured[week]
        assert (known["known_at"] < world.script.moment(week)).all()
        assert labelled.join(candidates, on=KEY).is_empty()
        assert labelled.join(known, on=KEY, how="anti").is_empty()
        assert (labelled.join(filed, on=KEY)["filed"] < week).all()
    opened = measured[4].join(filed, on=KEY).filter(pl.col("filed") > 0)
    assert 0 < opened.height <= 3 * 7 * 4
    assert set(opened["selected_by"]) <= {"score", "explore", "random"}


def test_the_contents_of_closed_boxes_change_nothing(world: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[pl.DataFrame] = []
    choose = loop._opened

    def spy(*arguments: Any) -> pl.DataFrame:
        opened.append(choose(*arguments))
        return opened[-1]

    monkeypatch.setattr(loop, "_opened", spy)
    once = loop.run(world, MIXED, Learning())
    keys = pl.concat(opened).select(KEY)
    others = world.findings.join(keys, on=KEY, how="anti").with_columns(finding=pl.lit("seizure"))
    same = world.findings.join(keys, on=KEY, how="semi")
    changed = replace(world, findings=pl.concat([others, same]))
    assert_frame_equal(loop.run(changed, MIXED, Learning()), once)


def test_outcomes_become_known_one_to_twenty_days_after_the_inspection(world: Stage) -> None:
    wait = world.findings["known_at"] - world.findings["inspected_at"]
    assert timedelta(days=1) <= wait.min() and wait.max() <= timedelta(days=20)
    smuggled = world.smuggled["smuggled"].sum()
    assert 0.7 * smuggled < (world.findings["finding"] == "seizure").sum() < smuggled


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Script(weeks=1), "either side"),
        (lambda: Script(warm_up=0), "warm-up"),
        (lambda: Script(capacity=0), "capacity"),
        (lambda: Script(capacity=301, per_day=300), "capacity"),
        (lambda: Script(rate=0.5), "smuggling rate"),
        (lambda: Learning(half_life=0.0), "half-life"),
        (lambda: Policies(("greedy",)), "greedy"),
        (lambda: Policies(mixed=Shares(0.8, 0.3, 0.1)), "add up to 1"),
        (lambda: rehearse(Script(), Policies(), repeats=0), "repeats"),
    ],
)
def test_invalid_settings_are_refused(make: Any, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        make()
