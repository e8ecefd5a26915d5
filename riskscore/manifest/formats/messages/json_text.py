"""Load a message that is JSON, within limits: no deep nesting, no huge values, no key twice in an object.

Numbers are kept as the texts that the file has, so that none of their digits is lost.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from riskscore.errors import ManifestError
from riskscore.manifest.formats.file import File

DEEPEST = 64
"""Most objects and arrays within each other."""

LONGEST = 2**20
"""Most characters of one value."""

_BLANKS = b"\xef\xbb\xbf \t\r\n\0"
_WIDE = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def head(file: File) -> str:
    """The beginning of the file as text, or an empty text where it is no JSON."""
    start = file.head
    for mark, name in _WIDE:
        if start.startswith(mark):
            start = start.decode(name, errors="ignore").encode("utf-8", errors="ignore")
    start = start.lstrip(_BLANKS)
    return start.decode("utf-8", errors="replace") if start[:1] in (b"{", b"[") else ""


def load(file: File) -> list[Any]:
    """The JSON texts of the file: one, or one a line. Raises ManifestError where it is damaged or exceeds a limit."""
    body = file.body.decode("utf-8", errors="replace")
    try:
        loaded = [_DECODER.decode(body)]
    except _TwiceError as twice:
        raise ManifestError(
            f"{file.name} has the key {str(twice)[:60]!r} twice in one object; ask for it again"
        ) from None
    except RecursionError:
        raise _too_deep(file) from None
    except ValueError as damage:
        lines = _lines(body)
        if lines is None:
            raise ManifestError(f"{file.name} is damaged JSON ({damage!s:.120}); download or export it again") from None
        loaded = lines
    for depth, value in _walk(loaded):
        if depth > DEEPEST + 1:
            raise _too_deep(file)
        if isinstance(value, str) and len(value) > LONGEST:
            raise ManifestError(f"{file.name} has a value of {len(value):,} characters; at most {LONGEST:,} are read")
    return loaded


def messages(file: File) -> list[dict[str, Any]]:
    """The objects of the file: one, one a line, or those of an array. Raises as `load` does."""
    return [message for loaded in load(file) for message in objects(loaded)]


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or one object as a list; nothing where it is neither."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]


def inner(value: Any, *keys: str) -> dict[str, Any]:
    """The object under `keys` within each other; empty where it is absent. Of a list, the first object counts."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, list):
            value = next(iter(objects(value)), None)
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> list[str]:
    """The texts of a list, or one text as a list."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


class _TwiceError(Exception):
    """A key that an object has twice."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _TwiceError(key)
            seen.add(key)
    return found


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_object)


def _lines(body: str) -> list[Any] | None:
    """The texts of JSON Lines, or None where a line is none."""
    lines = [line for line in body.split("\n") if line.strip()]
    try:
        return [_DECODER.decode(line) for line in lines] if len(lines) > 1 else None
    except (ValueError, RecursionError, _TwiceError):
        return None


def _walk(loaded: Any) -> Iterator[tuple[int, Any]]:
    """Every value with its depth."""
    waiting = [(0, loaded)]
    while waiting:
        depth, value = waiting.pop()
        yield depth, value
        if isinstance(value, dict):
            waiting += [(depth + 1, each) for each in value.values()]
        elif isinstance(value, list):
            waiting += [(depth + 1, each) for each in value]


def _too_deep(file: File) -> ManifestError:
    return ManifestError(f"{file.name} has more than {DEEPEST} objects within each other, which no message does")
