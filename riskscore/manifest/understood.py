"""How a file was read, for people: its format and headings, what was decided, and what was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from riskscore.cells.headings import Heading
from riskscore.cells.not_understood import NotUnderstood, summed
from riskscore.units import counted


@dataclass(frozen=True)
class Understood:
    """How a file was read: format, encoding, delimiter and sheet (None where there is none), and its headings.

    `missing` names the required columns without a heading. `notes` say in plain language what was decided.
    `not_understood` counts the values that count as unknown because they were not understood.
    """

    file: str
    format: str
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    headings: tuple[Heading, ...]
    missing: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()

    def sentences(self, most: int = 20) -> list[str]:
        """What people should know about the reading: the first `most` notes, and what was not understood."""
        said = [*(part.sentence() for part in self.not_understood), *self.notes]
        more = len(said) - most
        return (
            [*said[:most], f"{counted(more, 'more note')}; see them all with `riskscore columns`"] if more > 0 else said
        )


def joined(parts: Sequence[Understood], name: str) -> Understood:
    """Join how several tables or files were read, under one `name`; notes name their file where there are several."""
    headings = dict.fromkeys(heading for part in parts for heading in part.headings)
    single = len(parts) == 1
    notes = [note if single else f"{part.file}: {note}" for part in parts for note in part.notes]
    missing = dict.fromkeys(column for part in parts for column in part.missing)
    return replace(
        parts[0],
        file=name,
        sheet=", ".join(dict.fromkeys(part.sheet for part in parts if part.sheet)) or None,
        headings=tuple(headings),
        missing=tuple(missing),
        notes=tuple(dict.fromkeys(notes)),
        not_understood=summed(count for part in parts for count in part.not_understood),
    )
