"""Write tables and texts to files: completely or not at all, and safe to open in a spreadsheet.

    frame ─▶ hidden file next to the target (for all targets) ─▶ renamed to the target

After a crash, a full disk or an interrupt, the old files are unchanged. CSV has no lists and no structs, so they become
JSON text. A text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from riskscore.errors import SettingsError

SUFFIXES = (".parquet", ".csv", ".jsonl")
"""Endings of file names; the ending decides the format."""

_FORMULA = r"^\s*[=+\-@\t\r|]"
"""Spreadsheets run cells that begin like this; some of them ignore leading blanks."""


def check(path: Path, *, inputs: tuple[Path, ...] = ()) -> None:
    """Raise SettingsError if `path` cannot be written: unknown ending, no such folder, or it is one of `inputs`."""
    if path.suffix.lower() not in SUFFIXES:
        raise SettingsError(f"cannot write {path}: its name must end with one of {', '.join(SUFFIXES)}")
    if not path.parent.is_dir():
        raise SettingsError(f"cannot write {path}: there is no folder {path.parent}")
    if path.exists() and not path.is_file():
        raise SettingsError(f"cannot write {path}: it exists and is not an ordinary file; choose another name")
    if path.exists() and any(source.exists() and path.samefile(source) for source in inputs):
        raise SettingsError(f"cannot write {path}: it is a file that is being read; choose another name")


def write(*targets: tuple[pl.DataFrame, Path]) -> None:
    """Write each frame to its path, in the format of its ending: either all of them or none.

    Raises SettingsError as `check` does, and OSError if the disk refuses.
    """
    for _, path in targets:
        check(path)
    with contextlib.ExitStack() as drafts:
        written = [(drafts.enter_context(_draft(path)), path, frame) for frame, path in targets]
        for draft, path, frame in written:
            _write(frame, draft, path.suffix.lower())
        for draft, path, _ in written:
            draft.replace(path)


def write_text(text: str, path: Path) -> None:
    """Write `text` to `path` as UTF-8, as `write_bytes` does."""
    write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write `content` to `path`, completely or not at all. Raises SettingsError if the folder does not exist."""
    if not path.parent.is_dir():
        raise SettingsError(f"cannot write {path}: there is no folder {path.parent}")
    with _draft(path) as draft:
        draft.write_bytes(content)
        draft.replace(path)


def check_folder(out: Path) -> None:
    """Raise SettingsError unless `out` is an empty folder, or does not exist in an existing folder."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsError(f"cannot write {out}: it exists and is not an empty folder; choose another name")
    if not out.parent.is_dir():
        raise SettingsError(f"cannot write {out}: there is no folder {out.parent}")


@contextlib.contextmanager
def folder(out: Path) -> Iterator[Path]:
    """A hidden folder next to `out`, renamed to `out` at the end of the block, or deleted after an error.

    Raises SettingsError as `check_folder` does.
    """
    check_folder(out)
    draft = out.with_name(f".{out.name}.{os.getpid()}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    try:
        yield draft
        draft.replace(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextlib.contextmanager
def _draft(path: Path) -> Iterator[Path]:
    draft = path.with_name(f".{path.name[:80]}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _write(frame: pl.DataFrame, path: Path, suffix: str) -> None:
    if suffix == ".parquet":
        frame.write_parquet(path)
    elif suffix == ".jsonl":
        frame.write_ndjson(path)
    else:
        defuse(flatten(frame)).write_csv(path)


def flatten(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn lists and structs into JSON text. The other columns do not change."""
    return frame.with_columns(
        pl.when(pl.col(name).is_not_null())
        .then(pl.struct(pl.col(name).alias("x")).struct.json_encode().str.strip_prefix('{"x":').str.head(-1))
        .alias(name)
        for name, dtype in frame.schema.items()
        if dtype.is_nested()
    )


def defuse(frame: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text that a spreadsheet would run as a formula."""
    text = pl.col(pl.String)
    runs = text.str.contains(_FORMULA)
    return frame.with_columns(pl.when(runs).then("'" + text).otherwise(text).name.keep())
