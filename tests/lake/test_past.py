"""The lake as it was after any past night, before and after compaction, and refused if files were deleted."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from riskscore.errors import LakeError
from riskscore.lake import past, upkeep
from riskscore.lake.tables import TABLES

NIGHTS = 5


@pytest.fixture
def nights(lake, rows, night):
    """A lake after five nights without the fourth; each night has one row more than the one before."""
    for run in (1, 2, 3, 5):
        for table in TABLES.values():
            frame = rows(table.name, run, run)
            if table.grows:
                lake.append(table.name, frame, run=run)
            else:
                lake.overwrite(table.name, frame, run=run, night=night(run))
    lake.append("outcomes", rows("outcomes", 3, 4).drop("run"))  # by hand, and late
    return lake


def check(lake, rows, night):
    """Check that every past night is as it was."""
    for run in range(NIGHTS + 2):
        then = lake.at(night(run))
        ran = [number for number in (1, 2, 3, 5) if number <= run]
        assert then.read("scores").collect()["run"].unique().sort().to_list() == ran
        assert then.read("scores").collect().height == sum(ran)
        assert then.read("outcomes").collect().height == sum(ran) + (4 if run >= 3 else 0)
        closing = rows("ledger", ran[-1], ran[-1]) if ran else TABLES["ledger"].empty()
        assert_frame_equal(then.read("ledger").collect(), closing, check_row_order=False)


def test_every_past_night_is_read_as_it_was(nights, rows, night):
    check(nights, rows, night)


def test_compaction_changes_no_past_night(nights, rows, night):
    upkeep.compact(nights)
    check(nights, rows, night)


def test_deleting_old_files_leaves_growing_tables_and_the_newest_ledger(nights, rows, night):
    upkeep.compact(nights, keep=timedelta(0))
    for run in (1, 2, 3):
        then = nights.at(night(run))
        assert then.read("scores").collect()["run"].max() == run
        with pytest.raises(
            LakeError, match=f"ledger as it was after {night(run)} can no longer be read: 1 of its 1 files"
        ):
            then.read("ledger")
    newest = rows("ledger", 5, 5)
    for now in (nights, nights.at(night(5)), nights.at(night(9))):
        assert_frame_equal(now.read("ledger").collect(), newest, check_row_order=False)


def test_files_are_deleted_only_after_their_time(nights):
    assert sum(table.cleared for table in upkeep.compact(nights, keep=timedelta(days=1))) == 0


def test_a_past_state_cannot_be_written_to(nights, rows, night):
    then = nights.at(night(2))
    assert repr(then).endswith(f".at({night(2)})")
    for write in (
        lambda: then.append("runs", rows("runs", 9), run=9),
        lambda: then.overwrite("ledger", rows("ledger", 9), run=9, night=night(9)),
        lambda: upkeep.compact(then),
    ):
        with pytest.raises(LakeError, match="only its present state"):
            write()


def test_a_ledger_rewritten_for_an_earlier_night_does_not_hide_that_night(nights, rows, night):
    nights.overwrite("ledger", rows("ledger", 6, 2).with_columns(night=night(3)), run=6, night=night(3))
    assert nights.at(night(3)).read("ledger").collect().height == 2
    assert nights.at(night(2)).read("ledger").collect().height == 2


def test_the_versions_of_the_ledger_outlive_checkpoints(lake, rows, night):
    for run in range(45):
        lake.overwrite("ledger", rows("ledger", run, run % 4 + 1), run=run, night=night(run))
    assert list(Path(lake.store.table("ledger")).glob("_delta_log/*.checkpoint*.parquet"))
    for run in (0, 19, 20, 21, 44):
        assert lake.at(night(run)).read("ledger").collect()["run"].to_list() == [run] * (run % 4 + 1)


def commit(version: int, tag: int | None = None, operation: str = "WRITE") -> dict[str, object]:
    return {"version": version, "operation": operation, "night": None if tag is None else f"2024-03-{tag:02}"}


HISTORIES: dict[str, tuple[list[dict[str, object]], int, int | None]] = {
    "before the first night": ([commit(1, 5), commit(0, None, "CREATE TABLE")], 4, None),
    "the night itself": ([commit(3, 6), commit(2, 5), commit(1, 4)], 5, 2),
    "a night without a run has the version of the one before": ([commit(3, 8), commit(2, 5), commit(1, 4)], 7, 2),
    "two commits of a night: the last": ([commit(3, 6), commit(2, 5), commit(1, 5)], 5, 2),
    "a compaction after it is as good": (
        [commit(5, 6), commit(4, None, "VACUUM END"), commit(3, None, "OPTIMIZE"), commit(2, 5), commit(1, 4)],
        5,
        4,
    ),
    "files that were merged after it, too": ([commit(4, 6), commit(3) | {past.MERGED: "1"}, commit(2, 5)], 5, 3),
    "a compaction after a later night is not": ([commit(4, None, "OPTIMIZE"), commit(3, 6), commit(2, 5)], 5, 2),
    "no history": ([], 5, None),
}


@pytest.mark.parametrize("case", HISTORIES)
def test_the_version_after_a_night_is_found(case):
    history, day, version = HISTORIES[case]
    assert past.version_after(history, date(2024, 3, day)) == version
