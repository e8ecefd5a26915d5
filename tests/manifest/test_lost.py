"""Training and tests say which rows they do without, and how many finds are among them."""

import declarations
import polars as pl

from riskscore.manifest import lost, outcomes, read


def broken(rows):
    """Declarations of which `rows` have a day that cannot be read."""
    frame = declarations.rows(days=10, per_day=10)
    return frame.with_columns(Day=pl.when(pl.int_range(pl.len()).is_in(rows)).then(pl.lit("soon")).otherwise("Day"))


def test_rows_in_quarantine_are_told_with_the_finds_among_them(tmp_path):
    fraud = declarations.rows(days=10, per_day=10)["Fraud"]
    frame = broken([*(fraud == "1").arg_true().head(2), *(fraud == "0").arg_true().head(2)])
    manifest = read.read_many([declarations.file(tmp_path, "d.csv", frame)], settings=declarations.ours())
    (told,) = lost.told(manifest, None, declarations.ours())
    assert told.startswith("In quarantine and not used: 4 of 100 rows (filed_at: ")
    assert "), 2 finds among them." in told


def test_finds_of_a_file_of_outcomes_are_matched_by_their_key(tmp_path):
    frame = broken([0, 1])
    manifest = read.read_many([declarations.file(tmp_path, "d.csv", frame.drop("Fraud"))], settings=declarations.ours())
    path = tmp_path / "o.csv"
    pl.DataFrame({"bill_of_lading": ["0", "5"], "known_at": ["2024-02-01"] * 2, "finding": ["seizure"] * 2}).write_csv(
        path
    )
    found = outcomes.read_outcomes(path, settings=declarations.ours())
    (told,) = lost.told(manifest, found, declarations.ours())
    assert "1 find among them" in told


def test_rows_that_share_a_key_are_told(tmp_path):
    frame = declarations.rows(days=2, per_day=10).with_columns(Number=pl.lit("7"))
    manifest = read.read_many([declarations.file(tmp_path, "d.csv", frame)], settings=declarations.ours())
    (told,) = lost.told(manifest, None, declarations.ours())
    assert told.startswith("20 rows are 1 declaration: rows with the same 'Number'")


def test_nothing_is_told_where_all_rows_are_used(tmp_path):
    manifest = read.read_many(
        [declarations.file(tmp_path, "d.csv", declarations.rows(days=2))], settings=declarations.ours()
    )
    assert lost.told(manifest, None, declarations.ours()) == []
