"""Read US AMS data: eleven CSV files, in a folder or a zip, are one manifest.

    header ⋈ billgen ⋈ parties ⋈ container ⋈ goods   on `identifier` (and `container_number`)

Each container of a bill is a row. Figures of the header are the bill's; a container has what `cargodesc` and `tariff`
say of it, and the bill's figures only where it is the bill's only one.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.cells.places import us_ports
from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.archives import Member
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages import ams_goods, ams_tables
from riskscore.manifest.formats.messages.ams_goods import measure
from riskscore.manifest.formats.messages.ams_tables import CONTAINER, IDENTIFIER, Part
from riskscore.manifest.formats.messages.masters import without_masters
from riskscore.manifest.formats.messages.terms import TO_ORDER
from riskscore.manifest.formats.messages.units import KG, M3
from riskscore.manifest.formats.table import CANCELLED, Count, Table
from riskscore.manifest.hints import NO_HINTS, Hints
from riskscore.schema import COLUMNS, REQUIRED
from riskscore.units import counted

_DATES = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M:%S")
"""Forms of dates; those with slashes are American, month first."""

_DELETED = r"(?i)^(?:delete|cancel)"
_SCHEDULES = {
    "port_of_unlading": "D",
    "port_of_destination": "D",
    "foreign_port_of_lading": "K",
    "foreign_port_of_destination": "K",
}
_LLOYDS = r"(?i)imo|lloyd"


def sniff(file: File) -> bool:
    """Whether the file is one of the tables."""
    return ams_tables.kind_of(file.head) is not None


def read(file: File, _count: Count) -> list[Table]:
    """Refuse a table that is alone. Raises LeftAsideError."""
    return join(file.name, [file.member], file.hints)


def split(members: Sequence[Member]) -> tuple[list[Member], list[Member]]:
    """The members that are tables of AMS data, if there are several, and the others."""
    kinds = [ams_tables.kind_of(member.head) for member in members] if len(members) > 1 else []
    tables = [member for member, kind in zip(members, kinds, strict=False) if kind]
    if len(tables) < 2:
        return [], list(members)
    return tables, [member for member, kind in zip(members, kinds, strict=True) if not kind]


def join(name: str, members: Sequence[Member], hints: Hints = NO_HINTS) -> list[Table]:
    """Read the tables in `members`, which messages call `name`, as manifests: one table for each header file.

    Raises LeftAsideError where the header is missing, or everything but the header, ManifestError without bill numbers.
    """
    kinds = {member.name: ams_tables.kind_of(member.head) or "" for member in members}
    if len(set(kinds.values())) == 1 or "header" not in kinds.values():
        held = " and ".join(sorted(set(kinds.values())))
        lacks = "their other tables" if held == "header" else "their header"
        raise LeftAsideError(name, f"the {held} of US AMS tables without {lacks}")
    if "billgen" not in kinds.values():
        raise ManifestError(f"{name} has US AMS tables without billgen, which has the bill numbers; add that file")
    parts = [
        ams_tables.load(member, kinds[member.name], hints) for member in members if "hazmat" not in kinds[member.name]
    ]
    return [table for run in _runs(parts) for table in _join(run)]


def _runs(parts: list[Part]) -> list[list[Part]]:
    """The tables that belong together: all of them, or those of one run where runs have bills in common."""
    headers = [part for part in parts if part.kind == "header"]
    identifiers = pl.concat([part.frame[IDENTIFIER].unique() for part in headers])
    if identifiers.n_unique() == identifiers.len():
        return [parts]
    runs: dict[str, list[Part]] = {}
    for part in parts:
        runs.setdefault(ams_tables.run_of(part.name, part.kind), []).append(part)
    whole = all({"header", "billgen"} <= {part.kind for part in run} for run in runs.values())
    return list(runs.values()) if whole else [parts]


def _join(parts: list[Part]) -> list[Table]:
    """One table for each header of a run, and one for each file with rows that are refused."""
    bills = _bills(parts)
    goods, loose = ams_goods.boxes(parts)
    identifiers = pl.concat([part.frame[IDENTIFIER] for part in parts if part.kind == "header"])
    tables = [_table(part, bills, goods, loose) for part in parts if part.kind == "header"]
    for part in parts:
        if part.kind == "header":
            continue
        broken = [part.broken]
        if part.kind in ("container", "cargodesc"):
            broken.append(ams_tables.orphans(part, identifiers))
        refused = pl.concat(broken)
        if refused.height:
            empty = pl.DataFrame(schema={column: COLUMNS[column] for column in REQUIRED})
            lines = pl.Series("line", [], pl.Int64)
            tables.append(Table(empty, lines, name=part.name, format="US AMS", broken=refused))
    return tables


def _bills(parts: list[Part]) -> pl.DataFrame:
    """Numbers, dates and parties of each bill."""
    billgen = ams_tables.stacked(parts, "billgen")
    numbers = ("master_bol_number", "house_bol_number", "sub_house_bol_number")
    bills = billgen.unique([IDENTIFIER, *numbers], keep="last", maintain_order=True)
    for kind, party, address in (
        ("shipper", "shipper_party", "shipper_party_address"),
        ("consignee", "consignee", "consignee_address"),
        ("notifyparty", "notify_party", "notify_party_address"),
    ):
        rows = ams_tables.stacked(parts, kind).unique(IDENTIFIER, keep="first", maintain_order=True)
        bills = bills.join(
            _party(rows, kind.removesuffix("party"), f"{party}_name", address), on=IDENTIFIER, how="left"
        )
    return bills


def _party(rows: pl.DataFrame, kind: str, name: str, address: str) -> pl.DataFrame:
    """Name, address and country of one party of each bill; a country alone is no address."""
    parts = [*(f"{address}_{line}" for line in range(1, 5)), "city", "state_province", "zip_code"]
    joined = pl.concat_str(*parts, "country_code", separator=", ", ignore_nulls=True)
    where = pl.when(pl.any_horizontal(pl.col(parts).is_not_null())).then(joined)
    return rows.select(
        IDENTIFIER,
        pl.col(name).alias(f"{kind}_name"),
        where.alias(f"{kind}_address"),
        pl.col("country_code").alias(f"{kind}_country"),
    )


def _table(header: Part, bills: pl.DataFrame, goods: pl.DataFrame, loose: pl.DataFrame) -> Table:
    """The rows of one header file."""
    notes = list(header.notes)
    rows = us_ports.places(header.frame, _SCHEDULES).with_columns(header.lines.alias("_line"))
    kg, lost_kg = measure(rows, "weight", "weight_unit", KG)
    m3, lost_m3 = measure(rows, "measurement", "measurement_unit", M3)
    for column, lost in (("gross_weight_kg", lost_kg), ("volume_m3", lost_m3)):
        if lost.len():
            shown = ", ".join(lost.unique(maintain_order=True).head(3))
            notes.append(f"{column}: {counted(lost.len(), 'value')} not understood, such as {shown}; left empty")
    rows = rows.with_columns(
        kg.alias("bill_gross_weight_kg"),
        m3.alias("bill_volume_m3"),
        pl.col("manifest_quantity").cast(pl.Float64, strict=False).cast(pl.Int64, strict=False).alias("bill_count"),
    )
    rows = rows.join(bills, on=IDENTIFIER, how="left", maintain_order="left")
    rows = rows.join(goods, on=IDENTIFIER, how="left", maintain_order="left")
    rows = rows.join(loose, on=IDENTIFIER, how="left", maintain_order="left")
    rows = rows.select(**_columns(), _line="_line", _status="record_status_indicator")
    for column in ("filed_at", "arrives_at"):
        unread = rows.filter(pl.col(column).is_null() & pl.col(f"_{column}").is_not_null())[f"_{column}"]
        if unread.len():
            shown = ", ".join(unread.unique(maintain_order=True).head(3))
            notes.append(f"{column}: {counted(unread.len(), 'date')} not understood, such as {shown}; left empty")
    deleted = rows["_status"].str.contains(_DELETED).fill_null(False)
    cancelled = rows.filter(deleted).select(pl.col("_line").alias("line"), *list(CANCELLED)[1:])
    rows = rows.filter(~deleted)
    names = [name for name in rows.columns if name in COLUMNS]
    filled = [name for name in names if name in REQUIRED or rows[name].null_count() < rows.height]
    table = Table(
        rows.select(filled),
        rows["_line"].alias("line"),
        name=header.name,
        format="US AMS",
        broken=header.broken,
        notes=tuple(notes),
        is_message=True,
        cancelled=cancelled,
    )
    return without_masters(table)


def _columns() -> dict[str, pl.Expr]:
    """Canonical column -> where it comes from. `_filed_at` and `_arrives_at` are the texts of the dates."""
    is_only = pl.col("boxes").fill_null(1) == 1
    own = {
        "package_count": pl.when(is_only).then(pl.coalesce("bill_count", "pieces")).otherwise("pieces"),
        "gross_weight_kg": pl.when(is_only).then(pl.coalesce("bill_gross_weight_kg", "kg")).otherwise("kg"),
    }
    house = pl.coalesce("sub_house_bol_number", "house_bol_number")
    master = pl.col("master_bol_number")
    filed, arrives = pl.coalesce("run_date", "trade_update_date"), pl.col("estimated_arrival_date")
    arrives = pl.coalesce(arrives, "actual_arrival_date")
    has_value = pl.col("declared_value").is_not_null()
    return {
        "bill_of_lading": pl.coalesce(master, house),
        "house_bill": pl.when(master.is_not_null()).then(house),
        "bill_type": pl.when(pl.col("consignee_name").str.contains(TO_ORDER)).then(pl.lit("to_order")),
        CONTAINER: pl.col(CONTAINER),
        "filed_at": _date(filed),
        "_filed_at": filed,
        **{name: pl.col(name) for name in ("shipper_name", "shipper_address", "shipper_country")},
        **{name: pl.col(name) for name in ("consignee_name", "consignee_address", "consignee_country")},
        **{name: pl.col(name) for name in ("notify_name", "notify_address", "place_of_receipt", "vessel_name")},
        "port_of_loading": pl.col("foreign_port_of_lading"),
        "port_of_discharge": pl.col("port_of_unlading"),
        "place_of_delivery": pl.coalesce("foreign_port_of_destination", "port_of_destination"),
        "vessel_imo": pl.when(pl.col("conveyance_id_qualifier").str.contains(_LLOYDS)).then("conveyance_id"),
        "voyage": pl.col("voyage_number"),
        "arrives_at": _date(arrives),
        "_arrives_at": arrives,
        "goods_description": pl.coalesce("goods_description", "loose_description"),
        "hs_codes": pl.coalesce("hs_codes", "loose_codes"),
        "goods_items": pl.coalesce("goods_items", "loose_items"),
        "marks": pl.coalesce("marks", "loose_marks"),
        "package_type": pl.col("manifest_unit"),
        **own,
        "declared_value": pl.col("declared_value"),
        "currency": pl.when(has_value).then(pl.lit("USD")),
        "container_type": pl.col("container_type"),
        "seal_numbers": pl.col("seal_numbers"),
        "bill_package_count": pl.when(own["package_count"].is_null()).then("bill_count"),
        "bill_gross_weight_kg": pl.when(own["gross_weight_kg"].is_null()).then("bill_gross_weight_kg"),
        "bill_volume_m3": pl.col("bill_volume_m3"),
    }


def _date(text: pl.Expr) -> pl.Expr:
    """Moments in UTC; null where the text is in none of the forms."""
    read = [text.str.to_datetime(form, strict=False, time_unit="us") for form in _DATES]
    return pl.coalesce(read).dt.replace_time_zone("UTC")
