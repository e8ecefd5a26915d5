"""Nights of a service with fields of its own: scores from the ledger equal those from the whole log."""

import os
from datetime import timedelta

import declarations
import polars as pl
import pytest

import riskscore
from riskscore.engine.read import read_card
from riskscore.history.past import Past
from riskscore.lake.open import create_lake, open_lake
from riskscore.nightly.inbox import Inbox
from riskscore.nightly.run import Night, run_night
from riskscore.selection import capacity


def _arrive(folder, name, frame):
    path = declarations.file(folder, name, frame)
    os.utime(path, (1, 1))


@pytest.mark.slow
def test_scores_of_nights_equal_those_from_the_whole_log(tmp_path):
    settings = declarations.ours()
    every = declarations.rows(days=44, per_day=30)
    past = declarations.file(tmp_path, "past.csv", every.filter(pl.col("Day") < "2024-02-10"))
    learned = riskscore.read(past, settings=settings)
    outcomes = riskscore.read_outcomes(past, settings=settings)
    model = str(tmp_path / "model")
    riskscore.train(learned.consignments, outcomes, settings=settings, out=tmp_path / "model")
    for folder in ("inbox", "findings"):
        (tmp_path / folder).mkdir()
    create_lake(tmp_path / "lake")
    lake = open_lake(tmp_path / "lake", settings)
    inboxes = Inbox(tmp_path / "inbox"), Inbox(tmp_path / "findings")
    for number in range(40, 44):
        day = declarations.FIRST + timedelta(number)
        filed = every.filter(pl.col("Day") == str(day))
        _arrive(tmp_path / "inbox", f"{day}.csv", filed.drop("Fraud"))
        result = run_night(Night(lake, *inboxes, capacity.read(None), model), day)
        assert result.counts is not None
        assert result.counts["manifests"]["accepted"] == 30
        _arrive(tmp_path / "findings", f"{day}.csv", filed)
    scored = lake.read("scores").collect()
    rows = every.filter(pl.col("Day") >= "2024-02-10")
    log = declarations.file(tmp_path, "log.csv", rows)
    direct = riskscore.score(
        riskscore.read(log, settings=settings).consignments,
        Past(
            history=riskscore.read(log, settings=settings).consignments,
            outcomes=riskscore.read_outcomes(log, settings=settings),
        ),
        model=model,
        settings=settings,
    )
    both = scored.join(direct, on="bill_of_lading")
    assert both.height == 120
    assert both["margin"].to_list() == both["margin_right"].to_list()
    in_ledger = lake.read("ledger", columns=["profile"]).collect()["profile"].unique()
    assert {"goods", "goods_tax"} <= set(in_ledger)
    assert read_card(model, settings).name == result.counts["model"]
    with pytest.raises(Exception, match="other features"):
        read_card(model)
