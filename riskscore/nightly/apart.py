"""Look at the files that arrived in a process apart, so that none of them can stop the night.

    night ─▶ path, what it should be ─▶ process apart: reads it, within limits of memory, time and file size
          ◀─ readable | stow plan | left aside | cannot be read, and why

A library may end its whole process on a crafted file, fill the memory, or never return. So each file is read once in
another process (looking.py) before the run begins. One process looks at all files, and a new one is started only after
a file has ended it. Requests and answers are lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from riskscore import environment
from riskscore.errors import SettingsError
from riskscore.settings import Settings

READABLE, STOW_PLAN, ASIDE, UNREADABLE = "readable", "stow plan", "aside", "unreadable"

MEMORY = 2**30
"""Bytes of memory for looking at a file of any size."""

MEMORY_PER_BYTE = 256
"""Further bytes of memory for each byte of the file; an archive unpacks to at most this many."""

SECONDS = 10.0
"""Seconds of computing for looking at a file of any size."""

SECONDS_PER_MB = 60.0
"""Further seconds for each MB (10**6 bytes) of the file."""

_OF_MACHINE = 0.8
"""The largest part of the machine's memory that is used."""

_PER_CORE = 32 * 2**20
"""Memory that the threads of one core may take."""

_WAITING = 3.0
"""Seconds of waiting for each second of computing, because other processes want the cores, too."""

_STARTING = 60.0
"""Seconds of waiting for a new process."""

_START = (
    "import json, sys; sys.path[:] = json.loads(sys.stdin.readline()); "
    "from riskscore.nightly import looking; looking.main()"
)
_LAST_WORDS = 4096


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file is (READABLE, STOW_PLAN, ASIDE or UNREADABLE), and why it is left in the inbox."""

    what: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes of memory and seconds of computing for one file."""

    memory: int
    seconds: float

    @classmethod
    def of(cls, size: int) -> Limits:
        """The limits for a file of `size` bytes. Raises SettingsError as `environment.limits` does."""
        factor = environment.limits()
        machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        memory = factor * (MEMORY + size * MEMORY_PER_BYTE) + _PER_CORE * (os.cpu_count() or 1)
        return cls(int(min(memory, _OF_MACHINE * machine)), factor * (SECONDS + SECONDS_PER_MB * size / 10**6))


class Apart:
    """Looks at files in a process apart, which is started with the first file. Use it as a context manager."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._is_new = True
        self._open = contextlib.ExitStack()

    def __enter__(self) -> Apart:
        self._words: IO[bytes] = self._open.enter_context(tempfile.TemporaryFile())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._open:
            self._end()

    def look(self, path: Path, what: str, column_map: str | None = None) -> Verdict:
        """Look at the file at `path`, which should be `what` (looking.MANIFEST or OUTCOMES), read with `column_map`.

        Raises SettingsError where the settings or the column map are wrong.
        """
        try:
            limits = Limits.of(path.stat().st_size)
        except OSError as gone:
            return Verdict(UNREADABLE, f"{gone.strerror}")
        request = {"path": str(path), "what": what, "map": column_map, **asdict(limits)}
        self._start()
        waiting = _WAITING * limits.seconds + (_STARTING if self._is_new else 0.0)
        self._is_new = False
        answer = self._ask(request, waiting)
        if answer is None:
            return Verdict(UNREADABLE, self._end(limits))
        if answer["is"] == "settings":
            raise SettingsError(answer["why"])
        return Verdict(answer["is"], answer["why"])

    def _start(self) -> None:
        if self._process is not None:
            return
        self._words.truncate(0)
        self._process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-I", "-c", _START], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._words
        )
        self._is_new = True
        self._send(sys.path)
        self._send(self._settings.entry())

    def _send(self, value: object) -> None:
        # If it has ended, the missing answer says so.
        with contextlib.suppress(BrokenPipeError):
            assert self._process is not None and self._process.stdin is not None  # noqa: S101  started above
            self._process.stdin.write(json.dumps(value, default=str).encode() + b"\n")
            self._process.stdin.flush()

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, str] | None:
        """The answer, or None where the process has ended or does not answer in time."""
        self._send(request)
        assert self._process is not None and self._process.stdout is not None  # noqa: S101  started above
        pipe, text, end = self._process.stdout.fileno(), b"", time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while not text.endswith(b"\n"):
                if not selector.select(max(end - time.monotonic(), 0.0)) or not (part := os.read(pipe, 2**16)):
                    return None
                text += part
        answer: dict[str, str] = json.loads(text)
        return answer

    def _end(self, limits: Limits | None = None) -> str:
        """End the process, and say why a file has ended it, or why it was ended during one."""
        process, self._process = self._process, None
        if process is None:
            return ""
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        try:
            # Nothing is left to read for it, so it ends by itself, unless it is at work on a file.
            code = process.wait(0.2 if limits else 5.0)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = -signal.SIGXCPU
        self._words.seek(max(self._words.seek(0, os.SEEK_END) - _LAST_WORDS, 0))
        return "" if limits is None else _why(code, self._words.read().decode("utf-8", "replace"), limits)


def _why(code: int, words: str, limits: Limits) -> str:
    raising = f"a service that trusts its sender raises ${environment.LIMITS}"
    if code == -signal.SIGXCPU:
        return f"reading it takes more than {limits.seconds:,.0f} s, which no file of its size does; {raising}"
    if code == -signal.SIGKILL or "memory" in words.lower() or "alloc" in words.lower():
        return f"reading it takes more than {limits.memory / 2**20:,.0f} MB of memory; {raising}"
    name = signal.Signals(-code).name if -code in signal.valid_signals() else f"exit code {code}"
    return f"a library ended on it ({name}), as on a damaged or crafted file; ask its sender for it again"
