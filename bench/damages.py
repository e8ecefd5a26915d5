"""Damage a lake and its backup in many ways, and let the commands find it, mend it, and put it back.

    python bench/damages.py [--damages 100] [--seed 0]

    three nights, backed up ─▶ damage ─┬─▶ lake check ─▶ lake repair ─▶ lake check
                                       └─▶ lake repair --from BACKUP ─▶ lake check ─▶ the same files, bit for bit
    the backup ─────────────▶ damage ─────▶ lake restore ─▶ the same files, bit for bit, or none

A damage is a file or folder that is cut off, changed, zeroed, swapped for another, lost, or no longer a file
(tests/damaged.py); some trials have two or three. The check must find each. A repair that ends with 0 must leave the
rows that were there and nothing to find; one that ends with 1 says what is lost or not mended. Every command must end
in time, with 0, 1 or 2, and with at most six lines on stderr.

Prints how the trials ended and a line of JSON, and exits with 1 if one failed. Folders of failed trials stay in
build/damages.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import calls
import forked
import polars as pl
import trial

from riskscore.lake.open import open_lake

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests"))
import damaged

FOLDER = Path("build/damages")
HANGS = 120
LINES, CHARACTERS = 6, 300
"""Most lines on stderr, and most characters of each."""

REBUILT = ("runs", "ledger")
"""Tables that a repair may write anew, with other rows; `lake check` compares the sums of the ledger with the log."""

MOST = (1, 1, 1, 1, 2, 3)
"""How many damages a trial has, by chance."""


def main() -> None:
    """Run the trials."""
    options = trial.options(__doc__, FOLDER, damages=(100, "number of damaged lakes, and of damaged backups"))
    bench, began = Bench(options.seed), time.monotonic()
    failed = trial.series(FOLDER, [f"trial-{number}" for number in range(options.damages)], bench.trial)
    report = {"damages": options.damages, "distinct": len(bench.seen), "seed": options.seed}
    report |= {"seconds": round(time.monotonic() - began), **bench.ends}
    print(json.dumps(report | {"failures": len(failed), "failed": failed}), flush=True)
    sys.exit(1 if failed else 0)


class Bench:
    """The sound lake, its backup, and the server that starts commands."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.base = FOLDER / "base"
        os.environ["RISKSCORE_DEFECTS"] = str((FOLDER / "defects").resolve())
        print(f"running {calls.NIGHTS} nights first", flush=True)
        calls.before(self.base, learn=False)
        damaged.add_maps(open_lake(self.base / "lake"))
        trial.done(self.base / "run", "lake", "backup", self.base / "lake", self.base / "backup")
        self.content = damaged.content(self.base / "lake")
        self.unsealed = damaged.content(self.base / "lake", with_seals=False)
        self.rows = rows(self.base / "lake")
        self.forks = forked.Forks()
        self.seen = set[str]()
        self.ends = Counter[str]()

    def trial(self, number: int, folder: Path) -> list[str]:
        """Make one trial, and return what is wrong."""
        folder.mkdir()
        wrong = self._of_lake(folder, f"{self.seed} lake {number}")
        return wrong + self._of_backup(folder, f"{self.seed} backup {number}")

    def _of_lake(self, folder: Path, seed: str) -> list[str]:
        lake, again = folder / "lake", folder / "again"
        what = self._harm(lake, self.base / "lake", seed)
        self.seen.add(what)
        _, wrong = self._call(folder, (1,), "lake", "check", lake)
        code, more = self._call(folder, (0, 1, 2), "lake", "repair", lake)
        wrong += more
        self.ends[("mended", "lost in part", "refused")[code] if code in (0, 1, 2) else "ended wrongly"] += 1
        if code == 0:
            wrong += self._call(folder, (0,), "lake", "check", lake)[1]
            wrong += trial.differing(rows(lake), self.rows)
        self._harm(again, self.base / "lake", seed)
        wrong += self._call(folder, (0,), "lake", "repair", again, "--from", self.base / "backup")[1]
        wrong += self._call(folder, (0,), "lake", "check", again)[1]
        wrong += other_files(damaged.content(again, with_seals=False), self.unsealed)
        return [what, *wrong] if wrong else []

    def _of_backup(self, folder: Path, seed: str) -> list[str]:
        backup, restored = folder / "backup", folder / "restored"
        what = self._harm(backup, self.base / "backup", seed)
        code, wrong = self._call(folder, (0, 1, 2), "lake", "restore", backup, restored)
        self.ends["restored" if code == 0 else "restore refused"] += 1
        if code == 0:
            wrong += other_files(damaged.content(restored), self.content)
        elif restored.exists():
            wrong.append("a refused restore has left a lake")
        return [f"backup: {what}", *wrong] if wrong else []

    def _harm(self, folder: Path, source: Path, seed: str) -> str:
        """Copy a folder, damage the copy, and say how."""
        chance = random.Random(seed)  # noqa: S311  no secret
        shutil.copytree(source, folder)
        return ", ".join(damaged.harm(folder, chance) for _ in range(chance.choice(MOST)))

    def _call(self, folder: Path, codes: tuple[int, ...], *words: object) -> tuple[int, list[str]]:
        """Call a command to its end: its code, and what is wrong with how it ended."""
        run = self.forks.start(folder / f"run-{time.monotonic_ns()}", words, {})
        code, lines = run.wait(HANGS), run.errors.splitlines()
        is_clean = len(lines) <= LINES and all(len(line) <= CHARACTERS for line in lines)
        if code in codes and is_clean and "Traceback" not in run.errors:
            return code, []
        return code, [f"{' '.join(map(str, words))} ended with {code}: {run.errors[-400:]}"]


def rows(folder: Path) -> dict[str, pl.DataFrame]:
    """The rows of every table of a lake but REBUILT."""
    return {name: found for name, found in trial.tables(open_lake(folder)).items() if name not in REBUILT}


def other_files(found: dict[str, bytes], expected: dict[str, bytes]) -> list[str]:
    """The files that differ, as a sentence."""
    names = sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))
    return [f"files differ: {', '.join(names)}"] if names else []


if __name__ == "__main__":
    main()
