"""Write tables and texts to files: completely or not at all, and safe to open in a spreadsheet.

    frame ─▶ hidden file next to the target (for all targets) ─▶ renamed to the target

After a crash, a full disk or an interrupt, the old files are unchanged. Only the owner may read what is written, unless
it is `public`: it names nobody. CSV has no lists and no structs, so they become
JSON text. A text that a spreadsheet would run as a formula gets an apostrophe in front.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from riskscore import permissions, refusals
from riskscore.errors import SettingsError

SUFFIXES = (".parquet", ".csv", ".jsonl")
"""Endings of file names; the ending decides the format."""

_FORMULA = r"^\s*[=+\-@\t\r|]"
"""Spreadsheets run cells that begin like this; some of them ignore leading blanks."""


def check(path: Path, *, endings: Sequence[str] = SUFFIXES, inputs: Sequence[Path] = ()) -> None:
    """Raise SettingsError if the file `path` cannot be written, before the work begins whose result it will have.

    Its name has none of the `endings`, there is no such folder, nothing can be written there, or it is one of `inputs`.
    """
    if path.suffix.lower() not in endings:
        raise SettingsError(f"cannot write {path}: its name must end with one of {', '.join(endings)}")
    _check_parent(path)
    if path.exists() and not path.is_file():
        raise SettingsError(f"cannot write {path}: it exists and is not an ordinary file; choose another name")
    if path.exists() and any(source.exists() and path.samefile(source) for source in inputs):
        raise SettingsError(f"cannot write {path}: it is a file that is being read; choose another name")


def write(*targets: tuple[pl.DataFrame, Path], public: bool = False) -> None:
    """Write each frame to its path, in the format of its ending: either all of them or none.

    Raises SettingsError as `check` and `draft` do.
    """
    for _, path in targets:
        check(path)
    with contextlib.ExitStack() as drafts:
        for frame, path in targets:
            _write(frame, drafts.enter_context(draft(path, public=public)), path.suffix.lower())


def write_text(text: str, path: Path, *, public: bool = False) -> None:
    """Write `text` to `path` as UTF-8, as `write_bytes` does."""
    write_bytes(text.encode(errors="backslashreplace"), path, public=public)


def write_bytes(content: bytes, path: Path, *, public: bool = False) -> None:
    """Write `content` to `path`, completely or not at all. Raises SettingsError as `draft` does."""
    with draft(path, public=public) as place:
        place.write_bytes(content)


@contextlib.contextmanager
def draft(path: Path, *, public: bool = False) -> Iterator[Path]:
    """The path of a hidden file next to `path`, renamed to `path` at the end of the block, or deleted after an error.

    Only its owner may read it, unless it is `public`: then the umask decides. Raises SettingsError if there is no such
    folder, or the system refuses.
    """
    if not path.parent.is_dir():
        raise SettingsError(f"cannot write {path}: there is no folder {path.parent}")
    place = path.with_name(f".riskscore.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
    with _refusals(path), permissions.private():
        try:
            yield place
            _settle(place)
            if public:
                permissions.share(place)
            place.replace(path)
        finally:
            with contextlib.suppress(OSError):
                place.unlink(missing_ok=True)


@contextlib.contextmanager
def _refusals(path: Path) -> Iterator[None]:
    """Turn what the system refuses in the block into a SettingsError that names `path`."""
    try:
        yield
    except (OSError, pl.exceptions.PolarsError) as refused:
        why = refusals.reason(refused)
        if why is None and refusals.damage(refused):  # Polars does not always say what the system told it
            why = "the file could not be written completely; there may be no space left"
        if why is None:
            raise
        raise SettingsError(f"cannot write {path}: {why}") from refused


def _settle(place: Path) -> None:
    """Wait until the file is on the disk: some systems say only then that it is full."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_folder(out: Path) -> None:
    """Raise SettingsError unless `out` is an empty folder, or can be made in an existing folder."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise SettingsError(f"cannot write {out}: it exists and is not an empty folder; choose another name")
    _check_parent(out)


def check_into(folder: Path) -> None:
    """Raise SettingsError unless files can be written into `folder`, which may have others or may have to be made."""
    place = folder
    while not place.exists() and not place.is_symlink() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        what = "it is" if place == folder else f"{place} is"
        raise SettingsError(f"cannot write to {folder}: {what} a file, not a folder; name a folder")
    _check_writable(place, folder)


def _check_parent(path: Path) -> None:
    if not path.parent.is_dir():
        raise SettingsError(f"cannot write {path}: there is no folder {path.parent}")
    _check_writable(path.parent, path)


def _check_writable(folder: Path, path: Path) -> None:
    """Raise SettingsError unless a file can be made in `folder`, for `path`: permissions alone do not tell."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as refused:
        raise SettingsError(f"cannot write {path}: {refused.strerror or refused}") from None


@contextlib.contextmanager
def folder(out: Path, *, public: bool = False) -> Iterator[Path]:
    """A hidden folder next to `out`, renamed to `out` at the end of the block, or deleted after an error.

    Raises SettingsError as `check_folder` and `draft` do.
    """
    check_folder(out)
    place = out.with_name(f".riskscore.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
    with _refusals(out), permissions.private():
        try:
            place.mkdir()
            yield place
            if public:
                permissions.share(place)
            place.replace(out)
        finally:
            shutil.rmtree(place, ignore_errors=True)


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
