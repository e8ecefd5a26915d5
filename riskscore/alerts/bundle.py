"""Write alerts as a STIX 2.1 bundle; its ids are computed from the content. stix.py reads it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl
import stix2

from riskscore.alerts import stix, tlp
from riskscore.alerts.schema import id_of

_SINCE = "2026-01-01T00:00:00.000Z"
_OURS = f"identity--{id_of('identity', 'riskscore')}"
_INDICATOR_ID = re.compile(r"indicator--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def bundle(alerts: pl.DataFrame) -> dict[str, Any]:
    """Make a bundle of `alerts` (ALERT): providers, markings, the extension, and one indicator per alert.

    The same alerts give the same bundle. Each object is validated by stix2.
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
    """Validate `objects` and bundle them, with an id computed from theirs."""
    for entry in objects:
        stix2.parse(entry, allow_custom=True, version="2.1")
    ids = sorted(f"{entry['id']} {entry.get('modified', '')}" for entry in objects)
    return {"type": "bundle", "id": f"bundle--{id_of('bundle', *ids)}", "objects": objects}


def identities(providers: list[str]) -> Iterator[dict[str, Any]]:
    """Identities of this program and of each provider."""
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
    """Id of a provider's identity."""
    return f"identity--{id_of('identity', 'provider', provider)}"


def indicator(row: dict[str, Any]) -> dict[str, Any]:
    """Write one alert as an indicator."""
    moment = instant(row["updated_at"])
    begins = row["valid_from"] or min(row["updated_at"].date(), row["valid_until"] or date.max)
    shown = row["name"] or row["address"] or row["container_number"] or row["vessel_imo"] or route(row)
    carried = {
        name: value.isoformat() if isinstance(value, date) else value
        for name in stix.CARRIED
        if (value := row[name]) is not None
    }
    made = {
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
        "extensions": {stix.EXTENSION: {"extension_type": "property-extension", **carried}},
    }
    if row["reason"]:
        made["description"] = row["reason"]
    if row["valid_until"] is not None:
        made["valid_until"] = instant(datetime.combine(row["valid_until"] + timedelta(days=1), time(), UTC))
    if row["status"] == "withdrawn":
        made["revoked"] = True
    return made


def indicator_id(alert_id: str) -> str:
    """Id of an alert's indicator: the alert's id if it was imported from STIX, else a computed one."""
    return alert_id if _INDICATOR_ID.fullmatch(alert_id) else f"indicator--{id_of('alert', alert_id)}"


def route(row: dict[str, Any]) -> str:
    """Write a route in short, such as NG > VNHPH; * is any place."""
    return f"{row['origin'] or '*'} > {row['destination'] or '*'}"


def _path(row: dict[str, Any]) -> str:
    usual = {"party": "name", "address": "address", "container": "container_number", "route": "route"}
    return usual.get(row["kind"], "vessel_name" if row["name"] else "vessel_imo")


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def extension() -> dict[str, Any]:
    """Definition of the extension that holds the columns of an alert."""
    return {
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": stix.EXTENSION,
        "created_by_ref": _OURS,
        "created": _SINCE,
        "modified": _SINCE,
        "name": "Alert on cargo",
        "description": "What a watch-list entry names: a party, an address, a container, a vessel or a route.",
        "schema": "Columns: " + ", ".join(stix.CARRIED),
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    }


def instant(moment: datetime) -> str:
    """Write a moment as STIX does, to the microsecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
