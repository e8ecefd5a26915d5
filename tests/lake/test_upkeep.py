"""Compacting merges files and loses no row; info is correct; a table can be exported to a file."""

import shutil
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from riskscore import export as files
from riskscore.errors import LakeError, SettingsError
from riskscore.lake import health, upkeep
from riskscore.lake.open import create_lake, open_lake
from riskscore.lake.tables import TABLES
from riskscore.progress import listening


@pytest.fixture(scope="module")
def fragmented_folder(tmp_path_factory, rows):
    """A lake where every table has three nights with four appends each."""
    folder = tmp_path_factory.mktemp("fragmented") / "lake"
    lake = create_lake(folder)
    for table in TABLES.values():
        for run in (1, 2, 3):
            for step in range(4):
                lake.append(table.name, rows(table.name, run), step=f"step {step}", run=run)
    return folder


@pytest.fixture
def fragmented(fragmented_folder, tmp_path):
    """A copy of that lake."""
    shutil.copytree(fragmented_folder, tmp_path / "fragmented")
    return open_lake(tmp_path / "fragmented")


def contents(lake):
    return {table: lake.read(table).collect() for table in TABLES}


def by_table(lake):
    return {table.table: table for table in health.info(lake)}


@pytest.mark.slow
def test_compacting_merges_the_files_of_a_night_and_keeps_every_row(fragmented):
    before = contents(fragmented)
    assert {(table.files, table.rows) for table in health.info(fragmented)} == {(12, 72)}
    compacted = {table.table: (table.merged, table.into, table.cleared) for table in upkeep.compact(fragmented)}
    for table in TABLES.values():
        assert compacted[table.name] == (12, 3 if table.by_night else 1, 0)
        now = by_table(fragmented)[table.name]
        assert (now.rows, now.files, now.superseded, now.orphans) == (72, 3 if table.by_night else 1, 12, 0)
        assert_frame_equal(fragmented.read(table.name).collect(), before[table.name], check_row_order=False)


@pytest.mark.parametrize("keep", [upkeep.KEEP, timedelta(0)])
def test_compacting_again_does_nothing_and_commits_nothing(fragmented, keep):
    upkeep.compact(fragmented, keep=keep)
    versions = {table: fragmented.version(table) for table in TABLES}
    assert {(table.merged, table.into, table.cleared) for table in upkeep.compact(fragmented, keep=keep)} == {(0, 0, 0)}
    assert {table: fragmented.version(table) for table in TABLES} == versions


def test_files_that_are_not_needed_are_deleted_from_the_disk(fragmented):
    before = contents(fragmented)
    cleared = upkeep.compact(fragmented, keep=timedelta(0))
    assert {table.cleared for table in cleared} == {12}
    assert {table.superseded for table in health.info(fragmented)} == {0}
    on_disk = list(Path(fragmented.store.uri).glob("*/**/part-*.parquet"))
    assert len(on_disk) == sum(table.files for table in health.info(fragmented))
    for table, frame in before.items():
        assert_frame_equal(fragmented.read(table).collect(), frame, check_row_order=False)


def test_steps_stay_done_after_compaction(fragmented):
    upkeep.compact(fragmented, keep=timedelta(0))
    for table in TABLES:
        assert fragmented.done(table, 3, step="step 0")
        assert not fragmented.done(table, 4, step="step 0")


def test_progress_names_every_step(fragmented):
    steps: list[str] = []
    with listening(steps.append):
        upkeep.compact(fragmented)
    assert steps[:2] == ["merging consignments", "clearing consignments"]
    steps.clear()
    with listening(steps.append):
        health.info(fragmented)
    assert steps == [f"looking at {table}" for table in TABLES]


def test_info_describes_each_table(lake, rows, night):
    lake.append("scores", rows("scores", 2, 5), run=2)
    lake.append("scores", rows("scores", 4, 3), run=4)
    scores = by_table(lake)["scores"]
    assert (scores.rows, scores.files, scores.version) == (8, 2, 2)
    assert (scores.last_night, scores.last_run) == (night(4), 4)
    assert scores.bytes == sum(file.stat().st_size for file in Path(lake.store.table("scores")).glob("*/*.parquet"))
    empty = by_table(lake)["slates"]
    assert (empty.rows, empty.files, empty.version, empty.last_night, empty.last_run) == (0, 0, 0, None, None)


def orphan(lake, frame: pl.DataFrame, night) -> Path:
    """Write a file as a writer leaves it if it is killed before its commit."""
    folder = Path(lake.store.table("outcomes")) / f"night={night}"
    folder.mkdir(exist_ok=True)
    path = folder / "part-00000-killed-c000.snappy.parquet"
    frame.drop("night").write_parquet(path)
    return path


ORPHANS = {
    "of a run that was repeated": (2, lambda frame: frame, 0),
    "of a run that was not": (9, lambda frame: frame, 1),
    "by hand, of rows that are there": (2, lambda frame: frame.with_columns(run=pl.lit(None, pl.Int64)), 0),
    "by hand, recorded again later": (
        2,
        lambda frame: frame.with_columns(
            run=pl.lit(None, pl.Int64), recorded_at=pl.lit(None, pl.Datetime("us", "UTC"))
        ),
        0,
    ),
    "by hand, of rows that are not": (
        2,
        lambda frame: frame.with_columns(run=pl.lit(None, pl.Int64), note=pl.lit("never committed")),
        1,
    ),
    "without a row": (9, lambda frame: frame.head(0), 0),
}


@pytest.mark.parametrize("case", ORPHANS)
def test_an_orphan_matters_if_its_rows_are_nowhere_else(case, lake, rows, night):
    run, change, matter = ORPHANS[case]
    lake.append("outcomes", rows("outcomes", 2), run=2)
    lake.append("outcomes", rows("outcomes", 2).drop("run"))
    orphan(lake, change(rows("outcomes", run)), night(run))
    table = by_table(lake)["outcomes"]
    assert (table.rows, table.orphans, table.matter) == (12, 1, matter)
    assert lake.read("outcomes").collect().height == 12


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("run", "matter"), [(2, 0), (9, 1)])
def test_an_orphan_in_a_table_without_runs_causes_no_warning(run, matter, lake, rows, night):
    lake.append("outcomes", rows("outcomes", 2))
    orphan(lake, rows("outcomes", run), night(run))
    table = by_table(lake)["outcomes"]
    assert (table.orphans, table.matter) == (1, matter)


def test_an_incomplete_orphan_does_not_matter(lake, rows, night):
    path = orphan(lake, rows("outcomes", 9), night(9))
    path.write_bytes(path.read_bytes()[:100])
    table = by_table(lake)["outcomes"]
    assert (table.orphans, table.matter) == (1, 0)


def test_orphans_are_deleted_once_they_are_old(lake, rows, night):
    path = orphan(lake, rows("outcomes", 9), night(9))
    upkeep.compact(lake)
    assert path.exists()
    upkeep.compact(lake, keep=timedelta(0))
    assert not path.exists()


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".jsonl"])
@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_exported_to_a_file(table, suffix, lake, rows, tmp_path):
    lake.append(table, rows(table, 1), run=1)
    out = tmp_path / f"out{suffix}"
    assert upkeep.export(lake, table, out) == 6
    if suffix == ".parquet":
        assert_frame_equal(pl.read_parquet(out), rows(table, 1), check_row_order=False)
    elif suffix == ".csv":
        assert not any(field.startswith("=") for field in out.read_text("utf-8").split(","))
        assert pl.read_csv(out).height == 6
    else:
        assert pl.read_ndjson(out).height == 6


def test_one_night_or_the_state_after_it_is_exported(lake, rows, night, tmp_path):
    for run in (1, 2, 3):
        lake.append("scores", rows("scores", run), run=run)
        lake.overwrite("ledger", rows("ledger", run, run), run=run, night=night(run))
    out = tmp_path / "out.parquet"
    assert upkeep.export(lake, "scores", out, night=night(2)) == 6
    assert pl.read_parquet(out)["run"].unique().to_list() == [2]
    assert upkeep.export(lake, "scores", out, as_of=night(2)) == 12
    assert upkeep.export(lake, "ledger", out, as_of=night(2)) == 2


def test_a_failed_export_writes_nothing(lake, tmp_path, monkeypatch):
    existing = tmp_path / "existing.csv"
    existing.write_text("mine")
    with pytest.raises(SettingsError, match="must end with"):
        upkeep.export(lake, "scores", tmp_path / "out.xlsx")
    with pytest.raises(LakeError, match="no table"):
        upkeep.export(lake, "score", existing)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_write", full)
    with pytest.raises(SettingsError, match="No space left"):
        upkeep.export(lake, "scores", existing)
    assert existing.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"existing.csv", "lake"}
    monkeypatch.undo()
    assert upkeep.export(lake, "scores", existing) == pl.read_csv(existing).height


@pytest.mark.slow
def test_files_and_log_stay_level_over_many_nights(lake, rows, night):
    def count() -> dict[str, int]:
        return {
            name: sum(1 for path in Path(lake.store.table(name)).rglob("*") if path.is_file())
            for name in ("matches", "runs", "ledger")
        }

    counts = []
    for run in range(1, 121):
        lake.append("matches", rows("matches", run, 0), run=run, night=night(run))
        lake.append("runs", rows("runs", run, 1), run=run)
        lake.overwrite("ledger", rows("ledger", run, 3), run=run, night=night(run))
        if run % 30 == 0:
            upkeep.compact(lake, keep=timedelta(0), log=timedelta(0))
            counts.append(count())
    assert max(counts[-1].values()) <= 6
    assert counts[-1] == counts[1]
    assert lake.read("runs").collect().height == 120
    assert lake.done("matches", 120)
    assert_frame_equal(lake.read("ledger").collect(), rows("ledger", 120, 3), check_row_order=False)
    with pytest.raises(LakeError, match="can no longer be read: deleted by `riskscore lake compact`"):
        lake.at(night(3)).read("ledger")


def test_the_log_of_past_ledgers_is_kept_as_long_as_their_files(lake, rows, night):
    for run in range(1, 31):
        lake.overwrite("ledger", rows("ledger", run, 3), run=run, night=night(run))
    upkeep.compact(lake)
    assert_frame_equal(lake.at(night(3)).read("ledger").collect(), rows("ledger", 3, 3), check_row_order=False)


def test_of_a_merge_and_a_rewrite_of_the_same_files_the_rewrite_counts(lake, rows, night, monkeypatch):
    """The writer opened its version before the files were merged; without a conflict, the merged file would stay."""
    for run in (1, 2, 3):
        lake.append("ledger", rows("ledger", run), run=run)
    stale, newest = [lake.snapshot("ledger")], lake.snapshot
    upkeep.compact(lake)
    monkeypatch.setattr(type(lake), "snapshot", lambda self, name: stale.pop() if stale else newest(name))
    assert lake.overwrite("ledger", rows("ledger", 4, 3), run=4, night=night(4))
    assert stale == []
    assert_frame_equal(lake.read("ledger").collect(), rows("ledger", 4, 3), check_row_order=False)
