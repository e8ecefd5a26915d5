"""How a command ends: with an exit code and a few clean lines on stderr, whatever has happened in it.

    done                            0, or the code of the command
    error that the user can fix     2 (75 if another run is working): one line
    refusal of the system           2: one line, such as a full disk
    damaged file of a lake          2: one line, with its path
    defect of riskscore             2: two lines, with its number and the path of its report

Only `run` catches errors that riskscore did not raise itself. Libraries write to stderr past Python, such as Rust that
panics. That goes into the report of a defect and not to the terminal.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO, TextIO, cast

import typer

from riskscore import permissions, refusals
from riskscore.errors import DamageError, RiskscoreError
from riskscore.lake import damage
from riskscore.usage import misuse
from riskscore.visible import characters, message

LONGEST = 300
"""Most characters of a line on stderr."""

MOST_KEPT = 1 << 20
"""Bytes of what libraries write that are read for a report."""

FAILED, INTERRUPTED = 2, 130


def run(call: Callable[[], Any], arguments: Sequence[str], *, debug: bool = False) -> int:
    """Call a command and return its exit code; what is wrong is printed on stderr, with `debug` with its traceback."""
    damage.forget()
    with permissions.private(), _quiet(debug) as printed:
        try:
            code = int(call() or 0)
            sys.stdout.flush()
        except (KeyboardInterrupt, typer.Abort):
            return INTERRUPTED
        except (BrokenPipeError, SystemExit) as ended:  # completion ends by SystemExit, and Typer at a broken pipe
            if not isinstance(ended.__context__ if isinstance(ended, SystemExit) else ended, BrokenPipeError):
                raise
            _drop_stdout()  # the reader of the pipe, such as `head`, has closed it
            return 0
        except BaseException as wrong:  # noqa: BLE001  the one place where a command ends; a Rust panic is no Exception
            code, lines = _told(wrong, arguments, printed)
            _drop_stdout()
            trace = "".join(traceback.format_exception(wrong)).splitlines() if debug else []
            for line in (*map(characters, trace), *lines):
                typer.echo(line, err=True)
        return code


def _told(wrong: BaseException, arguments: Sequence[str], printed: Callable[[], str]) -> tuple[int, list[str]]:
    """The exit code for an error, and the lines that say what is wrong."""
    if isinstance(wrong, typer.TyperException):
        return FAILED, [_error(misuse.message(wrong))]
    if isinstance(wrong, RiskscoreError) and not isinstance(wrong, DamageError):
        return wrong.exit_code, [_error(wrong)]
    if (outside := _outside(wrong)) is not None:
        return FAILED, [_error(outside)]
    from riskscore.usage import defects  # noqa: PLC0415  loads what only a defect needs

    label, report = defects.write(wrong, arguments, printed())
    place = f"its report is in {report}" if report else "its report could not be written; see it with --debug"
    return FAILED, [
        _error(f"riskscore failed because of a defect of its own: {type(wrong).__name__}: {wrong}"),
        message(f"This is defect {label}; {place}. Please send it to those who maintain riskscore.", LONGEST),
    ]


def _outside(wrong: BaseException) -> str | None:
    """What is wrong outside riskscore: the memory, the system, or a file; None if nothing is found."""
    if isinstance(wrong, MemoryError) or (isinstance(wrong, ImportError) and "failed to map" in str(wrong)):
        return "there is not enough memory; give fewer files at once, or use a larger machine"
    if not isinstance(wrong, DamageError) and (reason := refusals.reason(wrong)) is not None:
        named = getattr(wrong, "filename", None)
        whole = str(wrong) if named is None and not getattr(wrong, "strerror", None) else reason
        return whole if named is None else f"{reason}: {named}"
    if (damaged := _damaged_file()) is not None:
        return damaged
    if isinstance(wrong, DamageError):
        return str(wrong)
    what = refusals.damage(wrong)
    return what and f"a Parquet file that had to be read is damaged: {what}; restore it from a backup"


def _damaged_file() -> str | None:
    """What is wrong with a file of a lake that the command has read; None if nothing is found."""
    with contextlib.suppress(Exception):  # looking for the cause must not hide what went wrong
        return damage.told()
    return None


def _error(text: object) -> str:
    return "error: " + message(text, LONGEST - len("error: "))


@contextlib.contextmanager
def _quiet(debug: bool) -> Iterator[Callable[[], str]]:
    """Keep what libraries write to stderr; the value returns it. With `debug` it goes to the terminal, as ever."""
    _restore_streams()
    if debug or not isinstance(sys.stderr, io.TextIOWrapper) or _number(sys.stderr) != 2:
        yield str
        return
    ours = sys.stderr
    with warnings.catch_warnings(), _kept() as kept, os.fdopen(os.dup(2), "w") as terminal:
        warnings.simplefilter("ignore")
        logging.getLogger().addHandler(logging.NullHandler())
        ours.flush()
        os.dup2(kept.fileno(), 2)
        terminal.reconfigure(line_buffering=True, encoding=ours.encoding, errors="backslashreplace")
        hooks, sys.stderr = (threading.excepthook, sys.unraisablehook), terminal
        threading.excepthook = sys.unraisablehook = _keep
        try:
            yield lambda: _read(kept)
        finally:
            sys.stderr = ours
            threading.excepthook, sys.unraisablehook = hooks
            with contextlib.suppress(OSError):
                terminal.flush()
            os.dup2(terminal.fileno(), 2)


def _keep(raised: Any) -> None:
    """Write what a thread or a destructor raised to where libraries write, not to the terminal."""
    os.write(2, "".join(traceback.format_exception(raised.exc_value)).encode(errors="backslashreplace"))


def _kept() -> BinaryIO:
    """A file without a name for what libraries write: in memory, where the system has that, because disks are full."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("stderr"), "w+b", buffering=0)
    return cast(BinaryIO, tempfile.TemporaryFile(buffering=0))


def _read(kept: BinaryIO) -> str:
    kept.seek(0)
    return kept.read(MOST_KEPT).decode(errors="replace")


def _number(stream: TextIO) -> int | None:
    """The file descriptor of a stream; None where it has none, as in tests."""
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def _restore_streams() -> None:
    """Open what a caller has closed, so that no file of ours becomes stdout, and print any text in any encoding."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115  it stays open until the process ends
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _drop_stdout() -> None:
    """Send nowhere what is still to be printed: Python would try again at its end, and print why it cannot."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        return
    if (descriptor := _number(sys.stdout)) is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
