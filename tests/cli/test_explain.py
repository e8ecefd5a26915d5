"""`explain`: one consignment in full, in words, in figures and as a picture."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskscore import folders

SHIPPED = folders.default_model()


def test_everything_about_one_consignment_is_said(riskscore, manifest, model, past):
    folder, outcomes = past
    ran = riskscore(
        "explain", manifest, "--container", "toyu0000004", "--history", folder, "--outcomes", outcomes, "--model", model
    )
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 100
    for told in (
        "Container TOYU0000004 on bill BL00004", "of 40; probability", "NGAPP > SGSIN > VNHPH", "MACHINE PARTS",
        "Speaks for opening it", "Speaks against", "Could not be assessed", "Model small, trained on simulated data",
    ):  # fmt: skip
        assert told in ran.out


def test_contributions_and_base_add_up_to_the_margin_that_score_stores(riskscore, manifest, model):
    out = manifest.with_name("o.parquet")
    riskscore("score", manifest, "--model", model, "--out", out)
    stored = pl.read_parquet(out).filter(pl.col("container_number") == "TOYU0000007").row(0, named=True)
    told = json.loads(riskscore("explain", manifest, "--container", "TOYU0000007", "--model", model, "--json").out)
    assert (told["margin"], told["probability"], told["rank"]) == (
        stored["margin"], stored["probability"], stored["rank"],
    )  # fmt: skip
    total = told["base"] + sum(entry["contribution"] for entry in told["contributions"])
    assert total == pytest.approx(told["margin"], abs=1e-6)
    strengths = [abs(entry["contribution"]) for entry in told["contributions"]]
    assert strengths == sorted(strengths, reverse=True)
    assert told["consignment"]["goods_description"] == "MACHINE PARTS"


def test_an_amendment_is_told_with_what_it_did_to_the_score(riskscore, manifest, model, consignments):
    given = ("--container", "TOYU0000007", "--model", model)
    assert "Amended" not in riskscore("explain", manifest, *given).out
    own = pl.col("container_number") == "TOYU0000007"
    amended = consignments.filter(own).with_columns(
        filed_at=pl.lit("2024-03-01T18:00:00Z"), version=2, consignee_name=pl.lit("SOMEBODY ELSE TRADING CO")
    )
    alone = json.loads(riskscore("explain", manifest, *given, "--json").out)
    assert (alone["changes"], alone["version_before"]) == ([], None)
    pl.concat([consignments, amended], how="diagonal_relaxed").write_csv(manifest)
    told = json.loads(riskscore("explain", manifest, *given, "--json").out)
    was = consignments.filter(own)["consignee_name"].item()
    assert told["changes"] == [{"column": "consignee_name", "before": was, "now": "SOMEBODY ELSE TRADING CO"}]
    assert told["version_before"] == {name: alone[name] for name in ("probability", "margin", "rank")}
    shown = riskscore("explain", manifest, *given).out
    assert f"{was} > SOMEBODY ELSE TRADING CO" in " ".join(shown.split())
    assert f"moved the margin by {told['margin'] - alone['margin']:+.2f}" in " ".join(shown.split())


@pytest.mark.parametrize(("name", "begins"), [("w.png", b"\x89PNG"), ("w.svg", b"<?xml")])
def test_the_waterfall_is_drawn(riskscore, manifest, model, name, begins):
    picture = manifest.with_name(name)
    assert (
        riskscore("explain", manifest, "--container", "TOYU0000007", "--model", model, "--waterfall", picture).code == 0
    )
    assert picture.read_bytes().startswith(begins)


@pytest.fixture
def ambiguous(manifest: Path, consignments: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A manifest in the working folder, with one container on two bills."""
    twice = consignments.filter(pl.col("container_number") == "TOYU0000001").with_columns(bill_of_lading=pl.lit("BLX"))
    pl.concat([consignments, twice]).write_csv(manifest)
    monkeypatch.chdir(manifest.parent)
    return manifest


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--container", "TOYU9999999"], "no container TOYU9999999 among the 41 consignments"),
        (["--container", "TOYU0000001"], "is on 2 bills; name one (--bill): BL00001, BLX"),
        (["--container", "TOYU0000001", "--bill", "BLY"], "is not on bill BLY; it is on BL00001, BLX"),
        (["--container", "TOYU0000001", "--bill", "BLX", "--waterfall", "w.bmp"], "must end with one of .png, .svg"),
        (["--container", "TOYU0000001", "--bill", "BLX", "--waterfall", "nowhere/w.png"], "nowhere"),
    ],
)
def test_what_cannot_be_explained_is_one_line(riskscore, ambiguous, model, arguments, told):
    ran = riskscore("explain", ambiguous, *arguments, "--model", model)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert told in ran.err
    assert not list(ambiguous.parent.glob("*w.*"))


def test_of_several_bills_the_named_one_is_explained(riskscore, ambiguous, model):
    ran = riskscore("explain", ambiguous, "--container", "TOYU0000001", "--bill", "BLX", "--model", model)
    assert ran.code == 0
    assert "on bill BLX" in ran.out


@pytest.mark.parametrize("typed", ["TOYU0000007", "toyu 000000-7", " toyu0000007 "])
def test_a_container_is_found_however_its_number_is_typed(riskscore, manifest, model, typed):
    ran = riskscore("explain", manifest, "--container", typed, "--model", model)
    assert (ran.code, ran.err) == (0, "")
    assert "Container TOYU0000007" in ran.out


def test_what_would_take_it_out_of_the_red_lane_is_said(riskscore, manifest):
    ranked = json.loads(riskscore("score", manifest, "--model", SHIPPED, "--top", 40, "--json").out)["ranked"]
    given = ("--container", ranked[0]["container_number"], "--model", SHIPPED)
    told = json.loads(riskscore("explain", manifest, *given, "--limit", "20", "--json").out)
    assert told["limit"] == ranked[20]["margin"]
    assert told["clearing"]["enough"] == (told["clearing"]["margin_after"] < told["limit"])
    assert told["unsettled"]
    shown = " ".join(riskscore("explain", manifest, *given, "--limit", "20").out.split())
    assert "What would take it out of the red lane" in shown
    for check in told["clearing"]["checks"]:
        assert f"- {check['text']} ({check['effort']})" in shown
    assert f"no check settles: {told['unsettled'][0]['why']}" in shown
    last = ("--container", ranked[-1]["container_number"], "--model", SHIPPED)
    assert "red lane" not in riskscore("explain", manifest, *last).out


def test_other_values_are_tried_and_shown_before_and_after(riskscore, manifest, past):
    given = ("--container", "TOYU0000007", "--model", SHIPPED, "--history", past[0])
    changed = ("--set", "Gross weight=18 t", "--set", "hs_codes=3902")
    told = json.loads(riskscore("explain", manifest, *given, *changed, "--json").out)
    alone = json.loads(riskscore("explain", manifest, *given, "--json").out)
    assert told["margin"] == alone["margin"] and alone["altered"] is None
    altered = told["altered"]
    assert {one["column"]: one["now"] for one in altered["fields"]} == {"gross_weight_kg": "18000", "hs_codes": "3902"}
    assert altered["margin"] != told["margin"]
    assert {"price_deviation", "load_share"}.isdisjoint(one["feature"] for one in altered["features_moved"])
    assert "weight_round" in [one["feature"] for one in altered["features_moved"]]
    ran = riskscore("explain", manifest, *given, *changed)
    shown = " ".join(ran.out.split())
    assert max(map(len, ran.out.splitlines())) <= 100
    assert f"Rank {told['rank']} > {altered['rank']} of 40" in shown
    assert f"margin {told['margin']:+.2f} > {altered['margin']:+.2f}" in shown
    steps = sum(one["contribution"] - one["contribution_before"] for one in altered["features_moved"])
    assert f"{altered['margin'] - told['margin'] - steps:+.2f} features whose value stayed" in shown


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--set", "gross_weight_kg"], "--set takes FIELD=VALUE"),
        (["--set", "=3"], "--set takes FIELD=VALUE"),
        (["--set", "version=2", "--set", "version=3"], "--set version is given twice"),
        (["--set", "container_number=X"], "it identifies the consignment"),
        (["--set", "wieght=3"], "there is no field 'wieght' to set"),
        (["--set", "gross_weight_kg=\x1b[31mred"], "cannot set gross_weight_kg"),
        (["--limit", "many"], "'many' is not a limit"),
        (["--limit", "0"], "between 0 and 1 or a rank"),
    ],
)
def test_what_cannot_be_tried_is_one_line(riskscore, manifest, model, arguments, told):
    ran = riskscore("explain", manifest, "--container", "TOYU0000007", "--model", model, *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert told in ran.err and "\x1b" not in ran.err
