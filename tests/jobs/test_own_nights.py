"""Nights of a service with its own rows: the ledger, own profiles in it, gives what the whole log would."""

import os
from datetime import timedelta

import declarations
import polars as pl
import pytest

from riskscore import engine
from riskscore.jobs.inbox import Inbox
from riskscore.jobs.nightly import Night, nightly
from riskscore.lake.io import Lake
from riskscore.selection import capacity


def _arrive(folder, name, frame):
    path = declarations.file(folder, name, frame)
    os.utime(path, (1, 1))


def test_scores_of_nights_are_those_over_the_whole_log(tmp_path):
    ours = declarations.ours()
    every = declarations.rows(days=44, per_day=30)
    past = declarations.file(tmp_path, "past.csv", every.filter(pl.col("Day") < "2024-02-10"))
    learned = engine.read(past, service=ours)
    found = engine.read_outcomes(past, service=ours)
    model = str(tmp_path / "model")
    engine.train(learned.consignments, found, service=ours, out=tmp_path / "model")
    for folder in ("inbox", "findings"):
        (tmp_path / folder).mkdir()
    Lake.create(tmp_path / "lake")
    lake = Lake.open(tmp_path / "lake", ours)
    inboxes = Inbox(tmp_path / "inbox"), Inbox(tmp_path / "findings")
    for number in range(40, 44):
        day = declarations.FIRST + timedelta(number)
        filed = every.filter(pl.col("Day") == str(day))
        _arrive(tmp_path / "inbox", f"{day}.csv", filed.drop("Fraud"))
        report = nightly(Night(lake, *inboxes, capacity.read(None), model), day)
        assert report.counts is not None
        assert report.counts["manifests"]["accepted"] == 30
        _arrive(tmp_path / "findings", f"{day}.csv", filed)
    scored = lake.read("scores").collect()
    rows = every.filter(pl.col("Day") >= "2024-02-10")
    whole = declarations.file(tmp_path, "whole.csv", rows)
    direct = engine.score(
        engine.read(whole, service=ours).consignments,
        outcomes=engine.read_outcomes(whole, service=ours),
        history=engine.read(whole, service=ours).consignments,
        model=model,
        service=ours,
    )
    both = scored.join(direct, on="bill_of_lading")
    assert both.height == 120
    assert both["margin"].to_list() == both["margin_right"].to_list()
    told = lake.read("ledger", columns=["profile"]).collect()["profile"].unique()
    assert {"goods", "goods_tax"} <= set(told)
    assert engine.read_card(model, ours).name == report.counts["model"]
    with pytest.raises(Exception, match="other features"):
        engine.read_card(model)
