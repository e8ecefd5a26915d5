"""A lake keeps appended rows, once, and returns them unchanged."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from deltalake import write_deltalake
from polars.testing import assert_frame_equal

from riskscore.errors import LakeError
from riskscore.lake import seals
from riskscore.lake.open import create_lake, open_lake
from riskscore.lake.tables import TABLES
from riskscore.runs import mending

GROWING = [name for name, table in TABLES.items() if table.grows]


@pytest.mark.parametrize("table", TABLES)
def test_rows_come_back_as_they_were_written(lake, table, rows):
    first, second = rows(table, 1), rows(table, 2)
    assert lake.append(table, first, run=1)
    assert lake.append(table, second, run=2)
    back = lake.read(table).collect()
    assert_frame_equal(back, pl.concat([first, second]), check_row_order=False)
    assert back.schema == pl.Schema(TABLES[table].columns)


@pytest.mark.parametrize("table", TABLES)
def test_an_empty_frame_marks_a_step_as_done(lake, table, rows):
    assert not lake.done(table, 1)
    assert lake.append(table, rows(table, 1, 0), run=1)
    assert lake.done(table, 1)
    assert lake.read(table).collect().is_empty()
    assert lake.read(table).collect_schema() == pl.Schema(TABLES[table].columns)


def test_a_step_of_a_run_is_done_once(lake, rows):
    assert lake.append("scores", rows("scores", 5), run=5)
    for again in (5, 4):
        assert lake.done("scores", again)
        assert not lake.append("scores", rows("scores", again), run=again)
    assert not lake.done("scores", 6)
    assert not lake.done("slates", 5)
    assert lake.read("scores").collect().height == 6


def test_two_steps_of_a_run_may_write_to_one_table(lake, rows):
    assert lake.append("quarantine", rows("quarantine", 5), run=5)
    assert lake.append("quarantine", rows("quarantine", 5), run=5, step="outcomes")
    assert not lake.append("quarantine", rows("quarantine", 5), run=5, step="outcomes")
    assert lake.done("quarantine", 5, step="outcomes")
    assert lake.read("quarantine").collect().height == 12


def test_rows_written_by_hand_have_no_run(lake, rows):
    by_hand = rows("outcomes", 1).drop("run")
    for _ in range(2):
        assert lake.append("outcomes", by_hand)
    back = lake.read("outcomes").collect()
    assert back.height == 12
    assert back["run"].is_null().all()
    assert not lake.done("outcomes", 0)


def test_missing_columns_are_null_and_night_and_run_are_filled(lake, night):
    lake.append("runs", pl.DataFrame({"step": ["begun"]}), run=3, night=night(3))
    assert lake.read("runs").collect().rows() == [("begun", None, None, night(3), 3)]


REFUSED: dict[str, tuple[pl.DataFrame, str]] = {
    "a column that it does not have": (pl.DataFrame({"stepp": ["x"], "night": [date(2024, 3, 1)]}), "stepp"),
    "a value of another type": (pl.DataFrame({"at": ["noon"], "night": [date(2024, 3, 1)]}), "do not fit"),
    "a row without a night": (pl.DataFrame({"step": ["x"]}), "no night"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_frame_that_does_not_fit_is_refused(lake, case):
    frame, message = REFUSED[case]
    with pytest.raises(LakeError, match=message):
        lake.append("runs", frame, run=1)
    assert not lake.done("runs", 1)
    assert lake.read("runs").collect().is_empty()


def test_an_unknown_table_is_refused_by_name(lake, rows):
    for call in (lake.read, lake.version, lambda name: lake.append(name, rows("runs", 1))):
        with pytest.raises(LakeError, match="no table 'score'; it has consignments, outcomes"):
            call("score")


def test_overwriting_replaces_all_rows(lake, rows, night):
    assert lake.overwrite("ledger", rows("ledger", 1, 6), run=1, night=night(1))
    assert lake.overwrite("ledger", rows("ledger", 2, 4), run=2, night=night(2))
    assert not lake.overwrite("ledger", rows("ledger", 2, 5), run=2, night=night(2))
    assert_frame_equal(lake.read("ledger").collect(), rows("ledger", 2, 4), check_row_order=False)
    assert lake.overwrite("ledger", rows("ledger", 3, 0), run=3, night=night(3))
    assert lake.read("ledger").collect().is_empty()


@pytest.mark.parametrize("table", GROWING)
def test_a_table_that_only_grows_cannot_be_overwritten(lake, table, rows, night):
    lake.append(table, rows(table, 1), run=1)
    with pytest.raises(LakeError, match="cannot be replaced"):
        lake.overwrite(table, rows(table, 2), run=2, night=night(2))
    assert lake.read(table).collect().height == 6


def test_only_the_files_of_the_requested_nights_are_opened(lake, rows, night):
    for run in range(1, 6):
        lake.append("scores", rows("scores", run), run=run)
    for run in (1, 5):
        for file in Path(lake.store.table("scores")).glob(f"night={night(run)}/*.parquet"):
            file.write_bytes(b"not to be opened")
    back = lake.read("scores", nights=(night(2), night(3))).collect()
    assert sorted(back["run"].unique()) == [2, 3]
    assert lake.read("scores").filter(pl.col("night") == night(4)).collect().height == 6


def test_only_the_requested_columns_are_read_in_their_order(lake, rows):
    lake.append("scores", rows("scores", 1), run=1)
    assert lake.read("scores", columns=["rank", "run"]).collect().columns == ["rank", "run"]


def test_a_reader_stays_on_the_version_that_it_opened(lake, rows):
    lake.append("runs", rows("runs", 1), run=1)
    reader = lake.read("runs")
    lake.append("runs", rows("runs", 2), run=2)
    assert reader.collect().height == 6
    assert lake.read("runs").collect().height == 12


def test_a_table_from_before_a_column_was_added_is_read_and_appended_to(tmp_path, lake, rows):
    older = rows("runs", 1).drop("detail").with_columns(pl.lit("left over").alias("given_up"))
    write_deltalake(lake.store.table("runs"), older, mode="overwrite", schema_mode="overwrite")
    assert lake.read("runs").collect()["detail"].is_null().all()
    assert lake.read("runs", columns=["detail"]).collect().height == 6
    lake.append("runs", rows("runs", 2), run=2)
    both = lake.read("runs").collect()
    assert both.columns == list(TABLES["runs"].columns)
    assert_frame_equal(both.filter(run=2), rows("runs", 2), check_row_order=False)


def test_a_table_of_a_later_release_starts_empty(lake, rows):
    folder = Path(lake.store.table("slates"))
    for file in sorted(folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    folder.rmdir()
    assert lake.read("slates").collect().is_empty()
    assert lake.version("slates") is None
    assert not lake.done("slates", 1)
    assert lake.append("slates", rows("slates", 1), run=1)
    assert lake.read("slates").collect().height == 6


def test_creating_a_lake_again_changes_nothing(lake, rows):
    lake.append("runs", rows("runs", 1), run=1)
    versions = {table: lake.version(table) for table in TABLES}
    (Path(lake.store.uri) / "reports").mkdir()  # other folders may be added next to the tables
    again = create_lake(lake.store.uri)
    assert {table: again.version(table) for table in TABLES} == versions
    assert again.read("runs").collect().height == 6


def test_the_version_counts_commits(lake, rows):
    assert lake.version("runs") == 0
    lake.append("runs", rows("runs", 1), run=1)
    lake.append("runs", rows("runs", 1), run=1)
    assert lake.version("runs") == 1


@pytest.mark.parametrize("form", [str, Path, lambda path: f"file://{path}", lambda path: f"{path}/"])
def test_a_folder_may_be_named_in_several_ways(tmp_path, form, rows):
    create_lake(form(tmp_path / "lake")).append("runs", rows("runs", 1), run=1)
    assert open_lake(str(tmp_path / "lake")).done("runs", 1)


def test_a_folder_name_may_have_spaces_and_other_letters(tmp_path, rows, night):
    lake = create_lake(tmp_path / "hồ của đêm #1 (a+b) *?")
    lake.append("scores", rows("scores", 1), run=1)
    assert lake.read("scores", nights=(night(1), night(1))).collect().height == 6
    assert lake.at(night(1)).read("scores").collect().height == 6


@pytest.mark.parametrize("name", ["50%", "port=VNHPH", "a[1]", "a|b", "a^b", "a\\b"])
def test_a_folder_name_with_special_characters_is_refused(tmp_path, name):
    with pytest.raises(LakeError, match="must not contain"):
        create_lake(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_place_without_a_lake_cannot_be_opened(tmp_path):
    (tmp_path / "other").mkdir()
    for place in (tmp_path / "nowhere", tmp_path / "other"):
        with pytest.raises(LakeError, match=f"no lake at {place}; create one with `riskscore lake init`"):
            open_lake(place)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("made", [1, len(TABLES) - 2])
def test_a_lake_whose_creation_was_killed_can_be_created_again(made, tmp_path, monkeypatch):
    seal, left = seals.add_commits, iter(range(made))

    def killed(*words):  # between the commit and its seal
        if next(left, None) is None:
            raise KeyboardInterrupt
        seal(*words)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(seals, "add_commits", killed)
        create_lake(tmp_path / "lake")
    with pytest.raises(LakeError, match="there is no lake"):
        open_lake(tmp_path / "lake")
    assert mending.look(create_lake(tmp_path / "lake")) == []


def test_a_folder_with_other_files_does_not_become_a_lake(tmp_path):
    for name in ("a.csv", "b.csv", "c.csv", "d.csv"):
        (tmp_path / name).write_text("mine")
    with pytest.raises(LakeError, match=r"is not a lake and is not empty: a.csv, b.csv, c.csv \.\.\. are there"):
        create_lake(tmp_path)
    assert len(list(tmp_path.iterdir())) == 4


def test_a_lake_cannot_be_in_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    for call in (create_lake, open_lake):
        with pytest.raises(LakeError, match="file"):
            call(tmp_path / "file")
