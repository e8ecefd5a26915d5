"""`riskscore explain`: one consignment in words, in figures and as a picture."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskscore import folders

SHIPPED = folders.default_model()


def test_an_explanation_has_all_its_parts(riskscore, manifest, model, past):
    folder, outcomes = past
    ran = riskscore(
        "explain", manifest, "--container", "toyu0000004", "--history", folder, "--outcomes", outcomes, "--model", model
    )
    assert (ran.code, ran.err) == (0, "")
    assert max(map(len, ran.out.splitlines())) <= 100
    for text in (
        "Container TOYU0000004 on bill BL00004", "of 40; probability", "NGAPP > SGSIN > VNHPH", "MACHINE PARTS",
        "Reasons to open the box", "Reasons against opening it",
        "Could not be assessed", "Model small, trained on simulated data",
    ):  # fmt: skip
        assert text in ran.out


def test_contributions_and_base_add_up_to_the_margin_of_score(riskscore, manifest, model):
    out = manifest.with_name("o.parquet")
    riskscore("score", manifest, "--model", model, "--out", out)
    stored = pl.read_parquet(out).filter(pl.col("container_number") == "TOYU0000007").row(0, named=True)
    record = json.loads(riskscore("explain", manifest, "--container", "TOYU0000007", "--model", model, "--json").out)
    assert (record["margin"], record["probability"], record["rank"]) == (
        stored["margin"], stored["probability"], stored["rank"],
    )  # fmt: skip
    total = record["base"] + sum(entry["contribution"] for entry in record["contributions"])
    assert total == pytest.approx(record["margin"], abs=1e-6)
    strengths = [abs(entry["contribution"]) for entry in record["contributions"]]
    assert strengths == sorted(strengths, reverse=True)
    assert record["consignment"]["goods_description"] == "MACHINE PARTS"


def test_an_amendment_is_shown_with_its_effect_on_the_score(riskscore, manifest, model, consignments):
    options = ("--container", "TOYU0000007", "--model", model)
    assert "Changed by an amendment" not in riskscore("explain", manifest, *options).out
    box = pl.col("container_number") == "TOYU0000007"
    amended = consignments.filter(box).with_columns(
        filed_at=pl.lit("2024-03-01T18:00:00Z"), version=2, consignee_name=pl.lit("SOMEBODY ELSE TRADING CO")
    )
    unamended = json.loads(riskscore("explain", manifest, *options, "--json").out)
    assert (unamended["changes"], unamended["version_before"]) == ([], None)
    pl.concat([consignments, amended], how="diagonal_relaxed").write_csv(manifest)
    record = json.loads(riskscore("explain", manifest, *options, "--json").out)
    filed_name = consignments.filter(box)["consignee_name"].item()
    assert record["changes"] == [{"column": "consignee_name", "before": filed_name, "now": "SOMEBODY ELSE TRADING CO"}]
    assert record["version_before"] == {name: unamended[name] for name in ("probability", "margin", "rank")}
    shown = riskscore("explain", manifest, *options).out
    assert f"{filed_name} > SOMEBODY ELSE TRADING CO" in " ".join(shown.split())
    assert f"moved the margin by {record['margin'] - unamended['margin']:+.2f}" in " ".join(shown.split())


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
    ("arguments", "expected"),
    [
        (["--container", "TOYU9999999"], "no container TOYU9999999 among the 41 consignments"),
        (["--container", "TOYU0000001"], "is on 2 bills; name one (--bill): BL00001, BLX"),
        (["--container", "TOYU0000001", "--bill", "BLY"], "is not on bill BLY; it is on BL00001, BLX"),
        (["--container", "TOYU0000001", "--bill", "BLX", "--waterfall", "w.bmp"], "must end with one of .png, .svg"),
        (["--container", "TOYU0000001", "--bill", "BLX", "--waterfall", "nowhere/w.png"], "nowhere"),
    ],
)
def test_errors_about_the_consignment_are_one_line(riskscore, ambiguous, model, arguments, expected):
    ran = riskscore("explain", ambiguous, *arguments, "--model", model)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert expected in ran.err
    assert not list(ambiguous.parent.glob("*w.*"))


def test_a_container_on_several_bills_is_explained_for_the_named_bill(riskscore, ambiguous, model):
    ran = riskscore("explain", ambiguous, "--container", "TOYU0000001", "--bill", "BLX", "--model", model)
    assert ran.code == 0
    assert "on bill BLX" in ran.out


@pytest.mark.parametrize("typed", ["TOYU0000007", "toyu 000000-7", " toyu0000007 "])
def test_a_container_is_found_in_any_spelling_of_its_number(riskscore, manifest, model, typed):
    ran = riskscore("explain", manifest, "--container", typed, "--model", model)
    assert (ran.code, ran.err) == (0, "")
    assert "Container TOYU0000007" in ran.out


def test_the_checks_that_take_it_out_of_the_red_lane_are_shown(riskscore, manifest):
    ranked = json.loads(riskscore("score", manifest, "--model", SHIPPED, "--top", 40, "--json").out)["ranked"]
    options = ("--container", ranked[0]["container_number"], "--model", SHIPPED)
    record = json.loads(riskscore("explain", manifest, *options, "--limit", "20", "--json").out)
    assert record["limit"] == ranked[20]["margin"]
    assert record["clearing"]["enough"] == (record["clearing"]["margin_after"] < record["limit"])
    assert record["unsettled"]
    shown = " ".join(riskscore("explain", manifest, *options, "--limit", "20").out.split())
    assert "What would take it out of the red lane" in shown
    for check in record["clearing"]["checks"]:
        assert f"- {check['text']} ({check['effort']})" in shown
    assert f"no check can clear: {record['unsettled'][0]['why']}" in shown
    last = ("--container", ranked[-1]["container_number"], "--model", SHIPPED)
    assert "red lane" not in riskscore("explain", manifest, *last).out


def test_set_shows_score_and_reasons_before_and_after(riskscore, manifest, past):
    options = ("--container", "TOYU0000007", "--model", SHIPPED, "--history", past[0])
    changed = ("--set", "Gross weight=18 t", "--set", "hs_codes=3902")
    record = json.loads(riskscore("explain", manifest, *options, *changed, "--json").out)
    unchanged = json.loads(riskscore("explain", manifest, *options, "--json").out)
    assert record["margin"] == unchanged["margin"] and unchanged["altered"] is None
    altered = record["altered"]
    assert {entry["column"]: entry["now"] for entry in altered["fields"]} == {
        "gross_weight_kg": "18000",
        "hs_codes": "3902",
    }
    assert altered["margin"] != record["margin"]
    assert {"price_deviation", "load_share"}.isdisjoint(entry["feature"] for entry in altered["features_moved"])
    assert "weight_round" in [entry["feature"] for entry in altered["features_moved"]]
    ran = riskscore("explain", manifest, *options, *changed)
    shown = " ".join(ran.out.split())
    assert max(map(len, ran.out.splitlines())) <= 100
    assert f"Rank {record['rank']} > {altered['rank']} of 40" in shown
    assert f"margin {record['margin']:+.2f} > {altered['margin']:+.2f}" in shown
    steps = sum(entry["contribution"] - entry["contribution_before"] for entry in altered["features_moved"])
    assert f"{altered['margin'] - record['margin'] - steps:+.2f} other features, whose values did not change" in shown


@pytest.mark.parametrize(
    ("arguments", "expected"),
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
def test_errors_in_set_and_limit_are_one_line(riskscore, manifest, model, arguments, expected):
    ran = riskscore("explain", manifest, "--container", "TOYU0000007", "--model", model, *arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert expected in ran.err and "\x1b" not in ran.err
