"""Form: what the fields of a card must be, so that a card that somebody else wrote cannot stop whoever reads it.

A form is a type, a list of one form (any number of such), a dict (entries that are needed, or with ? only allowed; more
entries may be there), `Each(form)` (a table of any names), a tuple of forms (one of them), or a function that checks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NoReturn

from riskscore import tree
from riskscore.errors import ModelError

LARGEST = 2**63
"""Above every count."""

LONGEST = 200
"""Characters of the name of a model."""


@dataclass(frozen=True, slots=True)
class Each:
    """A table whose entries all have one form."""

    form: Any


def load(text: str, what: str) -> Any:
    """Read JSON. `what` names it in messages. Raises ModelError, in one line, whatever is wrong with the text."""
    try:
        return tree.load_json(text)
    except ValueError as malformed:
        reason = " ".join(str(malformed).split())[:200]
        raise ModelError(f"{what} is not valid JSON ({reason}); train the model again") from None


def check(value: object, form: object, where: str) -> None:
    """Raise ModelError unless `value`, as read from JSON, has this form; `where` names it in the message."""
    if isinstance(form, type):
        if not _is(value, form):
            _refuse(where)
    elif isinstance(form, tuple):
        if not any(_has(value, each, where) for each in form):
            _refuse(where)
    elif isinstance(form, list):
        if not isinstance(value, list):
            _refuse(where)
        for each in value:
            check(each, form[0], where)
    elif isinstance(form, Each):
        for name, each in _table(value, where).items():
            check(each, form.form, f"{where}.{name[:60]}")
    elif isinstance(form, dict):
        _check_entries(_table(value, where), form, where)
    elif not form(value):  # type: ignore[operator]  # a function, as the only kind left
        _refuse(where)


def _check_entries(value: Mapping[str, Any], form: Mapping[str, Any], where: str) -> None:
    for entry, wanted in form.items():
        name = entry.rstrip("?")
        if name in value:
            check(value[name], wanted, f"{where}.{name}")
        elif name == entry:
            raise ModelError(f"{where}.{name} is missing; train the model again")


def _has(value: object, form: object, where: str) -> bool:
    try:
        check(value, form, where)
    except ModelError:
        return False
    return True


def _is(value: object, kind: type) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and _is_moderate(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and _is_moderate(value)
    return isinstance(value, kind)


def _is_moderate(value: float) -> bool:
    return -LARGEST < value < LARGEST if isinstance(value, int) else math.isfinite(value)


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _refuse(where)
    return value


def _refuse(where: str) -> NoReturn:
    raise ModelError(f"{where} is not what it should be; train the model again")


def _is_day(value: object) -> bool:
    """Whether it is an ISO date, or empty."""
    try:
        return value == "" or (isinstance(value, str) and bool(date.fromisoformat(value)))
    except ValueError:
        return False


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and 0 < len(value) <= LONGEST


def _is_distribution(value: object) -> bool:
    """Whether it is one of `model.distributions`: edges ascend, and there is one share more than edges."""
    if not _has(value, {"edges": [float], "shares": [float], "missing?": float}, ""):
        return False
    edges, shares = value["edges"], value["shares"]  # type: ignore[index]  # it has them
    return len(shares) == len(edges) + 1 and all(low < high for low, high in pairwise(edges))


_ESTIMATE = {"value": float, "low": float, "high": float}
_NONE = type(None)

CARD: dict[str, Any] = {
    "name": _is_name,
    "data": str,
    "labels": str,
    "period": lambda value: isinstance(value, list) and len(value) == 2 and all(map(_is_day, value)),
    "rows": int,
    "positives": int,
    "catalogue": str,
    "features": Each(str),
    "model_sha256": str,
    "settings": {"strengths?": Each(float)},
    "trees": int,
    "calibration": {"positives?": (int, _NONE), "warning?": (str, _NONE)},
    "splits": [{"part": str, "from": _is_day, "to": _is_day, "rows": int, "positives": int}],
    "test?": {
        "overall?": {
            "roc_auc": (_ESTIMATE, _NONE),
            "at": [{"share": float, "recall": (_ESTIMATE, _NONE), "precision": (_ESTIMATE, _NONE)}],
        }
    },
    "importance?": [{"indicator": (int, _NONE), "text": str, "mean": float}],
    "limits?": [str],
    "command?": str,
    "learned_until?": _is_day,
    "selection?": dict,
    "reference?": {"features?": Each(_is_distribution), "score?": _is_distribution},
    "service?": dict,
    "reproduction?": dict,
    "explanations?": dict,
    "calibration_sha256?": str,
}
"""The fields of a card. Whether its tables of results can be shown is seen by showing them (`Card.from_json`)."""
