"""The process that looks at files for apart.py: reads each within limits, and says what it is.

It writes to no file and ends when nobody is left to ask. Its first line is read by the program that starts it.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from riskscore import toml
from riskscore.errors import LeftAsideError, ManifestError, RiskscoreError, StowPlanError
from riskscore.manifest import outcomes, read
from riskscore.settings import Settings

MANIFEST, OUTCOMES = "manifest", "outcomes"

_LARGEST_FILE = 2**20
"""Bytes that the process may write to one file: only its last words."""

_LONGEST = 300
"""Most characters of a reason."""


def main() -> None:
    """Answer each line of stdin with a line on stdout, until stdin ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    # What a library prints is no answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, _LARGEST_FILE)
    # Arrow's own allocator takes 1 GB of addresses at its first use, which would count as memory.
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
    settings = Settings.of_entry(json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        request = json.loads(line)
        _limit(resource.RLIMIT_DATA, _taken() + request["memory"])
        _limit(resource.RLIMIT_CPU, int(_computed() + request["seconds"]) + 1)
        answers.write(json.dumps(_look(request, settings)) + "\n")
        answers.flush()


def _look(request: dict[str, Any], settings: Settings) -> dict[str, str]:
    path, text = Path(request["path"]), request["map"]
    try:
        if request["what"] == OUTCOMES:
            outcomes.read(path, settings=settings)
        else:
            read.read(path, columns=None if text is None else toml.Text("its column map", text), settings=settings)
    except StowPlanError:
        return _answer("stow plan")
    except LeftAsideError as message:
        return _answer("aside", message.why)
    except ManifestError as unreadable:
        return _answer("unreadable", str(unreadable).removeprefix(f"{path}: ").replace(str(path), path.name))
    except RiskscoreError as wrong:  # in the settings or a column map, and so for other files, too
        return _answer("settings", str(wrong))
    except Exception as defect:  # noqa: BLE001  whatever it is, the other files are read
        return _answer("unreadable", f"riskscore has a defect that shows here ({type(defect).__name__}); report it")
    return _answer("readable")


def _answer(what: str, why: str = "") -> dict[str, str]:
    plain = " ".join("".join(c if c.isprintable() else " " for c in why).split())
    return {"is": what, "why": plain if len(plain) <= _LONGEST else plain[: _LONGEST - 4] + " ..."}


def _limit(kind: int, most: int) -> None:
    """Lower a limit of this process, as far as the system lets it: the hard limit stays."""
    _, hard = resource.getrlimit(kind)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _taken() -> int:
    """Bytes that count for RLIMIT_DATA now; 0 where the system does not say."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text("ascii").splitlines():
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 2**10
    return 0


def _computed() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
