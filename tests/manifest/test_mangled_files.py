"""Mangled files of every kind are read or refused in one line; bench/mangled.py reads 20,000 of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from riskscore.manifest.formats import silence

sys.path.append(str(Path(__file__).resolve().parents[2]))
from bench import mangled, mutations, readers

SEEDS = 6


@pytest.mark.slow
@pytest.mark.parametrize("name", mutations.NAMES)
def test_a_mangled_file_is_balanced_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    for seed in range(100_000, 100_000 + SEEDS):
        path.write_bytes(mutations.case(name, seed))
        outcome, said = mangled.judge(path)
        assert outcome != "FAILED", f"{seed}: {said}"


def test_what_a_library_prints_on_stderr_is_not_shown(capfd: pytest.CaptureFixture[str]) -> None:
    import os  # noqa: PLC0415

    with silence.silent(), silence.silent():
        os.write(2, b"thread panicked")
    os.write(2, b"shown")
    assert capfd.readouterr().err == "shown"


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in readers.NAMES if name != "model.txt"])
def test_a_mangled_file_of_another_kind_is_read_or_refused_in_one_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    for seed in range(100_000, 100_000 + 10 * SEEDS):
        path.write_bytes(mutations.case(name, seed))
        outcome, said = mangled.judge(path, name)
        assert outcome != "FAILED", f"{seed}: {said}"


@pytest.mark.parametrize("name", readers.NAMES)
def test_the_samples_that_are_mangled_are_good_files(name: str, tmp_path: Path) -> None:
    path = tmp_path / "m"
    path.write_bytes(readers.sample(name))
    assert mangled.judge(path, name) == ("read", "")


@pytest.mark.parametrize("path", sorted(mangled.KEPT.glob("*--*")), ids=lambda path: path.name)
def test_a_file_that_failed_once_is_read_or_refused_in_one_line(path: Path) -> None:
    outcome, said = mangled.replay(path)
    assert outcome != "FAILED", said


def test_what_ends_the_process_is_a_failure_that_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mangled, "BUILD", tmp_path / "build")
    (tmp_path / "build").mkdir()
    mangled._keep(3, "capacity.toml", "died: -11", tmp_path / "kept")
    kept = tmp_path / "kept" / "3--capacity.toml"
    assert kept.read_bytes() == mutations.case("capacity.toml", 3)
    assert mangled.replay(kept)[0] == "refused"
