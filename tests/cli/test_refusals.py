"""An error that the user can fix is one line on stderr and exit code 2, and nothing is written."""

import gzip
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from riskscore import export

HEADER = "bill_of_lading,container_number,filed_at,port_of_loading,port_of_discharge,goods_description\n"
ROW = "B1,TOYU0000001,2024-03-01T10:00:00Z,NGAPP,VNHPH,PLASTIC GRANULES\n"


def _bomb(path: Path) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed,
        packed.open("m.csv", "w") as member,
    ):
        member.write((HEADER + ROW).encode())
        for _ in range(300):
            member.write(b" " * 2**20)


BAD_FILES: dict[str, tuple[str, Callable[[Path], object]]] = {
    "empty file": ("m.csv", lambda path: path.write_bytes(b"")),
    "blank file": ("m.csv", lambda path: path.write_text("\n\n  \n")),
    "picture called csv": ("m.csv", lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)),
    "unknown ending": ("m.pdf", lambda path: path.write_bytes(b"%PDF-1.7 nothing of use")),
    "missing required column": ("m.csv", lambda path: path.write_text("bill_of_lading,goods_description\nB1,TEA\n")),
    "damaged gzip": ("m.csv.gz", lambda path: path.write_bytes(gzip.compress((HEADER + ROW * 99).encode())[:-30])),
    "damaged zip": ("m.zip", lambda path: path.write_bytes(b"PK\x03\x04 and nothing else")),
    "zip without files": ("m.zip", lambda path: zipfile.ZipFile(path, "w").close()),
    "damaged Parquet": ("m.parquet", lambda path: path.write_bytes(b"PAR1" + b"\0" * 99 + b"PAR1")),
    "damaged spreadsheet": ("m.xlsx", lambda path: path.write_bytes(b"PK\x03\x04" + b"\0" * 99)),
    "JSON that breaks off": ("m.json", lambda path: path.write_text('[{"bill_of_lading": "B1"')),
    "archive that unpacks to far more": ("m.zip", _bomb),
    "directory": ("folder", lambda path: path.mkdir()),
    "no such file": ("nowhere.csv", lambda path: None),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_cannot_be_read_is_one_line(case, tmp_path, riskscore, model):
    name, make = BAD_FILES[case]
    make(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    for command in (["score", tmp_path / name], ["explain", tmp_path / name, "--container", "TOYU0000001"]):
        ran = riskscore(*command, "--model", model)
        assert (ran.code, ran.out) == (2, ""), case
        assert ran.err.startswith("error: ")
        assert ran.err.count("\n") == 1
        assert name in ran.err
    out = riskscore(
        "score", tmp_path / name, "--model", model, "--out", tmp_path / "o.csv", "--quarantine", tmp_path / "q.csv"
    )
    assert out.code == 2
    assert sorted(tmp_path.rglob("*")) == before


BAD_ARGUMENTS: dict[str, tuple[list[str], str]] = {
    "output folder missing": (["--out", "{tmp}/nowhere/o.csv"], "no folder"),
    "output of unknown ending": (["--out", "{tmp}/o.docx"], ".parquet, .csv, .jsonl"),
    "output is the input": (["--out", "{file}"], "being read"),
    "output is a folder": (["--out", "{tmp}/d.csv"], "not an ordinary file"),
    "both outputs are one": (["--out", "{tmp}/o.csv", "--quarantine", "{tmp}/o.csv"], "choose two files"),
    "both outputs are one, by two ways": (
        ["--out", "{tmp}/o.csv", "--quarantine", "{tmp}/d.csv/../o.csv"],
        "choose two files",
    ),
    "output is in the history": (["--history", "{tmp}/past", "--out", "{tmp}/past/day.csv"], "being read"),
    "output is the column map": (["--columns", "{tmp}/map.csv", "--out", "{tmp}/map.csv"], "being read"),
    "quarantine of unknown ending": (["--quarantine", "{tmp}/q"], ".parquet, .csv, .jsonl"),
    "share beyond one": (["--explain-share", "2"], "0 to 1"),
    "share that is no number": (["--explain-share", "nan"], "a number, not nan"),
    "top of nothing": (["--top", "0"], "--top"),
    "no such model": (["--model", "{tmp}/nowhere"], "no model folder"),
    "folder that is no model": (["--model", "{tmp}"], "not a model folder"),
    "no such history": (["--history", "{tmp}/nowhere.csv"], "nowhere.csv"),
    "history that is no manifest": (["--history", "{tmp}/broken.toml"], "broken.toml"),
    "no such outcomes": (["--outcomes", "{tmp}/nowhere.csv"], "nowhere.csv"),
    "outcomes without findings": (["--outcomes", "{file}"], "finding"),
    "no such column map": (["--columns", "{tmp}/nowhere.toml"], "nowhere.toml"),
    "column map that is no TOML": (["--columns", "{tmp}/broken.toml"], "broken.toml"),
    "unknown option": (["--colour"], "--colour"),
}


@pytest.mark.parametrize("case", BAD_ARGUMENTS)
def test_a_wrong_argument_is_one_line(case, tmp_path, riskscore, manifest, model):
    (tmp_path / "broken.toml").write_text("[columns\n=")
    (tmp_path / "d.csv").mkdir()
    (tmp_path / "past").mkdir()
    (tmp_path / "past" / "day.csv").write_text(HEADER + ROW)
    (tmp_path / "map.csv").write_text('[columns]\nBox = "container_number"\n')
    arguments, expected = BAD_ARGUMENTS[case]
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    filled = [argument.format(tmp=tmp_path, file=manifest) for argument in arguments]
    ran = riskscore("score", manifest, *([] if "--model" in filled else ["--model", model]), *filled)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_model_of_other_features_is_refused_and_names_them(riskscore, manifest, other_model):
    ran = riskscore("score", manifest, "--model", other_model)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "colour_of_the_box" in ran.err


def test_an_unknown_command_is_one_line(riskscore):
    ran = riskscore("rank")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)


@pytest.fixture
def nobody() -> Iterator[Path]:
    """A folder that everybody may use, without the rights of root."""
    folder = Path(tempfile.mkdtemp(prefix="riskscore-"))
    folder.chmod(0o777)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


@pytest.fixture
def loaded(riskscore, manifest, model) -> None:
    """Import everything first, because another user may not read the interpreter's folders."""
    assert riskscore("score", manifest, "--model", model).code == 0


@pytest.mark.usefixtures("loaded")
def test_a_file_without_permission_is_one_line(riskscore, model, tmp_path, nobody):
    secret = nobody / "m.csv"
    secret.write_text(HEADER + ROW)
    secret.chmod(0)
    ran = riskscore("columns", secret)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "m.csv" in ran.err


def test_a_folder_without_permission_is_one_line(riskscore, manifest, model, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "out.csv")

    monkeypatch.setattr(export, "write", refuse)
    ran = riskscore("score", manifest, "--model", model, "--out", manifest.with_name("out.csv"))
    assert (ran.code, ran.err) == (2, "error: Permission denied: out.csv\n")


def test_a_full_disk_is_one_line_and_leaves_no_file(riskscore, manifest, model, monkeypatch):
    def full(self: object, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("polars.DataFrame.write_csv", full)
    before = sorted(manifest.parent.iterdir())
    ran = riskscore("score", manifest, "--model", model, "--out", manifest.with_name("out.csv"))
    out = manifest.with_name("out.csv")
    assert (ran.code, ran.out, ran.err) == (2, "", f"error: cannot write {out}: No space left on device\n")
    assert sorted(manifest.parent.iterdir()) == before


def test_a_defect_says_so_with_a_number_and_the_path_of_its_report(riskscore, manifest, model, monkeypatch, tmp_path):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect\x1b[31m")

    monkeypatch.setattr(export, "write", broken)
    monkeypatch.setenv("RISKSCORE_DEFECTS", str(tmp_path / "defects"))
    words = ("score", manifest, "--model", model, "--out", manifest.with_name("out.csv"))
    ran, again = riskscore(*words), riskscore(*words)
    (report,) = (tmp_path / "defects").iterdir()
    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "error: riskscore failed because of a defect of its own: ZeroDivisionError: a defect[U+001B][31m\n"
        f"This is defect {report.stem}; its report is in {report}. Please send it to those who maintain riskscore.\n",
    )
    assert again == ran
    assert "ZeroDivisionError" in report.read_text()
    assert str(manifest) in report.read_text()
    assert "Traceback" in riskscore(*words, "--debug").err
