"""Mangled files of every format are balanced or refused in one line; bench/mangled.py reads 20,000 of them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from riskscore.manifest.formats import silence

sys.path.append(str(Path(__file__).resolve().parents[2]))
from bench import mangled, mutations

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
