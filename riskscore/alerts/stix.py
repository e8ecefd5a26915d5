"""Alerts in STIX 2.1: indicators of bundles in, and out.

    indicator ─┬─ extension of this project: every column of ALERT
               └─ else one comparison that is understood: identity:name, location:street_address, x-...:container_number
    created_by_ref ─▶ provider · object_marking_refs ─▶ handling · confidence ─▶ credibility · revoked ─▶ withdrawn

A bundle comes from elsewhere: its size, its objects and their depth are bounded, each indicator is checked by the stix2
library, and one that is no valid STIX or names nothing goes to quarantine.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import stix2
from stix2.exceptions import STIXError

from riskscore.alerts import tlp
from riskscore.alerts.schema import ALERT, UNGRADED, named
from riskscore.errors import ManifestError
from riskscore.manifest.formats.table import BROKEN, Table

MAX_BYTES = 256 * 2**20
"""Most bytes of a bundle."""

MAX_OBJECTS = 250_000
"""Most objects of a bundle."""

_MAX_OBJECT = 100_000
"""Characters of one object, written as JSON."""

EXTENSION = f"extension-definition--{named('extension', 'alert')}"
"""Id of the extension that carries an alert's own columns."""

CARRIED = tuple(name for name in ALERT if name not in ("handling", "status", "updated_at"))
_COMPARISON = re.compile(r"\s*\[\s*([a-z0-9-]{1,100}):([a-z0-9_.'-]{1,100})\s*=\s*'((?:[^'\\]|\\.){1,2000})'\s*\]\s*")
_PATHS = {
    "name": ("party", "name"),
    "street_address": ("address", "address"),
    "address": ("address", "address"),
    "container_number": ("container", "container_number"),
    "imo": ("vessel", "vessel_imo"),
    "vessel_imo": ("vessel", "vessel_imo"),
    "vessel_name": ("vessel", "name"),
}
_CREDIBILITY = ((80, 1), (60, 2), (40, 3), (20, 4), (0, 5))
"""Least confidence (0 to 100) of each credibility, as appendix A of STIX 2.1 has it."""


def is_bundle(data: bytes) -> bool:
    """Whether `data` is a STIX bundle by its beginning."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and re.search(rb'"type"\s*:\s*"bundle"', data[:100_000] + data[-4096:]) is not None


def read(name: str, data: bytes) -> Table:
    """The indicators of a bundle, a row each, as texts under the names of ALERT; `broken` are those that are none.

    `lines` are the places of the objects in the bundle, from 1. Raises ManifestError for what is no bundle or too big.
    """
    objects = _objects(name, data)
    known = {str(one["id"]): one for one in objects if isinstance(one, dict) and isinstance(one.get("id"), str)}
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    broken: list[tuple[int, str, str | None, str, str]] = []
    for line, one in enumerate(objects, start=1):
        if not isinstance(one, dict) or one.get("type") != "indicator":
            if not isinstance(one, dict):
                broken.append((line, "not_stix", None, str(one)[:200], json.dumps(one)[:_MAX_OBJECT]))
            continue
        text = json.dumps(one, ensure_ascii=False)
        fault = _fault(one, text)
        row = None if fault else _row(one, known)
        if row is None:
            shown = str(one.get("name") or one.get("id") or "")[:200]
            broken.append((line, fault or "names_nothing", "pattern", shown, text[:_MAX_OBJECT]))
        else:
            rows.append(row)
            lines.append(line)
    schema = {
        column: pl.List(pl.String) if dtype == pl.List(pl.String) else pl.String for column, dtype in ALERT.items()
    }
    return Table(
        pl.DataFrame(rows, schema=schema, orient="row", strict=False),
        pl.Series("line", lines, dtype=pl.Int64),
        name=name,
        format="STIX",
        broken=pl.DataFrame(broken, schema=BROKEN, orient="row"),
    )


def _objects(name: str, data: bytes) -> list[Any]:
    if len(data) > MAX_BYTES:
        raise ManifestError(f"{name} is a bundle of more than {MAX_BYTES // 2**20} MB; split it")
    try:
        bundle = json.loads(data)
    except (ValueError, RecursionError) as damaged:
        raise ManifestError(f"{name} is a damaged STIX bundle ({str(damaged)[:100] or 'nested too deep'})") from None
    objects = bundle.get("objects", []) if isinstance(bundle, dict) else None
    if not isinstance(objects, list):
        raise ManifestError(f"{name} is no STIX bundle: its objects are no list")
    if len(objects) > MAX_OBJECTS:
        raise ManifestError(f"{name} has {len(objects):,} objects; at most {MAX_OBJECTS:,} are read, so split it")
    return objects


def _fault(one: dict[str, Any], text: str) -> str | None:
    """Why an indicator is refused, if it is."""
    if len(text) > _MAX_OBJECT:
        return "too_long"
    try:
        stix2.parse(one, allow_custom=True, version="2.1")
    except (STIXError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "not_stix"
    return None


def _row(one: dict[str, Any], known: dict[str, Any]) -> dict[str, Any] | None:
    """An alert's columns as texts; None where the indicator names nothing that is understood."""
    own = _own(one)
    told = _carried(own) if own is not None else _compared(one)
    if told is None:
        return None
    maker = known.get(str(one.get("created_by_ref")), {})
    statements = {key: value for key, value in known.items() if value.get("definition_type") == "statement"}
    row: dict[str, Any] = {"alert_id": one["id"], "provider": _text(maker.get("name"))}
    if own is None:
        row |= {
            "reason": _text(one.get("description") or one.get("name")),
            "reliability": _grade(one.get("confidence")),
            "valid_from": str(one["valid_from"])[:10],
            "valid_until": _last_day(one.get("valid_until")),
        }
    row |= told
    row |= {
        "handling": tlp.handling_of(one.get("object_marking_refs"), statements),
        "status": "withdrawn" if one.get("revoked") is True else "active",
        "updated_at": _text(one.get("modified")),
    }
    return row


def _own(one: dict[str, Any]) -> dict[str, Any] | None:
    extensions = one.get("extensions")
    own = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    return own if isinstance(own, dict) else None


def _carried(own: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(own[name]) for name in CARRIED if own.get(name) is not None}


def _compared(one: dict[str, Any]) -> dict[str, Any] | None:
    """What the pattern compares with, where it is one comparison that is understood."""
    found = _COMPARISON.fullmatch(one["pattern"]) if isinstance(one.get("pattern"), str) else None
    if found is None or found[2] not in _PATHS:
        return None
    kind, column = _PATHS[found[2]]
    return {"kind": kind, column: re.sub(r"\\(.)", r"\1", found[3])}


def _value(value: object) -> object:
    return [str(part) for part in value] if isinstance(value, list) else _text(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _grade(confidence: object) -> str:
    if not isinstance(confidence, int) or isinstance(confidence, bool):
        return UNGRADED
    return "F" + str(next((grade for least, grade in _CREDIBILITY if confidence >= least), 6))


def _last_day(until: object) -> str | None:
    """The last day on which something holds that ends at the moment `until`."""
    try:
        moment = datetime.fromisoformat(str(until).replace("Z", "+00:00")) if until else None
    except ValueError:
        return str(until)
    return None if moment is None else str((moment - timedelta(microseconds=1)).date())
