"""Package of a case for another service: a STIX bundle with the filed data, a PDF, and their checksums.

    case.json      STIX 2.1: observed data, the parties, the box, a report, notes, and the alerts that may be shared
    case.pdf       the case sheet, if one is made
    manifest.json  every file with its SHA-256 and size, and the number of alerts left out

Ids are computed from the content, so the same case gives the same package at any time and place.
"""

from __future__ import annotations

import json
import shutil
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from riskscore import export
from riskscore.alerts import bundle, files, tlp
from riskscore.alerts.schema import id_of, strictness
from riskscore.casework import slates, watch_lists
from riskscore.digests import sha256
from riskscore.errors import SettingsError
from riskscore.lake.protocol import Lake
from riskscore.lake.tables import NIGHT

BUNDLE, SHEET, MANIFEST = "case.json", "case.pdf", "manifest.json"

_FILED = (
    *("bill_of_lading", "container_number", "filed_at", "shipper_name", "shipper_address", "consignee_name"),
    *("consignee_address", "notify_name", "port_of_loading", "transhipment_ports", "port_of_discharge"),
    *("origin_country", "destination_country", "vessel_name", "vessel_imo", "voyage", "goods_description", "hs_codes"),
    *("package_count", "package_type", "gross_weight_kg", "container_type"),
)
"""Filed fields that are shared with another service. Values and freight are the trader's business and are left out."""

_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
"""Time of every file in a zip: fixed, so that the same files make the same archive."""


@dataclass(frozen=True, slots=True)
class Package:
    """Path and files of a package, and the number of alerts left out because they may not be shared."""

    path: Path
    files: tuple[str, ...]
    left_out: int


def write(
    lake: Lake,
    out: Path,
    *,
    bill: str,
    container: str,
    handling: str = "amber",
    reason: str | None = None,
    pdf: Callable[[Path], None] | None = None,
) -> Package:
    """Write the case of a consignment to `out`: a zip if it ends in .zip, else a new folder. All of it or nothing.

    `handling` is the TLP code of the case. Alerts with a stricter code are left out and counted. `reason` goes into a
    note. `pdf` is called with the path of the sheet that it must write. Raises SettingsError if the lake does not have
    the consignment, or if `out` exists already or cannot be written.
    """
    check(out)
    bill, container = slates.clean_key(bill, container)
    filed = _filed(lake, bill, container)
    all_matches = _matches(lake, bill, container)
    alerts = watch_lists.read_alerts(lake, every=True).join(all_matches, on="alert_id", how="semi")
    shared, left_out = files.shareable(alerts, handling)
    matches = all_matches.join(shared.select("alert_id"), on="alert_id", how="semi")
    objects = _objects(filed, matches, shared, handling, reason)
    draft = out.with_name(f".{out.name[:80]}.{uuid.uuid4().hex[:8]}.part")
    draft.mkdir()
    try:
        text = json.dumps(bundle.bundled(objects), ensure_ascii=False, indent=1) + "\n"
        (draft / BUNDLE).write_text(text, "utf-8")
        if pdf is not None:
            pdf(draft / SHEET)
        names = tuple(sorted(path.name for path in draft.iterdir()))
        entries = [
            {"file": name, "sha256": sha256(draft / name), "bytes": (draft / name).stat().st_size} for name in names
        ]
        manifest = {
            "bill_of_lading": bill,
            "container_number": container,
            "handling": f"TLP:{handling.upper()}",
            "alerts_left_out": left_out,
            "files": entries,
        }
        (draft / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")
        _publish(draft, out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Package(out, (*names, MANIFEST), left_out)


def check(out: Path) -> None:
    """Raise SettingsError if `out` exists already, or cannot be written."""
    if out.exists():
        raise SettingsError(f"cannot write {out}: it already exists")
    export.check_folder(out)


def _publish(draft: Path, out: Path) -> None:
    """Move the folder `draft` to `out`, or pack it as a zip if `out` ends in .zip."""
    if out.suffix.lower() != ".zip":
        draft.replace(out)
        return
    packed = draft / ".packed"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in draft.iterdir() if path != packed):
            archive.writestr(zipfile.ZipInfo(path.name, _ZIPPED_AT), path.read_bytes(), zipfile.ZIP_DEFLATED)
    packed.replace(out)


def _filed(lake: Lake, bill: str, container: str) -> dict[str, Any]:
    """The last version of a consignment, columns of _FILED."""
    is_wanted = (pl.col("bill_of_lading") == bill) & (pl.col("container_number") == container)
    versions = lake.read("consignments", columns=[*_FILED, "version"]).filter(is_wanted).collect()
    if versions.is_empty():
        raise SettingsError(
            f"the lake has no container {container} on bill {bill}; `riskscore slate show` lists the boxes of a day"
        )
    return versions.sort("filed_at", "version").drop("version").row(-1, named=True)


def _matches(lake: Lake, bill: str, container: str) -> pl.DataFrame:
    """The latest match of each alert with a consignment."""
    is_wanted = (pl.col("bill_of_lading") == bill) & (pl.col("container_number") == container)
    matches = lake.read("matches").filter(is_wanted).collect()
    return matches.sort(NIGHT).unique("alert_id", keep="last", maintain_order=True)


def _objects(
    filed: dict[str, Any], matches: pl.DataFrame, alerts: pl.DataFrame, handling: str, reason: str | None
) -> list[dict[str, Any]]:
    """All objects of the bundle, in a fixed order."""
    key = (filed["bill_of_lading"], filed["container_number"])
    moment = bundle.instant(filed["filed_at"])
    maker = next(iter(bundle.identities([])))
    # The case has the strictest handling of all its parts.
    strictest = max([handling, *alerts["handling"]], key=strictness)
    common = {
        "spec_version": "2.1",
        "created_by_ref": maker["id"],
        "created": moment,
        "modified": moment,
        "object_marking_refs": [tlp.MARKINGS[strictest]],
    }
    parties = [
        {
            "type": "identity",
            "id": f"identity--{id_of('party', filed[f'{role}_name'])}",
            **common,
            "name": filed[f"{role}_name"],
            "roles": [role],
            "identity_class": "organization",
        }
        for role in ("shipper", "consignee", "notify")
        if filed[f"{role}_name"]
    ]
    parties = list({party["id"]: party for party in parties}.values())
    box = {
        "type": "x-cargo-consignment",
        "spec_version": "2.1",
        "id": f"x-cargo-consignment--{id_of('consignment', *key, moment)}",
        **{name: _plain(value) for name, value in filed.items() if value not in (None, [])},
        "object_marking_refs": [tlp.MARKINGS[strictest]],
    }
    observed = {
        "type": "observed-data",
        "id": f"observed-data--{id_of('observed', *key, moment)}",
        **common,
        "first_observed": moment,
        "last_observed": moment,
        "number_observed": 1,
        "object_refs": [box["id"]],
    }
    rows = alerts.sort("alert_id").to_dicts()
    indicators = [bundle.indicator(row) for row in rows]
    notes = [
        _note(
            common,
            f"{row['words']} (strength {row['strength']:.2f})",
            [observed["id"], bundle.indicator_id(row["alert_id"])],
        )
        for row in matches.sort("alert_id").iter_rows(named=True)
    ]
    if reason and reason.strip():
        notes.append(_note(common, reason.strip(), [observed["id"]]))
    contents = [*parties, box, observed, *indicators, *notes]
    report = {
        "type": "report",
        "id": f"report--{id_of('report', *sorted(content['id'] for content in contents))}",
        **common,
        "name": f"Container {key[1]} on bill {key[0]}",
        "report_types": ["observed-data"],
        "published": moment,
        "object_refs": [content["id"] for content in contents],
    }
    providers = list(bundle.identities(sorted({row["provider"] for row in rows})))
    handlings = sorted({strictest, *(row["handling"] for row in rows)}, key=strictness)
    definition = [bundle.extension()] if rows else []
    return [*providers, *definition, *map(tlp.marking, handlings), *contents, report]


def _note(common: dict[str, Any], content: str, refs: list[str]) -> dict[str, Any]:
    return {
        "type": "note", "id": f"note--{id_of('note', content, *refs)}", **common, "content": content,
        "object_refs": refs,
    }  # fmt: skip


def _plain(value: object) -> object:
    return bundle.instant(value) if isinstance(value, datetime) else str(value) if isinstance(value, date) else value
