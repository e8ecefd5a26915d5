"""Every end of a command: its exit code, and at most six clean lines on stderr."""

import os
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import typer

from riskscore.errors import BusyError, SettingsError
from riskscore.usage import ending
from riskscore.usage.defects import number


@pytest.fixture
def ended(capsys, monkeypatch, tmp_path):
    """Run a command that raises, and return its exit code and the lines on stderr."""
    monkeypatch.setenv("RISKSCORE_DEFECTS", str(tmp_path / "defects"))

    def run(error, arguments=("score",)):
        def call():
            raise error

        return ending.run(call, arguments), capsys.readouterr().err.splitlines()

    return run


class Panic(BaseException):
    """A panic of a library that is written in Rust; it is no Exception."""


REFUSED = {
    "settings": (SettingsError("no such port"), 2, "error: no such port"),
    "busy": (BusyError("another run"), 75, "error: another run"),
    "disk": (OSError(28, "No space left on device", "out.csv"), 2, "error: No space left on device: out.csv"),
    "message only": (FileNotFoundError("gone (os error 2): /l/a.parquet"), 2, "error: gone (os error 2): /l/a.parquet"),
    "a library": (pl.exceptions.ComputeError("x (os error 28)"), 2, "error: x (os error 28)"),
    "a damaged table": (pl.exceptions.ComputeError("parquet: File out of specification: no footer"), 2,
                        "error: a Parquet file that had to be read is damaged: parquet: File out of specification: no "
                        "footer; restore it from a backup"),
    "memory": (MemoryError(), 2,
               "error: there is not enough memory; give fewer files at once, or use a larger machine"),
    "memory for a library": (ImportError("libparquet.so: failed to map segment from shared object"), 2,
                             "error: there is not enough memory; give fewer files at once, or use a larger machine"),
    "several lines": (SettingsError("a\n\n b\tc"), 2, "error: a b c"),
    "escapes": (SettingsError("Bad\x1b]0;x\x07 \u202egnp \x9b1m"), 2,
                "error: Bad[U+001B]]0;x[U+0007] [U+202E]gnp [U+009B]1m"),
    "password": (SettingsError("http://me:s3@cret@host/x refused"), 2, "error: http://***@host/x refused"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_user_can_fix_is_one_line(case, ended, tmp_path):
    error, code, line = REFUSED[case]
    assert ended(error) == (code, [line])
    assert not (tmp_path / "defects").exists()


@pytest.mark.parametrize(
    "error", [KeyError("x"), Panic("x\ny"), RecursionError(), UnicodeEncodeError("a", "b", 0, 1, "c")]
)
def test_anything_else_is_a_defect_with_its_report(error, ended, tmp_path):
    code, lines = ended(error, ["score", "http://me:secret@host", "\udcff.csv"])
    (report,) = (tmp_path / "defects").iterdir()
    assert (code, len(lines)) == (2, 2)
    assert type(error).__name__ in lines[0]
    assert str(report) in lines[1]
    assert "Traceback" in report.read_text()
    assert "secret" not in report.read_text()
    assert report.stat().st_mode & 0o777 == 0o600
    assert report.parent.stat().st_mode & 0o777 == 0o700


def test_a_report_that_cannot_be_written_is_said(ended, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("RISKSCORE_DEFECTS", str(tmp_path / "file" / "below"))
    monkeypatch.setattr("tempfile.mkdtemp", lambda **_: (_ for _ in ()).throw(OSError(28, "full")))
    code, lines = ended(KeyError("x"))
    assert (code, len(lines)) == (2, 2)
    assert "could not be written" in lines[1]


def test_the_number_is_of_the_kind_and_the_place():
    def fail(error):
        try:
            raise error
        except LookupError as raised:
            return number(raised)

    assert fail(KeyError("a")) == fail(KeyError("b")) != fail(IndexError("a"))


@pytest.mark.parametrize(
    "text",
    ["x" * 5_000, "word " * 2_000, "a.b." * 50_000, f"no file {'y' * 4_000}.csv; choose another name", "\x1b" * 999],
)
def test_a_long_line_is_cut_in_its_middle(text, ended):
    _, (line,) = ended(SettingsError(text))
    assert len(line) <= ending.LONGEST
    assert line.startswith("error: ")
    assert not text.endswith("name") or line.endswith(".csv; choose another name")


def test_codes_of_commands_pass(ended):
    assert ending.run(lambda: 1, []) == 1
    assert ending.run(lambda: None, []) == 0
    assert ended(typer.Abort()) == (130, [])
    assert ended(KeyboardInterrupt()) == (130, [])


def _python(code: str, **streams):
    return subprocess.run([sys.executable, "-c", code], check=False, **streams)


def test_what_libraries_print_is_in_the_report_and_not_on_stderr(tmp_path):
    code = (
        "import os, sys, threading, warnings, logging\n"
        "from riskscore.usage import ending\n"
        "def call():\n"
        "    os.write(2, b'thread polars panicked at x.rs:1\\n' * 40)\n"
        "    warnings.warn('old'); logging.getLogger('x').warning('deprecated')\n"
        "    worker = threading.Thread(target=lambda: 1 / 0); worker.start(); worker.join()\n"
        "    sys.stderr.write('warning: ours\\n')\n"
        "    raise KeyError('defect')\n"
        "sys.exit(ending.run(call, ['score']))\n"
    )
    ran = _python(code, capture_output=True, text=True, env=os.environ | {"RISKSCORE_DEFECTS": str(tmp_path)})
    assert ran.returncode == 2
    assert [line.partition(" ")[0] for line in ran.stderr.splitlines()] == ["warning:", "error:", "This"]
    report = next(tmp_path.glob("*.txt")).read_text()
    assert "panicked" in report
    assert "ZeroDivisionError" in report


@pytest.mark.parametrize(("arguments", "code"), [(["features"], 0), (["features", "--json"], 0)])
def test_a_closed_pipe_is_no_error(arguments, code):
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "riskscore", *arguments], stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (code, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_behind_stdout_is_one_line():
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "riskscore", "features"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert (ran.returncode, ran.stderr) == (2, b"error: No space left on device\n")


def test_closed_streams_and_an_old_encoding_are_no_error():
    words = [sys.executable, "-m", "riskscore", "cases", "list"]
    closed = subprocess.run(["/bin/sh", "-c", '"$@" >&- 2>&- <&-', "sh", *words], check=False)
    ascii_only = subprocess.run(words, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=False)
    assert (closed.returncode, ascii_only.returncode, ascii_only.stderr) == (0, 0, b"")


def test_python_without_docstrings_is_no_error(tmp_path):
    code = "from riskscore.usage import docstrings; import sys; docstrings.keep(); print(sys.flags.optimize, sys.argv)"
    script = tmp_path / "script.py"
    script.write_text(code)
    for options, environment in ((["-OO"], {}), ([], {"PYTHONOPTIMIZE": "2"}), (["-O"], {})):
        words = [sys.executable, *options, str(script), "-OO", "a b"]
        ran = subprocess.run(words, env=os.environ | environment, capture_output=True, text=True, check=False)
        assert (ran.stdout, ran.stderr) == (f"1 {[str(script), '-OO', 'a b']}\n", "")


def test_lightgbm_loads_without_docstrings():
    words = [
        sys.executable,
        "-OO",
        "-c",
        "from riskscore.model.trees import lightgbm; print(lightgbm.Booster.__name__)",
    ]
    ran = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("Booster\n", "")
