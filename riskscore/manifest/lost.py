"""Say which rows a training or a test does without, and how many finds are among them.

quarantine ─▶ "In quarantine and not used: 3 of 1,200 rows (filed_at: ...), 2 finds among them."
one case per key ─▶ "1,200 rows are 1,150 declarations: rows with the same ..."
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore import tree
from riskscore.manifest.read import Manifest
from riskscore.schema import KEY, NOTHING
from riskscore.settings import NONE, Settings
from riskscore.units import counted

_SHOWN = 3
_FIND = "seizure"


def told(manifest: Manifest, outcomes: pl.DataFrame | None, settings: Settings = NONE) -> list[str]:
    """Return sentences about the rows of `manifest` that are not used, none where all are.

    A row in quarantine is a find where its own cell says so, or where `outcomes` (schema.OUTCOME) have its key.
    """
    refused = manifest.quarantine
    sentences = []
    if refused.height:
        rules = refused.group_by("rule", "column").len().sort("len", "rule", descending=[True, False]).head(_SHOWN)
        listed = ", ".join(f"{column or 'line'}: {rule} {count:,}" for rule, column, count in rules.rows())
        finds = _finds(manifest, outcomes, settings)
        sentences.append(
            f"In quarantine and not used: {refused.height:,} of {counted(manifest.rows_in, 'row')} ({listed}), "
            f"{counted(finds, 'find')} among them. `riskscore score --quarantine "
            "FILE` lists them"
        )
    used = manifest.rows_in - refused.height
    cases = manifest.consignments.height
    if settings.key is not None and cases < used:
        sentences.append(
            f"{used:,} rows are {counted(cases, settings.row)}: rows with the same {settings.key!r} are its lines, or "
            f"its versions ({manifest.earlier.height:,} earlier ones). If each row is one {settings.row}, write "
            "numbered = true under [row] instead of the key"
        )
    return sentences


def _finds(manifest: Manifest, outcomes: pl.DataFrame | None, settings: Settings) -> int:
    """How many rows in quarantine are finds. A repeated row is none: its first copy is used."""
    rows = manifest.quarantine.filter(~pl.col("rule").is_in(["duplicate_row", "duplicate_filing"]))["row"]
    contents = [content for row in rows if isinstance(content := _content(row), dict)]
    own = settings.outcome
    words = {} if own is None else dict(own.words)
    sources = _sources(manifest, settings)
    seized = set() if outcomes is None else _seized(outcomes)
    count = 0
    for content in contents:
        said = None if own is None else content.get(own.source)
        word = None if said is None else str(said).strip()
        key = tuple(_plain(next((content[name] for name in names if content.get(name)), NOTHING)) for names in sources)
        count += word is not None and words.get(word, word.lower()) == _FIND if word else key in seized
    return count


def _content(row: str | None) -> object:
    try:
        return tree.load_json(row or "null")
    except ValueError:
        return None


def _sources(manifest: Manifest, settings: Settings) -> list[Sequence[str]]:
    """The headings of the key, the canonical names among them."""
    headings = manifest.understood.headings
    return [
        [
            *(heading.source for heading in headings if heading.column == name and name not in settings.lacks),
            *([] if name in settings.lacks else [name]),
        ]
        for name in KEY
    ]


def _seized(outcomes: pl.DataFrame) -> set[tuple[str, ...]]:
    seized = outcomes.filter(pl.col("finding") == _FIND).select(KEY)
    return {tuple(_plain(cell) for cell in row) for row in seized.rows()}


def _plain(cell: object) -> str:
    """A cell of the key without blanks and signs, so that texts that are read alike are alike."""
    return "".join(c for c in str(cell).upper() if c.isalnum()) or NOTHING
