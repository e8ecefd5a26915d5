"""Which heading of a file may have been meant for a column that was not found."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from riskscore.cells.headings import Heading, Synonyms
from riskscore.cells.wordings import words


def nearest(column: str, headings: Sequence[Heading], synonyms: Synonyms) -> str | None:
    """The unrecognised heading that is most similar to a known wording of `column`; None where none is similar."""
    wordings = [wording for wording, (name, _) in synonyms.columns.items() if name == column]
    scored = [
        (difflib.SequenceMatcher(None, "".join(words(heading.source)), near[0]).ratio(), heading.source)
        for heading in headings[:500]
        if heading.column is None
        and (near := difflib.get_close_matches("".join(words(heading.source)), wordings, 1, 0.7))
    ]
    return max(scored)[1] if scored else None
