"""The report counts what was found, estimates what was missed, and says how; its page is safe to open."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from riskscore.casework import outcomes, slates
from riskscore.model import archive
from riskscore.monitoring import results
from riskscore.pages import results as page
from riskscore.schema import KEY
from riskscore.views.results import long

NIGHT = date(2024, 3, 1)
NOW = datetime(2024, 3, 20, tzinfo=UTC)


@pytest.fixture
def recorded(drawn, findings):
    outcomes.record(drawn, findings, now=NOW)
    return drawn


def test_the_figures_add_up(recorded):
    report = results.results(recorded)
    assert (report.nights, report.candidates, report.opened, report.answered) == (2, 300, 60, 60)
    assert (report.first, report.last) == (date(2024, 3, 1), date(2024, 3, 2))
    assert dict(report.rates.select("share", "opened").iter_rows()) == {"score": 48, "explore": 6, "random": 6}
    for part in (report.port, report.month, report.rates):
        assert (part["opened"].sum(), part["seizures"].sum()) == (60, 12)
    assert report.port["closed"].sum() == report.unseen.closed == 240
    assert set(report.port["port"]) == {"VNHPH", "SGSIN", results.NO_PORT}
    assert report.commodity.select("commodity", "cases", "quantity_kg").rows() == [("ivory", 12, 15_000.0)]
    ways = report.commodity.select("score", "explore", "random", "intelligence", "officer", "unknown")
    assert sum(ways.row(0)) == 12
    assert report.years.row(0, named=True) == {
        "year": 2024, "cases": 12, "ivory": 12, "other": 0, "quantity_kg": 15_000.0, "unweighed": 0,
    }  # fmt: skip
    assert report.models == {"toy": "unknown"}
    assert report.unpublished == 0


def test_a_period_has_its_own_nights_and_cases(recorded):
    report = results.results(recorded, NIGHT, NIGHT)
    assert (report.nights, report.candidates) == (1, 150)
    assert report.commodity.is_empty()  # they were inspected three days later
    assert results.results(recorded, date(2024, 3, 4), date(2024, 3, 4)).years["cases"].to_list() == [6]


def test_an_empty_period_has_a_report(lake):
    report = results.results(lake)
    assert (report.nights, report.candidates, report.unseen.estimate) == (0, 0, 0.0)
    assert "No slate was drawn" in page.html(report)
    assert long(report).filter(pl.col("value") > 0).is_empty()


def test_without_outcomes_the_report_says_that_nothing_can_be_estimated(drawn):
    report = results.results(drawn)
    assert report.unseen.estimate is None
    assert report.port["estimate"].null_count() == report.port["least"].null_count() == 3
    text = page.html(report)
    assert "cannot be estimated" in text
    assert any("cannot be estimated" in note for note in report.notes())


def test_corrections_and_changes_count(recorded, findings):
    seized = findings.filter(pl.col("finding") == "seizure").head(1)
    outcomes.record(recorded, seized.with_columns(finding=pl.lit("clean"), known_at=pl.lit(NOW)), now=NOW)
    slate = slates.in_force(recorded, NIGHT).filter(pl.col("action") == "open", pl.col("port") == "SGSIN")
    bill, container = slate.sort("place").select(KEY).row(0)
    slates.change(recorded, NIGHT, bill=bill, container=container, event="struck", reason="gone")
    report = results.results(recorded)
    assert report.rates["seizures"].sum() <= 11
    assert report.opened == 59
    assert report.years["cases"].to_list() == [11]


def test_boxes_that_no_draw_could_open_are_reported(drawn, findings):
    slate = slates.in_force(drawn, NIGHT).filter(pl.col("share") == "score")
    bill, container = slate.select(KEY).row(0)
    slates.change(drawn, NIGHT, bill=bill, container=container, event="struck", reason="gone")
    outcomes.record(drawn, findings.filter(pl.col("bill_of_lading") != bill), now=NOW)
    report = results.results(drawn)
    assert report.unseen.unreached == 1
    assert any("could not have been drawn" in note for note in report.notes())


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "year", "other", "=1+1"])
def test_texts_are_escaped(name, recorded, findings):
    more = (
        findings.filter(pl.col("finding") == "seizure")
        .head(1)
        .with_columns(commodity=pl.lit(name), known_at=pl.lit(NOW))
    )
    outcomes.record(recorded, more, now=NOW)
    report = results.results(recorded)
    text = page.html(report, now=NOW)
    assert "<script" not in text
    assert report.years["cases"].to_list() == [12]
    assert name in set(long(report)["name"])


def test_the_page_loads_nothing(recorded):
    text = page.html(results.results(recorded), now=NOW)
    assert text.count("<svg") == 3
    assert not re.findall(r'(?:src|href)="(?!#)', text)
    assert "@import" not in text
    assert "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'" in text
    assert "<script" not in text
    assert "None" not in text
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL)
    assert "20 March 2024" in text


def test_the_long_table_has_every_figure_once(recorded):
    report = results.results(recorded)
    table = long(report)
    assert table.select("part", "name", "measure").is_duplicated().sum() == 0
    assert set(table["part"]) == {"share", "unseen", "port", "commodity", "month", "year"}
    assert set(long(report, ("port",))["part"]) == {"share", "unseen", "port", "year"}
    assert table.filter(part="year", measure="cases")["value"].to_list() == [12.0]


def test_a_simulated_model_is_named(recorded, toy_booster, tmp_path):
    replace(toy_booster, card=replace(toy_booster.card, name="toy")).save(tmp_path / "kept")
    archive.Tables(recorded).keep("kept", archive.read(tmp_path / "kept"))
    report = results.results(recorded)
    assert "has learned from simulated traffic" in report.notes()[0]
    assert "trained on simulated data" in page.html(report)
