"""Concurrent writers lose nothing and duplicate nothing; a killed writer does not harm the lake."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from riskscore.errors import LakeError
from riskscore.lake import delta, health, store, upkeep


def bills(lake) -> Counter[int]:
    return Counter(lake.read("outcomes").collect()["bill_of_lading"].cast(pl.Int64).to_list())


def test_four_processes_that_append_at_the_same_time_lose_nothing(lake, writer):
    started = [writer(lake.store.uri, "hand", first, first + 10) for first in (0, 10, 20, 30)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    assert bills(lake) == dict.fromkeys(range(40), 2)
    assert lake.version("outcomes") == 40


def test_four_processes_with_the_same_runs_write_each_once(lake, writer):
    started = [writer(lake.store.uri, "nightly", 0, 12) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    assert bills(lake) == dict.fromkeys(range(12), 2)


def test_appends_succeed_while_the_lake_is_compacted(lake, writer):
    started = [writer(lake.store.uri, "hand", first, first + 25) for first in (0, 25)]
    while any(process.poll() is None for process in started):
        upkeep.compact(lake)
    assert [process.returncode for process in started] == [0, 0]
    assert bills(lake) == dict.fromkeys(range(50), 2)


def files(lake) -> int:
    return len(list(Path(lake.store.table("outcomes")).glob("night=*/*")))


def orphans(lake) -> tuple[int, int]:
    outcomes = next(table for table in health.info(lake) if table.table == "outcomes")
    return outcomes.orphans, outcomes.matter


def killed(process, lake, wait: Callable[[int], object]) -> set[int]:
    """Kill a running writer once `wait`, given the number of files, returns; return the numbers it had committed."""
    assert process.stdout.readline() == "ready\n"
    wait(files(lake))
    process.kill()
    printed = process.stdout.read().split()
    process.wait()
    return {int(line) for line in printed}


@pytest.mark.slow
def test_a_writer_killed_at_any_time_leaves_complete_appends_and_no_orphan_that_matters(lake, writer):
    """In every second round it is killed as soon as its rows are on the disk, usually before the commit."""
    chance = random.Random(3)  # noqa: S311  no secret

    def any_time(_: int) -> None:
        time.sleep(chance.uniform(0, 0.15))

    def between_rows_and_commit(before: int) -> None:
        while files(lake) == before:
            pass

    rounds = 0
    while rounds < 8 or (orphans(lake)[0] == 0 and rounds < 40):
        rounds += 1
        process = writer(lake.store.uri, "nightly", 0, 10_000, 3_000)
        committed = killed(process, lake, between_rows_and_commit if rounds % 2 else any_time)
        present = bills(lake)
        assert present == dict.fromkeys(range(len(present)), 3_000)
        assert committed <= set(present)
    left, _ = orphans(lake)  # those of the last run matter until it is repeated; it may have been killed several times
    assert left > 0
    assert writer(lake.store.uri, "nightly", 0, len(present) + 1, 3_000).wait(60) == 0
    assert bills(lake) == dict.fromkeys(range(len(present) + 1), 3_000)
    assert orphans(lake) == (left, 0)


def test_of_two_writers_on_the_same_version_one_writes_the_run(lake, rows, monkeypatch):
    """Both check before either commits, so the transaction decides, not the check."""
    barrier = threading.Barrier(2)
    check = delta._has

    def check_together(delta, step, run):
        has = check(delta, step, run)
        if barrier.n_waiting or not met.is_set():
            met.set()
            barrier.wait(10)
        return has

    met = threading.Event()
    monkeypatch.setattr(delta, "_has", check_together)
    wrote: list[bool] = []
    threads = [
        threading.Thread(target=lambda: wrote.append(lake.append("scores", rows("scores", 1), run=1))) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(wrote) == [False, True]
    assert lake.read("scores").collect().height == 6


def test_endless_conflicts_are_reported(lake, rows, monkeypatch):
    def conflict(*_: object, **__: object) -> None:
        raise CommitFailedError("somebody was faster")

    monkeypatch.setattr(delta, "write_deltalake", conflict)
    monkeypatch.setattr(delta.time, "sleep", lambda _: None)
    with pytest.raises(LakeError, match=f"other writers were faster {store.ATTEMPTS} times"):
        lake.append("runs", rows("runs", 1), run=1)


def test_waits_grow_and_are_bounded():
    waits = list(store.waits())
    assert len(waits) == store.ATTEMPTS
    assert max(waits) <= 3
    assert sum(waits) < 30


def test_a_conflict_is_tried_again(lake, rows, monkeypatch):
    """The version that the writer opened is out of date, because the table was changed in the meantime."""
    stale = [lake.snapshot("runs")]
    lake.commit("runs", lambda delta: delta.alter.set_table_properties({"delta.checkpointInterval": "7"}))
    newest = lake.snapshot
    monkeypatch.setattr(type(lake), "snapshot", lambda self, name: stale.pop() if stale else newest(name))
    monkeypatch.setattr(delta.time, "sleep", lambda _: None)
    assert lake.append("runs", rows("runs", 1), run=1)
    assert stale == []
    assert DeltaTable(lake.store.table("runs")).version() == 2
