"""A damaged lake is found to be damaged, and mended or refused; a backup restores it bit for bit."""

import json
import os
import random
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import damaged
import polars as pl
import pytest
from two_nights import NIGHTS, fill

from riskscore.errors import LakeError, ModelError, RiskscoreError, SettingsError
from riskscore.lake import backup, check, seals, upkeep
from riskscore.lake.delta import DeltaLake
from riskscore.lake.tables import TABLES
from riskscore.model.archive import Tables
from riskscore.runs import ledger, log, mending
from riskscore.runs.log import RunLog


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "lake"
    damaged.lake_of_two_nights(folder)
    return folder


@pytest.fixture(scope="module")
def saved(sound: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "backup"
    backup.back_up(DeltaLake.open(sound), folder)
    return folder


def data_of(folder: Path, table: str) -> list[Path]:
    return sorted(path for path in (folder / table).rglob("*.parquet") if "_delta_log" not in path.parts)


def rows(lake: DeltaLake) -> dict[str, list[str]]:
    return {
        name: sorted(lake.read(name).select(pl.struct(pl.all()).struct.json_encode()).collect().to_series())
        for name in TABLES
    }


@pytest.mark.parametrize("lost", ["scores", "runs", "maps", "scores/_delta_log", "maps/_delta_log"])
def test_a_lost_table_comes_back_from_the_backup(lost: str, sound: Path, saved: Path, tmp_path: Path) -> None:
    """The log of maps has checkpoints, and a pointer to the last one, which has no seal."""
    lake = damaged.copy(sound, tmp_path / "lake")
    shutil.rmtree(tmp_path / "lake" / lost)
    assert [finding.kind for finding in check.files(lake)] == [check.TABLE]
    assert not mending.mend(lake, saved).refused
    assert damaged.content(tmp_path / "lake", with_seals=False) == damaged.content(sound, with_seals=False)


def test_what_a_damaged_log_hides_comes_back_from_the_backup_too(sound: Path, saved: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    (tmp_path / "lake" / "scores" / seals.log_name(1)).write_bytes(b"spoilt")
    data_of(tmp_path / "lake", "scores")[0].unlink()
    done = mending.mend(lake, saved)
    assert not done.refused
    assert sum(each.lost for each in done.mended) == 0
    assert damaged.content(tmp_path / "lake", with_seals=False) == damaged.content(sound, with_seals=False)


@pytest.mark.parametrize("kind", ["pipe", "device", "directory", "link"])
@pytest.mark.parametrize("place", ["data", "log", "pointer", "seals"])
def test_what_is_no_file_any_more_is_found_and_mended(
    kind: str, place: str, sound: Path, saved: Path, tmp_path: Path
) -> None:
    """Opening a pipe waits for ever, and a device never ends, so they are not opened."""
    lake = damaged.copy(sound, tmp_path / "lake")
    table = tmp_path / "lake" / "maps"
    log = table / "_delta_log"
    path = {
        "data": data_of(tmp_path / "lake", "maps")[0],
        "log": table / seals.log_name(29),
        "pointer": log / "_last_checkpoint",
        "seals": tmp_path / "lake" / seals.FOLDER / "maps.txt",
    }[place]
    path.unlink()
    damaged.INSTEAD[kind](path)
    assert mending.look(lake) != []
    assert not mending.mend(lake, saved).refused
    assert mending.look(lake) == []
    assert rows(lake) == rows(DeltaLake.open(sound))


def test_a_sound_lake_has_no_findings(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    assert mending.look(lake) == mending.look(lake, quick=True) == []
    upkeep.compact(lake, keep=timedelta(days=1))
    assert mending.look(lake) == []
    upkeep.compact(lake, keep=timedelta(0), log=timedelta(0))
    assert mending.look(lake) == []


@pytest.mark.parametrize("what", ["missing", "cut", "flipped"])
@pytest.mark.parametrize("table", ["consignments", "scores", "ledger", "runs"])
def test_a_damaged_file_of_data_is_found_and_set_aside(what: str, table: str, sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    path = data_of(tmp_path / "lake", table)[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink() if what == "missing" else path.write_bytes(content[:100] if what == "cut" else content)
    assert any(finding.file and finding.table == table for finding in check.files(lake, quick=what != "flipped"))
    done = mending.mend(lake)
    assert done.aside is not None
    assert json.loads((done.aside / "report.json").read_text())
    left = [finding for finding in mending.look(DeltaLake.open(tmp_path / "lake")) if finding.kind != "rows"]
    assert left == []
    assert RunLog.read(lake).last_night == NIGHTS[1]
    if table == "ledger":
        assert not done.refused
        ours, theirs = (
            ledger.sums(each.read("ledger").drop("night", "run").collect()) for each in (lake, DeltaLake.open(sound))
        )
        assert ours.equals(theirs)


def test_with_a_backup_every_damaged_file_comes_back_bit_for_bit(sound: Path, saved: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    before = damaged.content(sound, with_seals=False)
    for path in (*data_of(tmp_path / "lake", "scores"), tmp_path / "lake" / "runs" / seals.log_name(1)):
        path.write_bytes(b"spoilt")
    done = mending.mend(lake, saved)
    assert done.mended
    assert not done.refused
    assert damaged.content(tmp_path / "lake", with_seals=False) == before


@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_lost_log_is_written_again_from_its_files(version: int, sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    before = rows(lake)
    (tmp_path / "lake" / "scores" / seals.log_name(version)).unlink()
    assert [finding.kind for finding in check.files(lake)] == ["log"]
    assert not mending.mend(lake).refused
    assert rows(lake) == before
    assert lake.done("scores", 2)
    fill(lake, NIGHTS[1] + timedelta(1), 3)
    assert mending.look(lake) != []  # rows of a run that never began


def test_rows_of_a_run_that_the_log_of_runs_lacks_give_it_its_events(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    for path in data_of(tmp_path / "lake", "runs"):
        path.unlink()
    assert not mending.mend(lake).refused
    runs = RunLog.read(lake)
    assert [(run.number, run.night) for run in runs.runs()] == [(1, NIGHTS[0]), (2, NIGHTS[1])]
    assert (runs.next, runs.unfinished) == (3, None)
    assert [counts["scores"]["scored"] for counts in runs.finished()] == [150, 150]


def test_an_edited_record_of_a_run_is_one_line(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    lake.append("runs", pl.DataFrame([{"step": "begun", "detail": "{", "run": 3}]), night=NIGHTS[1])
    with pytest.raises(LakeError, match="'begun' of run 3 cannot be read; see `riskscore lake check`"):
        RunLog.read(lake)
    assert [finding.kind for finding in mending.look(lake)] == ["runs"]
    assert mending.mend(lake).refused


def test_a_missing_file_is_one_line_for_those_who_read_it_only(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    next(path for path in data_of(tmp_path / "lake", "scores") if str(NIGHTS[0]) in str(path)).unlink()
    with pytest.raises(LakeError, match="1 file of the table scores is missing; see `riskscore lake check`"):
        lake.read("scores")
    assert lake.read("scores", nights=(NIGHTS[1], NIGHTS[1])).collect().height == 150


def test_a_broken_record_of_champions_is_found_and_one_line(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    lake.append("champions", pl.DataFrame([{"number": 1, "detail": '{"number": 1'}]), night=NIGHTS[0])
    assert [finding.kind for finding in mending.look(lake)] == ["champions"]
    with pytest.raises(ModelError, match="is not a change of champion"):
        Tables(lake).changes()


def test_a_ledger_that_disagrees_with_the_log_is_made_again(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    first = lake.read("ledger").filter(pl.col("consignments") > 0).head(1).collect()
    lake.append("ledger", first)
    assert [finding.kind for finding in mending.look(lake)] == ["ledger"]
    assert mending.look(lake, quick=True) == []
    assert not mending.mend(lake).refused
    assert mending.look(lake) == []


def test_a_future_night_is_found(tmp_path: Path) -> None:
    lake = DeltaLake.create(tmp_path / "lake")
    far = NIGHTS[0].replace(year=2204)
    run = log.begin(lake, 1, far, {"manifests": []})
    assert run is not None
    log.record(lake, run, log.FINISHED, {"night": str(far), "run": 1})
    assert ["riskscore lake reopen" in finding.says for finding in mending.look(lake)] == [True]


def test_a_backup_is_incremental_and_verified_and_restores_bit_for_bit(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    first = backup.back_up(lake, tmp_path / "backup")
    before = damaged.content(tmp_path / "lake")
    assert first.copied > 50
    assert backup.back_up(lake, tmp_path / "backup").copied == 0
    fill(lake, NIGHTS[1] + timedelta(1), 3)
    third = backup.back_up(lake, tmp_path / "backup")
    assert 4 <= third.copied <= 8
    after = damaged.content(tmp_path / "lake")
    shutil.rmtree(tmp_path / "lake")
    backup.restore(tmp_path / "backup", tmp_path / "lake")
    assert damaged.content(tmp_path / "lake") == after
    backup.restore(tmp_path / "backup", tmp_path / "then", first.name)
    assert damaged.content(tmp_path / "then") == before
    with pytest.raises(LakeError, match="not empty"):
        backup.restore(tmp_path / "backup", tmp_path / "then")


def test_a_damaged_backup_restores_nothing(saved: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(saved, tmp_path / "backup"))
    state = backup.read(copy)
    entry = next(entry for entry in state.entries if entry.name.endswith(".parquet"))
    stored = copy / "files" / entry.sha256[:2] / entry.sha256
    stored.write_bytes(b"x" * entry.size)
    assert backup.verify(copy, state) == [entry.name]
    with pytest.raises(LakeError, match="damaged in the backup"):
        backup.restore(copy, tmp_path / "lake")
    assert not (tmp_path / "lake").exists()
    listing = next((copy / "states").glob("*.json"))
    listing.write_text(listing.read_text().replace(entry.name, "../../evil"))
    with pytest.raises(LakeError, match="list of files"):
        backup.restore(copy, tmp_path / "lake")


def test_a_damaged_lake_is_not_backed_up_over_a_good_one(sound: Path, tmp_path: Path) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    backup.back_up(lake, tmp_path / "backup")
    path = data_of(tmp_path / "lake", "scores")[0]
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(LakeError, match="is damaged, so no backup is made"):
        backup.back_up(lake, tmp_path / "backup")
    assert len(backup.states(tmp_path / "backup")) == 1
    with pytest.raises(LakeError, match="would be in the lake"):
        backup.back_up(lake, tmp_path / "lake" / "backup")


def meanwhile(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """Do `work` once, when a backup copies the first file of a table."""
    keep, left = backup._keep, [work]

    def first(path: Path, folder: Path) -> tuple[str, bool]:
        while left and seals.FOLDER not in path.parts:
            left.pop()()
        return keep(path, folder)

    monkeypatch.setattr(backup, "_keep", first)


def test_a_night_that_runs_during_a_backup_is_in_the_next_one(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No table is ahead of another: the end of a run without its rows would look like a loss."""
    lake = damaged.copy(sound, tmp_path / "lake")
    before = rows(lake)
    meanwhile(monkeypatch, lambda: fill(lake, NIGHTS[1] + timedelta(1), 3))
    backup.back_up(lake, tmp_path / "backup")
    backup.restore(tmp_path / "backup", tmp_path / "then")
    restored = DeltaLake.open(tmp_path / "then")
    assert rows(restored) == before
    assert {finding.kind for finding in mending.look(restored)} <= {check.ORPHAN}
    backup.back_up(lake, tmp_path / "backup")
    backup.restore(tmp_path / "backup", tmp_path / "now")
    assert rows(DeltaLake.open(tmp_path / "now")) == rows(lake) != before


def test_a_lake_that_is_compacted_during_a_backup_is_backed_up_whole(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    monkeypatch.setattr(upkeep, "_FEW", 0)
    meanwhile(monkeypatch, lambda: upkeep.compact(lake, keep=timedelta(0), log=timedelta(0)))
    backup.back_up(lake, tmp_path / "backup")
    backup.restore(tmp_path / "backup", tmp_path / "then")
    restored = DeltaLake.open(tmp_path / "then")
    assert rows(restored) == rows(lake)
    assert mending.look(restored) == []


def test_a_lake_may_be_compacted_twice_at_once(sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = damaged.copy(sound, tmp_path / "lake")
    monkeypatch.setattr(upkeep, "_FEW", 0)
    before = rows(lake)
    for path in (tmp_path / "lake").glob("*/_delta_log/*"):  # older than what is kept of a log
        os.utime(path, ns=(0, path.stat().st_mtime_ns - 3 * 86_400 * 10**9))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: upkeep.compact(lake), range(4)))
    assert rows(lake) == before
    assert mending.look(lake) == []
    with ThreadPoolExecutor(8) as pool:
        kept = seals.read(lake.store, "scores")[0]
        list(pool.map(lambda _: seals.replace(lake.store, "scores", kept), range(40)))
    assert seals.read(lake.store, "scores") == (kept, 0)
    assert not list((tmp_path / "lake" / seals.FOLDER).glob("*.part"))


def case(seed: int, sound: Path, saved: Path, folder: Path) -> str:
    """Damage, check, repair and, if that was refused, restore; return what happened."""
    damaged.copy(sound, folder / "lake")
    what = damaged.harm(folder / "lake", random.Random(seed))  # noqa: S311  no secret
    lake = check.opened(folder / "lake")
    found = mending.look(lake)
    assert found, what
    assert all("\n" not in finding.says and len(finding.says) < 400 for finding in found), what
    outcome = repaired(what, lake, sound)
    damaged.copy(sound, folder / "again")
    damaged.harm(folder / "again", random.Random(seed))  # noqa: S311  no secret
    assert not mending.mend(check.opened(folder / "again"), saved).refused, what
    again = damaged.content(folder / "again", with_seals=False)
    assert again == damaged.content(sound, with_seals=False), what
    return f"{what}: {outcome}"


def repaired(what: str, lake: DeltaLake, sound: Path) -> str:
    """Repair without a backup; return what came of it. Nothing may be lost in silence."""
    try:
        done = mending.mend(lake)
    except RiskscoreError as refused:
        assert "\n" not in str(refused), what
        return "refused"
    left = [finding for finding in mending.look(lake) if finding.kind not in ("rows", "seals")]
    assert bool(left) <= bool(done.refused), (what, left, done)
    if done.refused or any(each.lost for each in done.mended):
        return "mended in part"
    found, expected = rows(DeltaLake.open(lake.uri)), rows(DeltaLake.open(sound))
    assert [name for name in TABLES if name not in ("runs", "ledger") and found[name] != expected[name]] == [], what
    return "mended"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100))
def test_of_100_damaged_lakes_each_is_found_and_mended_or_refused(
    seed: int, sound: Path, saved: Path, tmp_path: Path
) -> None:
    print(case(seed, sound, saved, tmp_path))


@pytest.mark.parametrize("seed", range(1000, 1004))
def test_a_damaged_lake_is_found_and_mended_or_refused(seed: int, sound: Path, saved: Path, tmp_path: Path) -> None:
    case(seed, sound, saved, tmp_path)


@pytest.mark.parametrize("written", [0, 1, 7, -1])
def test_a_full_disk_is_one_error_with_the_folder_and_the_next_backup_goes_on(
    written: int, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, folder, real = DeltaLake.open(sound), tmp_path / "backup", os.fsync
    left = [written if written >= 0 else len(backup.back_up(lake, tmp_path / "other").entries)]

    def fsync(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        real(handle)

    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fsync)
        with pytest.raises(SettingsError, match=f"^cannot write to {folder}: No space left on device$"):
            backup.back_up(lake, folder)
    assert not [*folder.rglob("*.part"), *folder.rglob(".*")]
    assert backup.states(folder) == []
    backup.back_up(lake, folder)
    assert backup.verify(folder, backup.read(folder)) == []
    left = [written if written >= 0 else 7]
    with monkeypatch.context() as full:
        full.setattr(os, "fsync", fsync)
        with pytest.raises(SettingsError, match=f"^cannot write to {tmp_path}: No space left on device$"):
            backup.restore(folder, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()
    backup.restore(folder, tmp_path / "restored")


def test_a_backup_may_begin_again_in_a_folder_that_has_half_of_its_folders(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "backup" / "files").mkdir(parents=True)
    backup.back_up(DeltaLake.open(sound), tmp_path / "backup")
    assert len(backup.states(tmp_path / "backup")) == 1
