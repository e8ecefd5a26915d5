"""Start commands of riskscore as forks of a process that has loaded the libraries, which saves most of each start.

    Forks() ─▶ a server, with the libraries loaded ─▶ start(words) ─▶ a fork in a group of its own: its pid
                                                                          └─▶ LOG.out, LOG.err, LOG.code

Only libraries are loaded before the fork, because modules of riskscore use Polars while they load, and its threads do
not survive a fork. The server has one thread of its own and starts nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

STEP = 0.003
"""Seconds between two looks."""

HUNG = "Traceback: it hung"
"""What stands in for the errors of a command that did not end."""


@dataclass
class Fork:
    """A running command. Its output and its exit code are in files beside `log`."""

    pid: int
    log: Path
    pipe: int | None = None

    @property
    def code(self) -> int | None:
        """Its exit code, the negative number of the signal that ended it, or None while it runs."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int(self.log.with_suffix(".code").read_text("utf-8"))
        return None

    @property
    def errors(self) -> str:
        """Its output on stderr."""
        return self.log.with_suffix(".err").read_text("utf-8", "replace")

    def kill(self) -> None:
        """End it and the processes that it started, at once."""
        for end in (os.killpg, os.kill):  # it has no group of its own in its first moment
            with contextlib.suppress(ProcessLookupError):
                end(self.pid, signal.SIGKILL)
                return

    def wait(self, seconds: float) -> int:
        """Wait for its end, and kill it after `seconds`; return its exit code."""
        deadline, said = time.monotonic() + seconds, b""
        while self.code is None and time.monotonic() < deadline:
            time.sleep(STEP)
        if self.code is None:
            self.kill()
            said = HUNG.encode()
            while self.code is None:
                time.sleep(STEP)
        if self.pipe is not None:
            with contextlib.suppress(BlockingIOError):
                said += os.read(self.pipe, 1 << 16)
            os.close(self.pipe)
            self.pipe = None
        if said:
            with self.log.with_suffix(".err").open("ab") as file:
                file.write(said)
        return self.code


class Forks:
    """The server. Any thread may start commands."""

    def __init__(self) -> None:
        environment = os.environ | {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._server = subprocess.Popen(  # noqa: S603  our own
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self._lock = threading.Lock()
        with tempfile.TemporaryDirectory() as place:  # until the libraries are loaded
            self.start(Path(place) / "first", ["--version"], {}).wait(600)

    def start(
        self,
        log: Path,
        words: Sequence[object],
        environment: Mapping[str, str],
        *,
        limit: int = 0,
        shift: float = 0,
    ) -> Fork:
        """Start a command with files of `limit` bytes at most, or with a clock that is `shift` seconds wrong."""
        pipe = None
        if limit:  # what it says is not on the full disk
            os.mkfifo(log.with_suffix(".pipe"))
            pipe = os.open(log.with_suffix(".pipe"), os.O_RDWR | os.O_NONBLOCK)
            log.with_suffix(".err").touch()
        order = {"log": str(log), "words": [*map(str, words)], "environment": dict(environment)}
        with self._lock:
            assert self._server.stdin is not None and self._server.stdout is not None  # noqa: S101  both are pipes
            self._server.stdin.write(json.dumps(order | {"limit": limit, "shift": shift}).encode() + b"\n")
            self._server.stdin.flush()
            return Fork(int(self._server.stdout.readline()), log, pipe)


def serve() -> None:
    """Load the libraries, fork for each order (a line of JSON on stdin), and note how the forks end."""
    import deltalake  # noqa: F401, PLC0415  this and the next ones load here and nowhere else
    import lightgbm  # noqa: F401, PLC0415
    import pyarrow.parquet  # noqa: F401, PLC0415
    import scipy.stats  # noqa: F401, PLC0415
    import sklearn.isotonic  # noqa: F401, PLC0415
    import typer  # noqa: F401, PLC0415

    logs: dict[int, Path] = {}
    waiting = b""
    while True:
        if select.select([0], [], [], STEP if logs else 1)[0]:
            if not (read := os.read(0, 1 << 16)):
                return
            *lines, waiting = (waiting + read).split(b"\n")
            for order in map(json.loads, lines):
                pid = os.fork()
                if pid == 0:
                    _run(order)
                logs[pid] = Path(order["log"])
                os.write(1, f"{pid}\n".encode())
        while logs:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            draft = logs[pid].with_suffix(".ended")
            draft.write_text(str(os.waitstatus_to_exitcode(status)), "utf-8")
            draft.replace(logs.pop(pid).with_suffix(".code"))


def _run(order: Mapping[str, Any]) -> NoReturn:
    """Run a command in this process, and end it."""
    os.setsid()
    log, limit = Path(order["log"]), order["limit"]
    places = (os.devnull, log.with_suffix(".out"), log.with_suffix(".pipe" if limit else ".err"))
    for number, place in enumerate(places):
        kind = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT
        os.dup2(os.open(os.devnull if limit and number == 1 else place, kind, 0o600), number)
    os.environ.update(order["environment"])
    sys.argv = ["riskscore", *order["words"]]
    code: object = 70
    try:
        if limit:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        if order["shift"]:
            import clock  # noqa: PLC0415  loads riskscore

            clock.shift(order["shift"])
        from riskscore.cli import main  # noqa: PLC0415  not before the fork

        main(order["words"])
    except SystemExit as end:
        code = end.code
    except BaseException:  # noqa: BLE001  a fork must not go on as a server
        traceback.print_exc()
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    serve()
