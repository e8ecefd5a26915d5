"""Load JSON within limits, and check what a loader of TOML or JSON made: values within each other.

A few bytes can nest so deeply that a later step fails, or state a number that no other type can hold.
"""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 64
"""Most tables and lists within each other."""

MAX_DIGITS = 30
"""Most digits of a whole number."""

_MOST = 10**MAX_DIGITS


def load_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError where it is not JSON or exceeds a limit, and nothing else."""
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError(f"it has more than {DEEPEST} objects within each other") from None
    check(content)
    return content


def check(content: Any) -> None:
    """Raise ValueError where `content` nests more deeply than DEEPEST or has a number of more than MAX_DIGITS."""
    level, depth = [content], 0
    while level:
        if depth > DEEPEST:
            raise ValueError(f"it has more than {DEEPEST} tables within each other")
        depth += 1
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, int) and not -_MOST < value < _MOST:
                raise ValueError(f"it has a number of more than {MAX_DIGITS} digits")
        level = inner
