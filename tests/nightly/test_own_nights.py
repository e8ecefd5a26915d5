"""Nights of a service with its own rows: the ledger, own profiles in it, gives what the whole log would."""

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
def test_scores_of_nights_are_those_over_the_whole_log(tmp_path):
    ours = declarations.ours()
    every = declarations.rows(days=44, per_day=30)
    past = declarations.file(tmp_path, "past.csv", every.filter(pl.col("Day") < "2024-02-10"))
    learned = riskscore.read(past, settings=ours)
    found = riskscore.read_outcomes(past, settings=ours)
    model = str(tmp_path / "model")
    riskscore.train(learned.consignments, found, settings=ours, out=tmp_path / "model")
    for folder in ("inbox", "findings"):
        (tmp_path / folder).mkdir()
    create_lake(tmp_path / "lake")
    lake = open_lake(tmp_path / "lake", ours)
    inboxes = Inbox(tmp_path / "inbox"), Inbox(tmp_path / "findings")
    for number in range(40, 44):
        day = declarations.FIRST + timedelta(number)
        filed = every.filter(pl.col("Day") == str(day))
        _arrive(tmp_path / "inbox", f"{day}.csv", filed.drop("Fraud"))
        report = run_night(Night(lake, *inboxes, capacity.read(None), model), day)
        assert report.counts is not None
        assert report.counts["manifests"]["accepted"] == 30
        _arrive(tmp_path / "findings", f"{day}.csv", filed)
    scored = lake.read("scores").collect()
    rows = every.filter(pl.col("Day") >= "2024-02-10")
    whole = declarations.file(tmp_path, "whole.csv", rows)
    direct = riskscore.score(
        riskscore.read(whole, settings=ours).consignments,
        Past(
            history=riskscore.read(whole, settings=ours).consignments,
            outcomes=riskscore.read_outcomes(whole, settings=ours),
        ),
        model=model,
        settings=ours,
    )
    both = scored.join(direct, on="bill_of_lading")
    assert both.height == 120
    assert both["margin"].to_list() == both["margin_right"].to_list()
    told = lake.read("ledger", columns=["profile"]).collect()["profile"].unique()
    assert {"goods", "goods_tax"} <= set(told)
    assert read_card(model, ours).name == report.counts["model"]
    with pytest.raises(Exception, match="other features"):
        read_card(model)
