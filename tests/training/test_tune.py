"""A search keeps its trials: if it is killed and continued, it ends like an uninterrupted one."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from training import searcher

from riskscore.errors import BusyError, SettingsError
from riskscore.features.catalogue import Catalogue
from riskscore.training.dataset import Dataset
from riskscore.training.plan import Tuning
from riskscore.training.train import fit
from riskscore.training.trees import SETTINGS, Choice
from riskscore.training.tune import JOURNAL, is_over, tune

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def search(study: Path, trials: int, *, data: str = "made up", seed: int = 3) -> tuple[Choice, dict[str, Any]]:
    tuning = Tuning(study, trials=trials)
    return tune(searcher.Folds(), data, searcher.catalogue(), tuning, seed)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Choice, dict[str, Any]]:
    return search(tmp_path_factory.mktemp("searches") / "whole", 14)


def test_the_best_trial_is_no_worse_than_the_shipped_settings(undisturbed: tuple[Choice, dict[str, Any]]) -> None:
    choice, entry = undisturbed
    assert entry["trials"] == 14
    assert entry["loss"] <= entry["loss_of_shipped_settings"]
    assert set(choice.parameters) < set(SETTINGS)
    assert choice.factor == 0.3  # with which the rows are made least noisy


def start(study: Path, trials: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(Path(searcher.__file__)), str(study), str(trials)]
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": paths}
    )


@pytest.mark.parametrize("at", [1, 4, 12])
def test_a_killed_search_ends_like_an_uninterrupted_one(
    undisturbed: tuple[Choice, dict[str, Any]], tmp_path: Path, at: int
) -> None:
    study = tmp_path / "whole"
    running = start(study, 14)
    assert running.stdout is not None
    for line in running.stdout:
        if line.startswith(f"trial {at} ") or line.strip() == f"trial {at}":
            break
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    finished = done(study)
    assert finished in (at - 1, at)  # the trial may have ended before it was killed
    assert search(study, 14) == undisturbed
    assert done(study) == 14


def done(study: Path) -> int:
    lines = [json.loads(line) for line in (study / JOURNAL).read_text().splitlines() if line.endswith("}")]
    return sum(line["op_code"] == 6 and line.get("state") == 1 for line in lines)


def test_an_unfinished_line_in_the_journal_is_ignored(
    undisturbed: tuple[Choice, dict[str, Any]], tmp_path: Path
) -> None:
    study = tmp_path / "whole"
    search(study, 5)
    with (study / JOURNAL).open("a") as journal:
        journal.write('{"op_code":4,"study_id"')
    assert search(study, 14) == undisturbed


def test_a_finished_search_makes_no_more_trials(undisturbed: tuple[Choice, dict[str, Any]], tmp_path: Path) -> None:
    study = tmp_path / "whole"
    search(study, 14)
    assert search(study, 14) == undisturbed
    assert done(study) == 14
    fewer = search(study, 6)[1]
    assert (fewer["trials"], fewer["best_trial"] <= 6) == (6, True)  # as if the later trials did not exist


@pytest.mark.parametrize("other", [{"data": "other"}, {"seed": 4}])
def test_a_search_with_other_inputs_is_refused(tmp_path: Path, other: dict[str, Any]) -> None:
    search(tmp_path / "study", 1)
    with pytest.raises(SettingsError, match="has other inputs"):
        search(tmp_path / "study", 2, **other)


def test_two_searches_cannot_use_the_same_folder(tmp_path: Path) -> None:
    search(tmp_path, 1)
    with (tmp_path / JOURNAL).open() as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)
        with pytest.raises(BusyError, match="another search"):
            search(tmp_path, 2)


def test_an_unusable_folder_or_journal_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsError, match="cannot store the search"):
        search(tmp_path / "file" / "study", 1)
    (tmp_path / JOURNAL).write_text("this is no journal\n")
    with pytest.raises(SettingsError, match="not a search that can continue"):
        search(tmp_path, 1)


@pytest.mark.parametrize("end", [{}, {"minutes": 1.0, "trials": 2}, {"minutes": 0.0}, {"trials": 0}, {"minutes": -1.0}])
def test_a_search_needs_exactly_one_limit(tmp_path: Path, end: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="search"):
        Tuning(tmp_path, **end)


def test_minutes_count_finished_trials(tmp_path: Path) -> None:
    tuning = Tuning(tmp_path, minutes=1.0)
    trial: Any = SimpleNamespace(duration=timedelta(seconds=25))
    assert [is_over(tuning, [trial] * count) for count in range(4)] == [False, False, False, True]
    least = Tuning(tmp_path / "short", minutes=1e-6)
    assert tune(searcher.Folds(), "x", searcher.catalogue(), least, 0)[1]["trials"] == 1


def test_a_model_from_a_search_is_reproducible(toy_data: Dataset, toy_catalogue: Catalogue, tmp_path: Path) -> None:
    few = toy_data.where(pl.col("day") < pl.date(2024, 2, 10))
    tuning = Tuning(tmp_path / "study", trials=2)
    one, two = (fit([few], toy_catalogue, tuning=tuning) for _ in range(2))
    one.save(tmp_path / "one")
    two.save(tmp_path / "two")
    assert one.card.settings["search"]["trials"] == 2
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
