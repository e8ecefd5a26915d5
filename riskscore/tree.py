"""Load JSON within limits, and check what a loader of TOML or JSON made: values within each other.

A few bytes can nest so deeply that a later step fails, or state a number that no other type can hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

DEEPEST = 64
"""Most tables and lists within each other."""

MAX_DIGITS = 30
"""Most digits of a whole number."""

_MOST = 10**MAX_DIGITS
_TOO_DEEP = f"it has more than {DEEPEST} tables within each other"
_TOO_LONG = f"it has a number of more than {MAX_DIGITS} digits"


def load_json(text: str | bytes) -> Any:
    """The value of a JSON text. Raises ValueError where it is not JSON or exceeds a limit, and nothing else."""
    return loaded(json.loads, text)


def loaded(loader: Callable[[Any], Any], text: str | bytes) -> Any:
    """What `loader` makes of `text`. Raises ValueError where it refuses the text, or a limit is exceeded."""
    try:
        content = loader(text)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    except ValueError as refused:
        # Python says only in words that a number has more digits than it converts.
        if "int_max_str_digits" in str(refused):
            raise ValueError(_TOO_LONG) from None
        raise
    check(content)
    return content


def check(content: Any) -> None:
    """Raise ValueError where `content` nests more deeply than DEEPEST or has a number of more than MAX_DIGITS."""
    level, depth = [content], 0
    while level:
        if depth > DEEPEST:
            raise ValueError(_TOO_DEEP)
        depth += 1
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                inner += value.values()
            elif isinstance(value, list):
                inner += value
            elif isinstance(value, int) and not -_MOST < value < _MOST:
                raise ValueError(_TOO_LONG)
        level = inner
