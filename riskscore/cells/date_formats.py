"""Read the format of a date that a heading names: "ETA (DD/MM/YYYY)" is the ETA, and the day comes first."""

from __future__ import annotations

import re
from typing import Literal

_PART = r"(?:DD|D|MMM|MM|M|YYYY|YY|JJJJ|JJ|AAAA|AA)"
_FORMAT = re.compile(
    rf"\s*[(\[]?\s*(?<![A-Z])({_PART})[-/. ]?{_PART}[-/. ]?{_PART}(?:[T ]*HH:?(?:MM|II)(?::?SS)?)?\s*[)\]]?\s*$",
    re.IGNORECASE,
)
_FIRST: dict[str, Literal["day", "month", "year"]] = {"D": "day", "J": "day", "M": "month", "Y": "year", "A": "year"}


def in_heading(heading: str) -> tuple[str, Literal["day", "month", "year"] | None]:
    """`heading` without the format of a date at its end, such as (DD/MM/YYYY), and what comes first in it."""
    found = _FORMAT.search(heading)
    if found is None or not heading[: found.start()].strip():
        return heading, None
    first = found.group(1).upper()
    is_year = first in ("JJJJ", "AAAA")
    return heading[: found.start()], "year" if is_year else _FIRST[first[0]]
