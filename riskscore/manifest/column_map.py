"""Write what was understood of a file's headings as a column map, for the next file of the same source."""

from __future__ import annotations

import json

from riskscore.cells.headings import NUMBERED, Heading
from riskscore.manifest.understood import Understood


def as_toml(understood: Understood) -> str:
    """The headings of `understood` as TOML that `--columns` reads; those that mean no column are comments.

    Where several headings mean one column, the preferred one is first, because a map is read in that order.
    """
    known = sorted((heading for heading in understood.headings if heading.column), key=_order)
    unknown = [heading for heading in understood.headings if not heading.column]
    lines = [
        "# What riskscore understood of the headings. Correct it, and give it with --columns.",
        "# Where several headings mean one column, the first one counts and the others fill its gaps.",
        "[columns]",
        *(f"{_quoted(heading.source)} = {_quoted(heading.column or '')}" for heading in known),
    ]
    if unknown:
        lines += ["", "# Not recognised, and so not read:"]
        lines += [f'# {_quoted(heading.source)} = "ignore"' for heading in unknown]
    if understood.encoding and not understood.encoding.startswith("utf"):
        lines += ["", "# How this file was read. Where the next one is in another encoding, say it here:"]
        lines += ["# [reading]", f"# encoding = {_quoted(understood.encoding)}"]
    return "\n".join([*lines, ""])


def _order(heading: Heading) -> tuple[str, int]:
    """Sorts by column, and by preference within it. Lists and addresses keep the order of the file."""
    return heading.column or "", 0 if heading.column in NUMBERED else heading.rank


def _quoted(text: str) -> str:
    """`text` as a TOML string: what JSON escapes, TOML escapes in the same way; DEL is the exception."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
