"""Archive: where versions of models are kept, and every change of which one is the champion.

    folder   models/NAME/model.txt ...                    models/history/000007.json     one file a change
    lake     table `models`, one row a file of a model    table `champions`              one row a change

Changes are numbered. `add` writes a change whole or not at all, and only where its number is not taken: of two who
change at once, one is told. A crash leaves the change before or this one as the last.
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

from riskscore import folders
from riskscore.environment import HISTORY, SHIPPED
from riskscore.errors import ModelError
from riskscore.model.booster import CALIBRATION, CARD, MODEL, READABLE

if TYPE_CHECKING:
    from riskscore.lake.protocol import Lake

Files: TypeAlias = Mapping[str, str]
"""Texts of the files of a model folder, by their names."""

ChangeRecord: TypeAlias = dict[str, Any]
"""A change, ready for JSON; it has its `number`, `action`, `model` and moment `at`."""


class Archive(Protocol):
    """What a registry needs of the place where it is."""

    @property
    def where(self) -> str:
        """Folder or address, for people."""

    def changes(self) -> list[ChangeRecord]:
        """Every change so far, in order."""

    def add(self, change: ChangeRecord) -> bool:
        """Write the next change; False where another has its number already."""

    def names(self) -> list[str]:
        """Names of the versions that are kept, sorted."""

    def files(self, name: str, only: str | None = None) -> Files:
        """Files of a version, the latest or those of the checksum `only`. Raises ModelError where it lacks them."""

    def keep(self, name: str, files: Files) -> None:
        """Keep a version; one that is there is left as it is. Raises ModelError where it cannot be kept."""


def checksum(files: Files) -> str:
    """SHA-256 of what a model is and says of itself: trees, calibration, card."""
    content = hashlib.sha256()
    for name in (MODEL, CALIBRATION, CARD):
        content.update(hashlib.sha256(files[name].encode()).digest())
    return content.hexdigest()


def read(folder: Path) -> Files:
    """The files of a model folder. Raises ModelError where one is missing or cannot be read."""
    try:
        found = {name: (folder / name).read_text("utf-8") for name in (CARD, MODEL, CALIBRATION)}
    except FileNotFoundError as missing:
        name = Path(missing.filename).name
        raise ModelError(f"{folder} is no model folder: {name} is missing; `riskscore train` makes one") from missing
    except (OSError, UnicodeDecodeError) as damaged:
        raise ModelError(f"cannot read the model in {folder}: {damaged}") from damaged
    with contextlib.suppress(OSError, UnicodeDecodeError):
        found[READABLE] = (folder / READABLE).read_text("utf-8")
    return found


@contextlib.contextmanager
def at_hand(name: str, files: Files) -> Iterator[Path]:
    """A folder called `name` that holds `files` until the context ends, for what reads folders."""
    with tempfile.TemporaryDirectory(prefix="riskscore-") as place:
        folder = Path(place) / name
        folder.mkdir()
        for file, content in files.items():
            (folder / file).write_text(content, "utf-8")
        yield folder


class Folder:
    """The archive in a folder, one folder a version."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def where(self) -> str:
        """The folder."""
        return str(self.root)

    def changes(self) -> list[ChangeRecord]:
        """Read every file of the history. Raises ModelError where one is damaged."""
        return [_change(path) for path in sorted((self.root / HISTORY).glob("[0-9]*.json"))]

    def add(self, change: ChangeRecord) -> bool:
        """Write the change beside its place and link it there, which fails where another is there."""
        place = self.root / HISTORY / f"{change['number']:06}.json"
        draft = place.with_name(f".{place.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.part")
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("w", encoding="utf-8") as stream:
                stream.write(json.dumps(change, indent=1, ensure_ascii=False) + "\n")
                stream.flush()
                os.fsync(stream.fileno())
            place.hardlink_to(draft)
        except FileExistsError:
            return False
        except OSError as refused:
            raise ModelError(f"cannot write {place}: {refused.strerror or refused}") from refused
        finally:
            draft.unlink(missing_ok=True)
        return True

    def names(self) -> list[str]:
        """Folders below the root that are not hidden, and SHIPPED."""
        there = self.root.iterdir() if self.root.is_dir() else []
        found = {path.name for path in there if path.is_dir() and not path.name.startswith(".")}
        return sorted((found - {HISTORY}) | {SHIPPED})

    def files(self, name: str, only: str | None = None) -> Files:
        """Read the folder; raises ModelError also where it has changed since `only`."""
        found = read(folders.default_model() if name == SHIPPED else self.root / name)
        # What ships changes with each release, and is the champion where nothing else is.
        if only is not None and name != SHIPPED and checksum(found) != only:
            raise ModelError(f"the model in {self.root / name} is another than the one that was promoted; promote it")
        return found

    def keep(self, name: str, files: Files) -> None:
        """Nothing is copied: the version must be a folder below the root."""
        if name != SHIPPED and not ((self.root / name).is_dir() and self.files(name) == files):
            raise ModelError(f"this model {name} is not below {self.root}, where those are that are promoted; move it")


class Tables:
    """The archive in a lake: on a store as in a folder, and versions stay as they were when they were kept."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    @property
    def where(self) -> str:
        """The lake's folder or address."""
        return self.lake.uri

    def changes(self) -> list[ChangeRecord]:
        """Read the table of changes."""
        told = self.lake.read("champions", columns=["number", "detail"]).collect().sort("number")
        return [json.loads(text) for text in told["detail"]]

    def add(self, change: ChangeRecord) -> bool:
        """Append the change in a commit that carries its number, which a second one of that number cannot."""
        row = pl.DataFrame(
            {name: [change[name]] for name in ("number", "action", "model")}
            | {"at": [datetime.fromisoformat(change["at"])], "detail": [json.dumps(change, ensure_ascii=False)]}
        )
        by_hand = row.with_columns(run=pl.lit(None, pl.Int64))
        return self.lake.append(
            "champions", by_hand, run=change["number"], night=row["at"].dt.date().item(), step="champion"
        )

    def names(self) -> list[str]:
        """Names in the table of models."""
        return self.lake.read("models", columns=["name"]).unique().collect()["name"].sort().to_list()

    def files(self, name: str, only: str | None = None) -> Files:
        """Read the files that were kept under `name`."""
        rows = self.lake.read("models").filter(pl.col("name") == name)
        if only is not None:
            rows = rows.filter(pl.col("checksum") == only)
        with self.lake.wrap_errors("read models of"):
            found = rows.collect()
        if found.is_empty():
            raise ModelError(f"the lake at {self.where} keeps no model {name}" + (" with this content" if only else ""))
        latest = found.filter(pl.col("kept_at") == pl.col("kept_at").max()).unique("file", keep="any")
        return dict(latest.select("file", "content").iter_rows())

    def keep(self, name: str, files: Files) -> None:
        """Append the files in one commit, unless the lake has the very same."""
        own = checksum(files)
        known = self.lake.read("models", columns=["name", "checksum"]).unique().collect()
        if (name, own) in set(known.iter_rows()):
            return
        now = datetime.now(UTC)
        rows = pl.DataFrame({"file": list(files), "content": list(files.values())})
        kept = {"name": pl.lit(name), "checksum": pl.lit(own), "kept_at": pl.lit(now)}
        self.lake.append("models", rows.with_columns(**kept), night=now.date())


def _change(path: Path) -> ChangeRecord:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as damaged:
        raise ModelError(f"cannot read {path}, a change of the champion: {damaged}; restore it") from damaged
    if not isinstance(found, dict):
        raise ModelError(f"{path} is no change of the champion; restore it")
    return found
