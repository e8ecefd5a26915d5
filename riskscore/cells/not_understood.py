"""Values of a file that were not understood, counted by kind. They count as unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from riskscore.units import counted

EXAMPLES = 5
"""How many examples of a kind are shown."""

_LENGTH = 40
_PLURALS = {"country": "countries", "currency": "currencies", "quantity": "quantities"}


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """How many values of a `kind` (in the singular, such as 'port') were not understood, with a few `examples`.

    `columns` counts them by canonical column.
    """

    kind: str
    count: int
    examples: tuple[str, ...]
    columns: tuple[tuple[str, int], ...] = ()

    def sentence(self) -> str:
        """Say it as people read it: '12 ports not understood: SAVUS, NEAR THE RIVER ...'."""
        shown = ", ".join(text if len(text) <= _LENGTH else text[: _LENGTH - 3] + "..." for text in self.examples)
        more = " ..." if self.count > len(self.examples) >= EXAMPLES else ""
        plural = _PLURALS.get(self.kind) or (
            self.kind.replace("value of", "values of") if " of " in self.kind else None
        )
        return f"{counted(self.count, self.kind, plural)} not understood: {shown}{more}"


def summed(parts: Iterable[NotUnderstood]) -> tuple[NotUnderstood, ...]:
    """Add up the counts of each kind."""
    kinds: dict[str, NotUnderstood] = {}
    for part in parts:
        before = kinds.get(part.kind, NotUnderstood(part.kind, 0, ()))
        examples = tuple(dict.fromkeys((*before.examples, *part.examples)))[:EXAMPLES]
        columns = dict(before.columns)
        for column, count in part.columns:
            columns[column] = columns.get(column, 0) + count
        kinds[part.kind] = NotUnderstood(part.kind, before.count + part.count, examples, tuple(columns.items()))
    return tuple(kinds.values())
