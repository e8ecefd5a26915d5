"""A case as a package that another service can read: a STIX bundle, what was filed, a PDF, and their checksums.

    case.json      STIX 2.1: observed data, the party, the box, a report, a note, and alerts that may leave
    case.pdf       the sheet for people, where somebody makes it
    manifest.json  every file with its SHA-256 and size, and what was left out

Ids follow from what is said, so that the same case is the same package, whoever makes it and when.
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

from riskscore.alerts import bundle, files, tlp
from riskscore.alerts.schema import named, rank
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
"""What was filed that a case tells another service; values and freight are the trader's business."""

_ZIPPED_AT = (1980, 1, 1, 0, 0, 0)
"""Moment of every member of a zip, so that the same files make the same archive."""


@dataclass(frozen=True, slots=True)
class Package:
    """Where a package is, its files, and how many alerts were left out because they may not leave."""

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
    """Write the case of a consignment to `out`: a zip by its ending, else a new folder. Whole, or not at all.

    `handling` is the code under which the case leaves, and the strictest of the alerts that go with it; the others are
    left out and counted. `reason` is said in a note. `pdf` is called with the path of a sheet that it is to write.
    Raises SettingsError where the lake does not know the consignment, or `out` is there or cannot be made.
    """
    bill, container = slates.clean_key(bill, container)
    filed = _filed(lake, bill, container)
    found = _matches(lake, bill, container)
    known = watch_lists.read_alerts(lake, every=True)
    listed, left_out = files.leaving(known.join(found, on="alert_id", how="semi"), handling)
    told = found.join(listed.select("alert_id"), on="alert_id", how="semi")
    objects = _objects(filed, told, listed, handling, reason)
    if out.exists() or not out.parent.is_dir():
        raise SettingsError(f"cannot write {out}: " + ("it is there" if out.exists() else f"there is no {out.parent}"))
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


def _publish(draft: Path, out: Path) -> None:
    """Put the folder `draft` in the place of `out`, as a zip where that is its ending."""
    if out.suffix.lower() != ".zip":
        draft.replace(out)
        return
    packed = draft / ".packed"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(path for path in draft.iterdir() if path != packed):
            archive.writestr(zipfile.ZipInfo(path.name, _ZIPPED_AT), path.read_bytes(), zipfile.ZIP_DEFLATED)
    packed.replace(out)


def _filed(lake: Lake, bill: str, container: str) -> dict[str, Any]:
    """The last version of a consignment, with the score that it has, if any."""
    own = (pl.col("bill_of_lading") == bill) & (pl.col("container_number") == container)
    versions = lake.read("consignments", columns=[*_FILED, "version"]).filter(own).collect()
    if versions.is_empty():
        raise SettingsError(f"the lake has no container {container} on bill {bill}; see `riskscore slate show`")
    return versions.sort("filed_at", "version").drop("version").row(-1, named=True)


def _matches(lake: Lake, bill: str, container: str) -> pl.DataFrame:
    """The last night's matches of each alert with a consignment."""
    own = (pl.col("bill_of_lading") == bill) & (pl.col("container_number") == container)
    return lake.read("matches").filter(own).collect().sort(NIGHT).unique("alert_id", keep="last", maintain_order=True)


def _objects(
    filed: dict[str, Any], told: pl.DataFrame, listed: pl.DataFrame, handling: str, reason: str | None
) -> list[dict[str, Any]]:
    """Every object of the bundle, in a fixed order."""
    key = (filed["bill_of_lading"], filed["container_number"])
    moment = bundle.instant(filed["filed_at"])
    maker = next(iter(bundle.identities([])))
    # The case bears the strictest handling of what it is made of.
    strictest = max([handling, *listed["handling"]], key=rank)
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
            "id": f"identity--{named('party', filed[f'{role}_name'])}",
            **common,
            "name": filed[f"{role}_name"],
            "roles": [role],
            "identity_class": "organization",
        }
        for role in ("shipper", "consignee", "notify")
        if filed[f"{role}_name"]
    ]
    parties = list({one["id"]: one for one in parties}.values())
    box = {
        "type": "x-cargo-consignment",
        "spec_version": "2.1",
        "id": f"x-cargo-consignment--{named('consignment', *key, moment)}",
        **{name: _plain(value) for name, value in filed.items() if value not in (None, [])},
        "object_marking_refs": [tlp.MARKINGS[strictest]],
    }
    seen = {
        "type": "observed-data",
        "id": f"observed-data--{named('observed', *key, moment)}",
        **common,
        "first_observed": moment,
        "last_observed": moment,
        "number_observed": 1,
        "object_refs": [box["id"]],
    }
    rows = listed.sort("alert_id").to_dicts()
    indicators = [bundle.indicator(row) for row in rows]
    notes = [
        _note(
            common,
            f"{row['words']} (strength {row['strength']:.2f})",
            [seen["id"], bundle.indicator_id(row["alert_id"])],
        )
        for row in told.sort("alert_id").iter_rows(named=True)
    ]
    if reason and reason.strip():
        notes.append(_note(common, reason.strip(), [seen["id"]]))
    inside = [*parties, box, seen, *indicators, *notes]
    report = {
        "type": "report",
        "id": f"report--{named('report', *sorted(one['id'] for one in inside))}",
        **common,
        "name": f"Container {key[1]} on bill {key[0]}",
        "report_types": ["observed-data"],
        "published": moment,
        "object_refs": [one["id"] for one in inside],
    }
    providers = list(bundle.identities(sorted({row["provider"] for row in rows})))
    handlings = sorted({strictest, *(row["handling"] for row in rows)}, key=rank)
    definition = [bundle.extension()] if rows else []
    return [*providers, *definition, *map(tlp.marking, handlings), *inside, report]


def _note(common: dict[str, Any], content: str, refs: list[str]) -> dict[str, Any]:
    return {
        "type": "note", "id": f"note--{named('note', content, *refs)}", **common, "content": content,
        "object_refs": refs,
    }  # fmt: skip


def _plain(value: object) -> object:
    return bundle.instant(value) if isinstance(value, datetime) else str(value) if isinstance(value, date) else value
