"""Read alerts from STIX 2.1: the indicators of a bundle.

    indicator ─┬─ extension of this project: every column of ALERT
               └─ else one simple comparison: identity:name, location:street_address, x-...:container_number
    created_by_ref ─▶ provider · object_marking_refs ─▶ handling · confidence ─▶ credibility · revoked ─▶ withdrawn

A bundle comes from outside, so its size, the number of its objects and their depth are limited. Each indicator is
validated by the stix2 library. One that is not valid, or names nothing that can be matched, goes to quarantine.
"""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import stix2
from stix2.exceptions import STIXError

from riskscore import tree
from riskscore.alerts import tlp
from riskscore.alerts.schema import ALERT, UNGRADED, id_of
from riskscore.errors import ManifestError
from riskscore.manifest.formats.table import BROKEN, Table

MAX_BYTES = 256 * 2**20
"""Largest size of a bundle."""

MAX_OBJECTS = 250_000
"""Largest number of objects in a bundle."""

_MAX_OBJECT = 100_000
"""Most characters of one object, written as JSON."""

EXTENSION = f"extension-definition--{id_of('extension', 'alert')}"
"""Id of the extension that holds the columns of an alert."""

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
"""Least confidence (0 to 100) for each credibility, from appendix A of STIX 2.1."""


def is_bundle(data: bytes) -> bool:
    """Whether `data` looks like a STIX bundle."""
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"{") and re.search(rb'"type"\s*:\s*"bundle"', data[:100_000] + data[-4096:]) is not None


def read(name: str, data: bytes) -> Table:
    """Read the indicators of a bundle: one row each, texts in the columns of ALERT; unusable ones are in `broken`.

    `lines` are the positions of the objects in the bundle, from 1. Raises ManifestError if the data is no bundle or
    too big.
    """
    objects = _objects(name, data)
    by_id = {str(item["id"]): item for item in objects if isinstance(item, dict) and isinstance(item.get("id"), str)}
    rows: list[dict[str, Any]] = []
    lines: list[int] = []
    broken: list[tuple[int, str, str | None, str, str]] = []
    for line, item in enumerate(objects, start=1):
        if not isinstance(item, dict) or item.get("type") != "indicator":
            if not isinstance(item, dict):
                broken.append((line, "not_stix", None, str(item)[:200], json.dumps(item)[:_MAX_OBJECT]))
            continue
        text = json.dumps(item, ensure_ascii=False)
        fault = _fault(item, text)
        row = None if fault else _row(item, by_id)
        if row is None:
            shown = str(item.get("name") or item.get("id") or "")[:200]
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
        raise ManifestError(f"{name} is larger than {MAX_BYTES // 2**20} MB, the most for a STIX bundle; split it")
    try:
        bundle = tree.load_json(data)
    except ValueError as damaged:
        raise ManifestError(f"{name} is a damaged STIX bundle ({damaged!s:.100})") from None
    objects = bundle.get("objects", []) if isinstance(bundle, dict) else None
    if not isinstance(objects, list):
        raise ManifestError(f"{name} is not a STIX bundle: `objects` is not a list")
    if len(objects) > MAX_OBJECTS:
        raise ManifestError(f"{name} has {len(objects):,} objects; at most {MAX_OBJECTS:,} are read; split it")
    return objects


def _fault(indicator: dict[str, Any], text: str) -> str | None:
    """The rule that an indicator breaks, or None."""
    if len(text) > _MAX_OBJECT:
        return "too_long"
    # The library makes up an id and a beginning for an indicator that states none.
    if not all(isinstance(indicator.get(name), str) for name in ("id", "valid_from")):
        return "not_stix"
    try:
        stix2.parse(indicator, allow_custom=True, version="2.1")
    except (STIXError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return "not_stix"
    return None


def _row(indicator: dict[str, Any], by_id: dict[str, Any]) -> dict[str, Any] | None:
    """The columns of an alert as texts; None if the indicator names nothing that can be matched."""
    extension = _extension(indicator)
    columns = _from_extension(extension) if extension is not None else _from_pattern(indicator)
    if columns is None:
        return None
    maker = by_id.get(str(indicator.get("created_by_ref")), {})
    statements = {key: value for key, value in by_id.items() if value.get("definition_type") == "statement"}
    row: dict[str, Any] = {"alert_id": indicator["id"], "provider": _text(maker.get("name"))}
    if extension is None:
        row |= {
            "reason": _text(indicator.get("description") or indicator.get("name")),
            "reliability": _grade(indicator.get("confidence")),
            "valid_from": str(indicator["valid_from"])[:10],
            "valid_until": _last_day(indicator.get("valid_until")),
        }
    row |= columns
    row |= {
        "handling": tlp.handling_of(indicator.get("object_marking_refs"), statements),
        "status": "withdrawn" if indicator.get("revoked") is True else "active",
        "updated_at": _text(indicator.get("modified")),
    }
    return row


def _extension(indicator: dict[str, Any]) -> dict[str, Any] | None:
    extensions = indicator.get("extensions")
    extension = extensions.get(EXTENSION) if isinstance(extensions, dict) else None
    return extension if isinstance(extension, dict) else None


def _from_extension(extension: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(extension[name]) for name in CARRIED if extension.get(name) is not None}


def _from_pattern(indicator: dict[str, Any]) -> dict[str, Any] | None:
    """Kind and value from the pattern, if it is one comparison of a known path."""
    pattern = indicator.get("pattern")
    match = _COMPARISON.fullmatch(pattern) if isinstance(pattern, str) else None
    if match is None or match[2] not in _PATHS:
        return None
    kind, column = _PATHS[match[2]]
    return {"kind": kind, column: re.sub(r"\\(.)", r"\1", match[3])}


def _value(value: object) -> object:
    return [str(part) for part in value] if isinstance(value, list) else _text(value)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _grade(confidence: object) -> str:
    if not isinstance(confidence, int) or isinstance(confidence, bool):
        return UNGRADED
    return "F" + str(next((grade for least, grade in _CREDIBILITY if confidence >= least), 6))


def _last_day(until: object) -> str | None:
    """The last full or partial day before the moment `until`."""
    try:
        moment = datetime.fromisoformat(str(until).replace("Z", "+00:00")) if until else None
    except ValueError:
        return str(until)
    return None if moment is None else str((moment - timedelta(microseconds=1)).date())
