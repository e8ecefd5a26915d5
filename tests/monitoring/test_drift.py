"""Planted changes are reported the same night; thirty similar nights raise no alarm."""

import json
import shutil
from datetime import date
from pathlib import Path

import made_nights as nights
import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.lake.open import create_lake, open_lake
from riskscore.lake.protocol import Lake
from riskscore.monitoring.drift import drift
from riskscore.monitoring.performance import Performance, performance
from riskscore.monitoring.thresholds import Thresholds
from riskscore.pages import drift as drift_page

ALIKE = 30


@pytest.fixture(scope="module")
def alike(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of thirty nights without a change."""
    lake = create_lake(tmp_path_factory.mktemp("alike") / "lake")
    for number in range(1, ALIKE + 1):
        nights.night(lake, number)
    return lake


@pytest.fixture
def planted(alike: Lake, tmp_path: Path) -> Lake:
    """A copy of that lake, to add nights to."""
    shutil.copytree(alike.store.uri, tmp_path / "lake")
    return open_lake(tmp_path / "lake")


def in_share(share: float) -> pl.Expr:
    """Whether the bill of a row is in this share of all bills."""
    return pl.col("bill_of_lading").hash(5) % 1_000 < share * 1_000


def setting(share: float, **values: str | None) -> nights.Change:
    """Return a change that sets columns to `values` on this share of all bills."""
    return lambda rows: rows.with_columns(
        pl.when(in_share(share)).then(pl.lit(value)).otherwise(name).cast(rows.schema[name]).alias(name)
        for name, value in values.items()
    )


@pytest.mark.slow
def test_thirty_nights_without_change_raise_no_alarm(alike: Lake) -> None:
    days = alike.read("measures").filter(pl.col("kind") == "night").collect()["night"].sort()
    assert len(days) == ALIKE
    assert {day: alarms for day in days if (alarms := drift(alike, day, day).sentences_of("alarm"))} == {}


@pytest.mark.parametrize(
    ("change", "start"),
    [
        (setting(0.04, port_of_loading="NGAPP", port_of_discharge="CLIQQ"), "Lane NGAPP to CLIQQ is new"),
        (setting(0.08, port_of_loading="CN001", port_of_discharge="VN002"), "Lane CN001 to VN002 is on"),
        (setting(0.6, gross_weight_kg=None), "Gross weight is missing in 6"),
        (setting(1, hs_codes=None), "HS code is missing in 100% of the consignments (usually 0%)."),
        (setting(0.2, currency="VND"), "Currency VND is new"),
        (setting(0.3, currency="CNY"), "Currency CNY is on 3"),
        (
            lambda rows: rows.with_columns(pl.col("declared_value") * 24_000),
            "Declared value per kg is 23,",
        ),
        (lambda rows: rows.with_columns(pl.col("declared_value") * 7), "Declared value per kg is 6.9 times the usual"),
        (lambda rows: rows.with_columns(freight_charge=pl.lit(900.0)), "Freight charge is missing in 0%"),
        (setting(0.05, consignee_name="SHELL LTD"), "Consignee SHELL LTD is new"),
    ],
)
def test_a_planted_change_is_reported_the_same_night(planted: Lake, change: nights.Change, start: str) -> None:
    alarms = drift(planted, *[nights.night(planted, ALIKE + 1, change=change)] * 2).sentences_of("alarm")
    assert any(sentence.startswith(start) for sentence in alarms), alarms


def test_a_changed_feature_comes_after_what_is_filed(planted: Lake) -> None:
    change = setting(0.5, gross_weight_kg=None)
    day = nights.night(planted, ALIKE + 1, change=change, shift=1.0)
    alarms = drift(planted, day, day).sentences_of("alarm")
    assert alarms[0].startswith("Gross weight")
    assert alarms[-1].startswith("Feature amount has changed: its PSI is 0.8")
    assert not any("flag" in sentence for sentence in alarms)


def test_a_period_is_compared_with_the_nights_before_it(planted: Lake) -> None:
    days = [nights.night(planted, ALIKE + more, change=setting(0.2, currency="VND")) for more in (1, 2, 3)]
    report = drift(planted, days[0], days[-1])
    assert (report.nights, len(report.before), report.before[-1]) == (3, 28, days[0] - (days[1] - days[0]))
    assert report.rows == sum(nights.filings(ALIKE + more).height for more in (1, 2, 3))
    assert report.sentences_of("alarm")[0].startswith("Currency VND is new")
    assert drift(planted).first == days[-1]


def test_a_young_lake_raises_no_alarm_and_says_so(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    for number in range(1, 4):
        nights.night(lake, number)
    day = nights.night(lake, 4, change=setting(1, gross_weight_kg=None))
    report = drift(lake, day, day)
    assert report.young
    assert (report.entry()["alarms"], report.entry()["notes"]) == ([], [])
    with_less = drift(lake, day, day, thresholds=Thresholds(least_nights=3))
    assert not with_less.young
    assert with_less.sentences_of("alarm")[0].startswith("Gross weight")


def test_a_history_feature_is_only_noted_until_the_lake_is_ripe(planted: Lake) -> None:
    day = nights.night(planted, ALIKE + 1, past=8)
    limits = Thresholds(ripe_nights=120), Thresholds(ripe_nights=ALIKE)
    unripe, ripe = (drift(planted, day, day, thresholds=each) for each in limits)
    assert unripe.sentences_of("alarm") == []
    assert any(sentence.startswith("Feature lane_before") for sentence in unripe.sentences_of("note"))
    assert any(sentence.startswith("Feature lane_before") for sentence in ripe.sentences_of("alarm"))


def test_a_night_without_consignments_raises_no_alarm(planted: Lake) -> None:
    day = nights.night(planted, ALIKE + 1, change=lambda rows: rows.clear())
    assert drift(planted, day, day).sentences_of("alarm") == []
    after = nights.night(planted, ALIKE + 2)
    assert day not in drift(planted, after, after).before


def test_a_period_without_measures_is_refused(alike: Lake, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no measures of the night of 2023-05-01"):
        drift(alike, date(2023, 5, 1), date(2023, 5, 1))
    with pytest.raises(SettingsError, match="no night has run"):
        drift(create_lake(tmp_path / "lake"))


def test_the_page_escapes_texts_of_manifests_and_draws_changes(planted: Lake) -> None:
    day = nights.night(planted, ALIKE + 1, change=setting(0.1, consignee_name="<script>alert(1)</script>"))
    report = drift(planted, day, day)
    page = drift_page.html(report, performance(planted, day))
    assert "Consignee &lt;script&gt;" in page
    assert "<script" not in page
    assert page.count("<svg") == 3
    assert json.dumps(report.record(), default=str)


def test_hit_rates_and_auc_over_time_have_intervals(drawn: Lake, findings: pl.DataFrame) -> None:
    drawn.append("outcomes", findings.with_columns(recorded_at="known_at"), night=nights.FIRST)
    result = performance(drawn, date(2024, 3, 2))
    all_shares = result.rates.filter(share="all")
    assert all_shares["answered"].sum() == findings.height
    assert all_shares["seizures"].sum() == (findings["finding"] == "seizure").sum()
    assert set(result.rates["share"]) == {"all", "score", "explore", "random"}
    assert (result.rates["low"] <= result.rates["rate"]).all()
    area = result.auc.row(0, named=True)
    assert 0 <= area["low"] < area["auc"] < area["high"] <= 1
    assert isinstance(result, Performance)


def test_a_perfect_ranking_has_an_auc_of_one(drawn: Lake, findings: pl.DataFrame) -> None:
    scores = drawn.read("scores", columns=["bill_of_lading", "container_number", "probability"]).collect()
    likely = findings.join(scores, on=["bill_of_lading", "container_number"])
    likely = likely.with_columns(
        finding=pl.when(pl.col("probability") > pl.col("probability").median())
        .then(pl.lit("seizure"))
        .otherwise(pl.lit("clean"))
    )
    drawn.append("outcomes", likely.drop("probability").with_columns(recorded_at="known_at"), night=nights.FIRST)
    assert performance(drawn, date(2024, 3, 2)).auc["auc"].to_list() == [1.0]
