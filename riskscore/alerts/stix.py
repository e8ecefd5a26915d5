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
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import stix2
from stix2.exceptions import STIXError

from riskscore.alerts import tlp
from riskscore.alerts.schema import ALERT, UNGRADED, named
from riskscore.errors import ManifestError
from riskscore.manifest.tabular import BROKEN, Table

MAX_BYTES = 256 * 2**20
"""Most bytes of a bundle."""

MAX_OBJECTS = 250_000
"""Most objects of a bundle."""

_MAX_OBJECT = 100_000
"""Characters of one object, written as JSON."""

EXTENSION = f"extension-definition--{named('extension', 'alert')}"
"""Id of the extension that carries an alert's own columns."""

_SINCE = "2026-01-01T00:00:00.000Z"
_OURS = f"identity--{named('identity', 'riskscore')}"
_CARRIED = tuple(name for name in ALERT if name not in ("handling", "status", "updated_at"))
_COMPARISON = re.compile(r"\s*\[\s*([a-z0-9-]{1,100}):([a-z0-9_.'-]{1,100})\s*=\s*'((?:[^'\\]|\\.){1,2000})'\s*\]\s*")
_OWN_ID = re.compile(r"indicator--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
    return {name: _value(own[name]) for name in _CARRIED if own.get(name) is not None}


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


def bundle(alerts: pl.DataFrame) -> dict[str, Any]:
    """A bundle of `alerts` (ALERT): their providers, markings, the extension, and an indicator each.

    Ids follow from what is said, so that the same alerts give the same bundle. Each object is checked by stix2.
    """
    rows = alerts.sort("alert_id").to_dicts()
    providers = sorted({row["provider"] for row in rows})
    handlings = sorted({row["handling"] for row in rows})
    objects = [
        *identities(providers),
        extension(),
        *(tlp.marking(handling) for handling in handlings),
        *(indicator(row) for row in rows),
    ]
    return bundled(objects)


def bundled(objects: list[dict[str, Any]]) -> dict[str, Any]:
    """A bundle of checked objects, with an id that follows from theirs."""
    for one in objects:
        stix2.parse(one, allow_custom=True, version="2.1")
    ids = sorted(f"{one['id']} {one.get('modified', '')}" for one in objects)
    return {"type": "bundle", "id": f"bundle--{named('bundle', *ids)}", "objects": objects}


def identities(providers: list[str]) -> Iterator[dict[str, Any]]:
    """This program, and each provider, as identities."""
    for key, name, kind in [(_OURS, "riskscore", "system"), *((provider_id(p), p, "organization") for p in providers)]:
        yield {
            "type": "identity",
            "spec_version": "2.1",
            "id": key,
            "created": _SINCE,
            "modified": _SINCE,
            "name": name,
            "identity_class": kind,
        }


def provider_id(provider: str) -> str:
    """The id of a provider's identity."""
    return f"identity--{named('identity', 'provider', provider)}"


def indicator(row: dict[str, Any]) -> dict[str, Any]:
    """One alert as an indicator."""
    moment = instant(row["updated_at"])
    begins = row["valid_from"] or min(row["updated_at"].date(), row["valid_until"] or date.max)
    shown = row["name"] or row["address"] or row["container_number"] or row["vessel_imo"] or route(row)
    own = {
        name: value.isoformat() if isinstance(value, date) else value
        for name in _CARRIED
        if (value := row[name]) is not None
    }
    one = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": indicator_id(row["alert_id"]),
        "created_by_ref": provider_id(row["provider"]),
        "created": instant(row.get("created_at") or row["updated_at"]),
        "modified": moment,
        "name": shown,
        "indicator_types": ["anomalous-activity"],
        "pattern": f"[x-cargo-{row['kind']}:{_path(row)} = '{_quoted(shown)}']",
        "pattern_type": "stix",
        "valid_from": instant(datetime.combine(begins, time(), UTC)),
        "object_marking_refs": [tlp.MARKINGS[row["handling"]]],
        "extensions": {EXTENSION: {"extension_type": "property-extension", **own}},
    }
    if row["reason"]:
        one["description"] = row["reason"]
    if row["valid_until"] is not None:
        one["valid_until"] = instant(datetime.combine(row["valid_until"] + timedelta(days=1), time(), UTC))
    if row["status"] == "withdrawn":
        one["revoked"] = True
    return one


def indicator_id(alert_id: str) -> str:
    """The id of an alert's indicator: its own where it came as one."""
    return alert_id if _OWN_ID.fullmatch(alert_id) else f"indicator--{named('alert', alert_id)}"


def route(row: dict[str, Any]) -> str:
    """A route in a few characters."""
    return f"{row['origin'] or '*'} > {row['destination'] or '*'}"


def _path(row: dict[str, Any]) -> str:
    usual = {"party": "name", "address": "address", "container": "container_number", "route": "route"}
    return usual.get(row["kind"], "vessel_name" if row["name"] else "vessel_imo")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def extension() -> dict[str, Any]:
    """The definition of the extension that indicators carry."""
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION,
        "created_by_ref": _OURS,
        "created": _SINCE,
        "modified": _SINCE,
        "name": "Alert on cargo",
        "description": "What a watch-list entry names: a party, an address, a container, a vessel or a route.",
        "schema": "Columns: " + ", ".join(_CARRIED),
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    }


def instant(moment: datetime) -> str:
    """A moment as STIX writes it, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
