"""`riskscore drift`: its output, its files and its exit codes."""

import json

import made_nights as nights
import polars as pl
import pytest

from riskscore.lake.open import create_lake

NIGHTS = 9


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Eight similar nights, and one without gross weights."""
    filled = create_lake(tmp_path_factory.mktemp("drift") / "lake")
    for number in range(1, NIGHTS):
        nights.night(filled, number)
    nights.night(filled, NIGHTS, change=lambda rows: rows.with_columns(gross_weight_kg=pl.lit(None, pl.Float64)))
    return filled.store.uri


def test_the_last_night_is_printed_and_written(riskscore, lake, tmp_path):
    ran = riskscore("drift", "--lake", lake)
    assert (ran.code, ran.err) == (0, "")
    printed = " ".join(ran.out.split())
    assert "2024-01-09: " in printed
    assert "Gross weight is missing in 100% of the consignments" in printed
    page = tmp_path / "drift.html"
    assert riskscore("drift", "--lake", lake, "--out", page).out.startswith("The report is in")
    assert "Gross weight is missing in 100%" in page.read_text()
    record = json.loads(riskscore("drift", "--lake", lake, "--json").out)
    assert record["moves"][0]["level"] == "alarm"
    assert set(record["performance"]) == {"rates", "auc", "change"}


def test_fail_on_alarm_sets_the_exit_code(riskscore, lake):
    assert riskscore("drift", "--lake", lake, "--fail-on-alarm").code == 1
    assert riskscore("drift", "--lake", lake, "--fail-on-alarm", "--to", "2024-01-08").code == 0


def test_thresholds_come_from_the_settings(riskscore, lake, tmp_path):
    settings = tmp_path / "own.toml"
    settings.write_text("[drift]\nleast_nights = 20\n")
    assert "There are too few nights" in riskscore("drift", "--lake", lake, "--settings", settings).out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--lake", "{folder}/none"], "lake init"),
        (["--lake", "{lake}", "--from", "2024-01-05", "--to", "2024-01-02"], "is after --to"),
        (["--lake", "{lake}", "--to", "2023-01-05"], "no measures of the night of 2023-01-05"),
        (["--lake", "{lake}", "--out", "{folder}/drift.pdf"], ".html, .json"),
        (["--lake", "{lake}", "--out", "{folder}/no/drift.html"], "no folder"),
        (["--lake", "{lake}", "--settings", "{folder}/bad.toml"], "did you mean psi?"),
    ],
)
def test_errors_are_one_line(riskscore, lake, tmp_path, arguments, expected):
    (tmp_path / "bad.toml").write_text("[drift]\npsj = { note = 0.1, alarm = 0.2 }\n")
    ran = riskscore("drift", *(argument.format(lake=lake, folder=tmp_path) for argument in arguments))
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
