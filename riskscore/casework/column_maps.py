"""Column maps of senders, kept in the lake, and who sent a file.

    riskscore.toml [senders], patterns of the maps, else the words of the file's name ─▶ sender ─▶ its column map

A file does not say who sent it in a way that all formats share, but its name follows the sender's habit. So the name
without digits, dates and endings stands for a sender that nobody has named: `ACME_2024-03-01.csv` comes from `acme`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import polars as pl

from riskscore import door, toml
from riskscore.cells.headings import manifest_synonyms, read_map, with_fields
from riskscore.errors import SettingsError
from riskscore.lake import turns
from riskscore.lake.protocol import Lake
from riskscore.manifest.hints import of_map
from riskscore.manifest.read import SUFFIXES
from riskscore.settings import NONE, Settings
from riskscore.suggest import instead

UNNAMED = "unnamed"
"""The sender of files whose names have no words."""

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MONTH = re.compile(r"(?<=\d)[\W_]*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?=[\W_]*\d)")


@dataclass(frozen=True, slots=True)
class Sent:
    """Who sent a file, and the column map for it, if there is one."""

    sender: str
    map: toml.Text | None = None

    def entry(self) -> dict[str, str | None]:
        """Return what the plan of a run keeps, so that it reads the same when it is resumed."""
        return {
            "sender": self.sender,
            "map": None if self.map is None else self.map.text,
        }

    @classmethod
    def of_entry(cls, entry: Mapping[str, str | None], name: str) -> Sent:
        """Return what `entry` kept of the file called `name`; plans of older runs have no entries."""
        sender, text = entry.get("sender") or _words(name), entry.get("map")
        return cls(sender, None if text is None else _text(sender, text))


@dataclass(frozen=True, slots=True)
class ColumnMaps:
    """The column maps in force (`rows`: sender, pattern, text, at) and the patterns of `senders` in the settings."""

    rows: pl.DataFrame
    senders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, lake: Lake) -> ColumnMaps:
        """Read the maps in force."""
        kept = lake.read("maps", columns=["sender", "pattern", "text", "at"]).collect().sort("at")
        latest = kept.unique(["sender", "pattern"], keep="last", maintain_order=True)
        return cls(latest.filter(pl.col("text").is_not_null()).sort("sender", "pattern"), lake.settings.senders)

    def sent(self, name: str) -> Sent:
        """Return who sent the file called `name`, and the map for it: a narrow pattern counts before a wide one."""
        patterns = [*self.rows.drop_nulls("pattern").select("sender", "pattern").iter_rows()]
        declared = [(sender, pattern) for sender, several in self.senders.items() for pattern in several]
        sender = next((sender for sender, pattern in [*declared, *patterns] if _fits(name, pattern)), _words(name))
        maps = self.rows.filter(pl.col("sender").str.to_lowercase() == sender.lower())
        fitting = [
            (len(pattern or ""), text)
            for pattern, text in maps.select("pattern", "text").iter_rows()
            if pattern is None or _fits(name, pattern)
        ]
        return Sent(sender, _text(sender, max(fitting)[1]) if fitting else None)


def add(lake: Lake, sender: str, path: Path, *, pattern: str | None = None, now: datetime | None = None) -> None:
    """Keep the column map at `path` for the files of `sender`, or for those that fit `pattern`.

    A map that is in force already is not written again, so the command may be repeated after it was killed, or run
    twice at once. Raises SettingsError where the map cannot be read or is wrong, or `sender` is empty.
    """
    if not sender.strip():
        raise SettingsError("the name of the sender is empty; name it as `riskscore report --senders` does")
    check(path, lake.settings)
    sender, text = sender.strip(), door.read_text(path, toml.MAX_BYTES)
    same = pl.col("pattern").eq_missing(pl.lit(pattern, pl.String)) & (pl.col("sender") == sender)

    def work(turn: int) -> bool | None:
        is_kept = ColumnMaps.of(lake).rows.filter(same)["text"].to_list() == [text]
        return is_kept or _write(lake, sender, pattern, text, now, turn)

    turns.take(lake, "maps", work)


def remove(lake: Lake, sender: str, *, pattern: str | None = None, now: datetime | None = None) -> None:
    """End the map of `sender` with this `pattern`, for the nights to come. Raises SettingsError if there is none."""

    def work(turn: int) -> bool | None:
        _check_kept(ColumnMaps.of(lake).rows, sender, pattern)
        return _write(lake, sender, pattern, None, now, turn)

    turns.take(lake, "maps", work)


def _check_kept(kept: pl.DataFrame, sender: str, pattern: str | None) -> None:
    """Raise SettingsError unless `sender` has a map with this `pattern` among those in force."""
    names = kept["sender"].unique().to_list()
    if sender not in names:
        raise SettingsError(
            f"there is no column map of {sender!r}; {instead(sender, names) if names else 'none is kept'}"
        )
    if not kept.filter(pl.col("sender") == sender, pl.col("pattern").eq_missing(pl.lit(pattern, pl.String))).height:
        others = ", ".join(
            f"--files {other}" if other else "no --files" for other in kept.filter(sender=sender)["pattern"]
        )
        raise SettingsError(f"{sender} has no column map with this pattern; it has one with {others}")


def check(path: Path, settings: Settings = NONE) -> None:
    """Check a column map. Raises SettingsError where it cannot be read or names an unknown column."""
    read_map(path, with_fields(manifest_synonyms(), settings))
    of_map(path)


def _write(
    lake: Lake, sender: str, pattern: str | None, text: str | None, now: datetime | None, turn: int
) -> bool | None:
    """Write a row in one turn; None if somebody else took it."""
    written = lake.read("maps", columns=["at"]).select(pl.col("at").max()).collect().item()
    at = turns.after(written, now or datetime.now(UTC))
    row = {"sender": [sender], "pattern": [pattern], "text": [text], "at": [at]}
    types = {"sender": pl.String, "pattern": pl.String, "text": pl.String}
    return lake.append("maps", pl.DataFrame(row, schema_overrides=types), night=at.date(), turn=turn) or None


def _fits(name: str, pattern: str) -> bool:
    return fnmatchcase(name.lower(), pattern.lower())


def _text(sender: str, text: str) -> toml.Text:
    return toml.Text(f"the column map of {sender}", text)


def _words(name: str) -> str:
    """The words of a file's name: no endings, dates, digits, ids and single letters."""
    stem = name.lower()
    while (path := Path(stem)).suffix in SUFFIXES:
        stem = path.stem
    stem = _MONTH.sub(" ", _ID.sub(" ", stem))
    parts = (part.strip("0123456789") for part in re.split(r"[\W_]+", stem))
    words = [part for part in parts if len(part) > 1 and not re.search(r"\d", part)]
    return " ".join(words)[:60] or UNNAMED
