"""Only regular files are read, within limits, and a failing library becomes one error of one line."""

import errno
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from riskscore import door
from riskscore.errors import ManifestError, SettingsError


@pytest.fixture(params=["pipe", "link to a device", "socket", "folder"])
def no_file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "x.csv"
    if request.param == "pipe":
        os.mkfifo(path)
    elif request.param == "link to a device":
        path.symlink_to("/dev/zero")
    elif request.param == "folder":
        path.mkdir()
    if request.param != "socket":
        yield path
        return
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(str(path))
        yield path


def test_what_is_no_file_is_refused_without_waiting(no_file: Path) -> None:
    with pytest.raises(door.NotAFileError) as refused:
        door.open_file(no_file)
    assert "not a file" in str(refused.value.strerror)


@pytest.mark.parametrize(
    "arguments",
    [
        ["score", "{}"],
        ["columns", "{}"],
        ["score", "sample_manifests/haiphong-2019.csv", "--settings", "{}"],
        ["score", "sample_manifests/haiphong-2019.csv", "--columns", "{}"],
        ["slate", "draw", "sample_manifests/haiphong-2019.csv", "--capacity", "{}"],
    ],
    ids=" ".join,
)
def test_a_command_refuses_a_named_pipe_in_one_line(arguments: list[str], tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    os.mkfifo(path)
    command = [sys.executable, "-m", "riskscore", *(word.format(path) for word in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1


def test_a_model_folder_with_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "card.json")
    command = [sys.executable, "-m", "riskscore", "models", "show", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert "named pipe" in done.stderr


def test_a_file_that_is_exchanged_for_a_pipe_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, other = tmp_path / "x.csv", tmp_path / "y.csv"
    os.mkfifo(path)
    other.write_text("a")
    monkeypatch.setattr(Path, "stat", lambda _: os.stat_result((stat.S_IFREG, *[0] * 9)))
    with pytest.raises(door.NotAFileError):
        door.open_file(path)


def test_a_file_that_has_nothing_to_read_as_yet_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As /proc/kmsg, which says that it is a regular file."""
    (tmp_path / "x").write_text("x")

    def nothing(*_: object) -> bytes:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    monkeypatch.setattr(door.os, "pread", nothing)
    with pytest.raises(OSError, match="temporarily unavailable"):
        door.read(tmp_path / "x")


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("12345")
    assert door.read_text(path, 5) == "12345"
    with pytest.raises(door.TooLargeError):
        door.read(path, 4)


def _panic() -> None:
    dates = pl.Series([[2**31 - 1]], dtype=pl.List(pl.Int32))
    dates.cast(pl.List(pl.Date)).cast(pl.List(pl.String))


def _too_deep() -> None:
    _too_deep()


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    "work",
    [
        _panic,
        _too_deep,
        lambda: _raise(MemoryError()),
        lambda: float(10**400),
        lambda: pl.Series(["x"]).cast(pl.Int64),
        lambda: "x".encode("cp9999"),
    ],
    ids=["panic", "recursion", "memory", "overflow", "polars", "encoding"],
)
def test_what_a_library_raises_becomes_an_error_of_the_house(work: object) -> None:
    with pytest.raises(ManifestError) as caught, door.guarded(ManifestError, "x.csv {odd} is damaged ({reason})"):
        work()  # type: ignore[operator]
    assert str(caught.value).startswith("x.csv {odd} is damaged (")
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("error", [KeyboardInterrupt(), TypeError("a defect"), SettingsError("ours")])
def test_interruptions_defects_and_our_own_errors_pass(error: BaseException) -> None:
    with pytest.raises(type(error)), door.guarded(ManifestError, "{reason}"):
        raise error
