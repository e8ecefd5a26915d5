"""Archive: stores the versions of models, and every change of champion.

    folder   models/NAME/model.txt ...                      models/history/000007.json     one file per change
    lake     table `models`, one row per file of a model    table `champions`              one row per change

Changes are numbered. `add` writes a complete change or nothing, and only if its number is not taken: if two people
change the champion at once, one of them gets an error. After a crash the last change is either the one before or the
new one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import polars as pl

from riskscore import door, environment, folders, permissions
from riskscore.environment import HISTORY, SHIPPED
from riskscore.errors import ModelError
from riskscore.lake import turns
from riskscore.model import card_form
from riskscore.model.booster import CALIBRATION, CARD, MODEL, READABLE

if TYPE_CHECKING:
    from riskscore.lake.protocol import Lake

SIGNATURE = "signature.json"
"""Name of the signature of a model by its maker, if there is one (`model.trust`)."""

KEPT = (MODEL, CALIBRATION, CARD, READABLE, SIGNATURE)
"""Names of the files that a model may have. Names from elsewhere are never written."""

_CHANGE = {
    "action": str,
    "model": environment.is_model_name,
    "champion": environment.is_model_name,
    "checksum": (str, type(None)),
    "number": int,
    "before": environment.is_model_name,
    "at": str,
    "catalogue?": str,
    "reason?": str,
    "refusals?": [str],
    "figures?": dict,
}
"""What a change must be, as `card_form.check` reads it."""

Files: TypeAlias = Mapping[str, str]
"""Texts of the files of a model folder, by name."""

ChangeRecord: TypeAlias = dict[str, Any]
"""A change, ready for JSON, with `number`, `action`, `model` and the moment `at`."""


class Archive(Protocol):
    """What a registry needs from the place where it is stored."""

    @property
    def where(self) -> str:
        """Folder or address, for messages."""

    def changes(self) -> list[ChangeRecord]:
        """Return every change so far, in order."""

    def add(self, change: ChangeRecord) -> bool:
        """Write the next change; return False if its number is already taken."""

    def names(self) -> list[str]:
        """Return the names of the stored versions, sorted."""

    def files(self, name: str, only: str | None = None) -> Files:
        """Return the files of a version: the latest, or those with the checksum `only`.

        Raises ModelError if they are not in the archive.
        """

    def keep(self, name: str, files: Files) -> None:
        """Store a version; one that is already there stays unchanged. Raises ModelError if it cannot be stored."""


def checksum(files: Files) -> str:
    """Return the SHA-256 of a model's trees, calibration and card."""
    content = hashlib.sha256()
    for name in (MODEL, CALIBRATION, CARD):
        content.update(hashlib.sha256(files[name].encode()).digest())
    return content.hexdigest()


def read(folder: Path) -> Files:
    """Read the files of a model folder. Raises ModelError if one is missing or cannot be read."""
    try:
        texts = {name: door.read_text(folder / name) for name in (CARD, MODEL, CALIBRATION)}
    except FileNotFoundError as missing:
        name = Path(missing.filename).name
        raise ModelError(
            f"{folder} is not a model folder: {name} is missing; create a model with `riskscore train`"
        ) from missing
    except (OSError, UnicodeDecodeError) as damaged:
        raise ModelError(f"cannot read the model in {folder}: {damaged}") from damaged
    for name in (READABLE, SIGNATURE):
        with contextlib.suppress(OSError, UnicodeDecodeError):
            texts[name] = door.read_text(folder / name)
    return texts


@contextlib.contextmanager
def as_folder(name: str, files: Files) -> Iterator[Path]:
    """Write `files` to a temporary folder called `name`, and delete it when the context ends.

    Raises ModelError if the name is a path. Files that are not of a model are left out.
    """
    with tempfile.TemporaryDirectory(prefix="riskscore-") as place:
        folder = _below(Path(place), name)
        folder.mkdir()
        for file in KEPT:
            if file in files:
                (folder / file).write_text(files[file], "utf-8")
        yield folder


def _below(root: Path, name: str) -> Path:
    """Return the folder `name` below `root`. Raises ModelError if the name leads out of it."""
    folder = environment.folder_below(root, name)
    if folder is None:
        raise ModelError(f"{name[:60]!r} is not the name of a model below {root}; restore the registry from a backup")
    return folder


class Folder:
    """The archive in a folder, one subfolder per version."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def where(self) -> str:
        """Path of the folder."""
        return str(self.root)

    def changes(self) -> list[ChangeRecord]:
        """Read every file of the history. Raises ModelError if one is damaged."""
        return [_change(path) for path in sorted((self.root / HISTORY).glob("[0-9]*.json"))]

    def add(self, change: ChangeRecord) -> bool:
        """Write the change to a draft file and link it to its name, which fails if that name exists."""
        place = self.root / HISTORY / f"{change['number']:06}.json"
        draft = place.with_name(f".{place.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
        try:
            if not place.parent.is_dir():
                place.parent.mkdir(parents=True)
                permissions.share(place.parent)
            with draft.open("w", encoding="utf-8") as stream:
                stream.write(json.dumps(change, indent=1, ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            permissions.share(draft)
            place.hardlink_to(draft)
        except FileExistsError:
            return False
        except OSError as refused:
            raise ModelError(f"cannot write {place}: {refused.strerror or refused}") from refused
        finally:
            draft.unlink(missing_ok=True)
        return True

    def names(self) -> list[str]:
        """Return the folders below the root that can be models, and SHIPPED."""
        paths = self.root.iterdir() if self.root.is_dir() else []
        below = {path.name for path in paths if path.is_dir() and environment.folder_below(self.root, path.name)}
        return sorted(below | {SHIPPED})

    def files(self, name: str, only: str | None = None) -> Files:
        """Read the folder. Raises ModelError also if its content no longer has the checksum `only`."""
        texts = read(folders.default_model() if name == SHIPPED else _below(self.root, name))
        # The shipped model changes with each release, and is the champion if nothing was promoted.
        if only is not None and name != SHIPPED and checksum(texts) != only:
            raise ModelError(f"the model in {self.root / name} has changed since it was promoted; promote it again")
        return texts

    def keep(self, name: str, files: Files) -> None:
        """Check that the version is a folder below the root; nothing is copied."""
        if name != SHIPPED and not (_below(self.root, name).is_dir() and self.files(name) == files):
            raise ModelError(f"this model {name} is not below {self.root}; move it there to promote it")


class Tables:
    """The archive in a lake, in a folder or an object store; stored versions never change."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    @property
    def where(self) -> str:
        """Folder or address of the lake."""
        return self.lake.uri

    def changes(self) -> list[ChangeRecord]:
        """Read the table of changes."""
        rows = self.lake.read("champions", columns=["number", "detail"]).collect().sort("number")
        return [_record(text, f"the table `champions` of {self.where}") for text in rows["detail"]]

    def add(self, change: ChangeRecord) -> bool:
        """Append the change in a commit with its number; a second commit with that number is refused."""
        row = pl.DataFrame(
            {name: [change[name]] for name in ("number", "action", "model")}
            | {"at": [datetime.fromisoformat(change["at"])], "detail": [json.dumps(change, ensure_ascii=False)]}
        )
        without_run = row.with_columns(run=pl.lit(None, pl.Int64))
        return self.lake.append(
            "champions", without_run, run=change["number"], night=row["at"].dt.date().item(), step="champion"
        )

    def names(self) -> list[str]:
        """Return the names in the table of models."""
        return self.lake.read("models", columns=["name"]).unique().collect()["name"].sort().to_list()

    def files(self, name: str, only: str | None = None) -> Files:
        """Read the files that were stored under `name`."""
        rows = self.lake.read("models").filter(pl.col("name") == name)
        if only is not None:
            rows = rows.filter(pl.col("checksum") == only)
        with self.lake.wrap_errors("read models of"):
            stored = rows.collect()
        if stored.is_empty():
            raise ModelError(f"the lake at {self.where} has no model {name}" + (" with this content" if only else ""))
        latest = stored.filter(pl.col("kept_at") == pl.col("kept_at").max()).unique("file", keep="any")
        texts = dict(latest.filter(pl.col("file").is_in(KEPT)).select("file", "content").iter_rows())
        if not {MODEL, CALIBRATION, CARD} <= texts.keys() or {checksum(texts)} != set(latest["checksum"]):
            raise ModelError(f"the model {name} in the lake at {self.where} has changed since it was stored")
        return texts

    def keep(self, name: str, files: Files) -> None:
        """Append the files in one commit, unless the lake already has exactly these."""
        turns.take(self.lake, "models", lambda turn: self._keep(name, files, turn))

    def _keep(self, name: str, files: Files, turn: int) -> bool | None:
        """Keep them in one turn; None if somebody else took it."""
        content = checksum(files)
        stored = self.lake.read("models").filter((pl.col("name") == name) & (pl.col("checksum") == content))
        known = stored.select("file", "content").collect()
        if known.height and (SIGNATURE not in files or (SIGNATURE, files[SIGNATURE]) in set(known.iter_rows())):
            return True
        last = self.lake.read("models", columns=["kept_at"]).select(pl.col("kept_at").max()).collect().item()
        now = turns.after(last, datetime.now(UTC))
        rows = pl.DataFrame({"file": list(files), "content": list(files.values())})
        version = {"name": pl.lit(name), "checksum": pl.lit(content), "kept_at": pl.lit(now)}
        return self.lake.append("models", rows.with_columns(**version), night=now.date(), turn=turn) or None


def _change(path: Path) -> ChangeRecord:
    try:
        return _record(door.read_text(path), str(path))
    except (OSError, ValueError) as damaged:
        raise ModelError(f"cannot read {path}, a change of champion: {damaged}; restore it from a backup") from damaged


def _record(text: str, where: str) -> ChangeRecord:
    """Read one change. Raises ModelError if it has not the fields of a change, or names what cannot be a model."""
    try:
        change = card_form.load(text, "it")
        card_form.check(change, _CHANGE, "it:")
    except ModelError as damaged:
        reason = str(damaged).removesuffix("; train the model again")
        raise ModelError(f"{where} is not a change of champion ({reason}); restore it from a backup") from None
    return dict(change)
