"""Recognise and load the tables of US AMS data: a bill is cut into eleven CSV files that share its `identifier`.

    header   billgen   shipper   consignee   notifyparty                    one row a bill
    container   cargodesc   tariff   marksnumbers   hazmat   hazmatclass    several rows a bill, with container_number

A table is known by its headings, whatever its file is called.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import polars as pl

from riskscore.manifest.archives import Member
from riskscore.manifest.formats import delimited
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.table import BROKEN, Table, unique
from riskscore.manifest.hints import NO_HINTS, Hints

IDENTIFIER, CONTAINER = "identifier", "container_number"

_PARTY = ("city", "state_province", "zip_code", "country_code")
_UNREAD = frozenset(
    (
        *("contact_name", "comm_number_qualifier", "comm_number"),  # persons
        *(f"secondary_notify_party_{place}" for place in range(1, 11)),  # codes of agents
        *("carrier_code", "vessel_country_code", "in_bond_entry_type", "mode_of_transportation"),
        *("foreign_port_of_lading_qualifier", "foreign_port_of_destination_qualifier"),
        *("container_length", "container_height", "container_width", "load_status", "type_of_service"),
        *("bill_type_code", "manifest_number"),
    )
)
"""Headings of these tables that are not read."""


def _party(name: str, address: str) -> tuple[str, ...]:
    return (name, *(f"{address}_{line}" for line in range(1, 5)), *_PARTY)


_HEADINGS: dict[str, tuple[str, ...]] = {
    "header": (
        *("port_of_unlading", "vessel_name", "estimated_arrival_date", "foreign_port_of_lading", "manifest_quantity"),
        *("manifest_unit", "weight", "weight_unit", "measurement", "measurement_unit", "record_status_indicator"),
        *("place_of_receipt", "port_of_destination", "foreign_port_of_destination", "conveyance_id_qualifier"),
        *("conveyance_id", "actual_arrival_date"),
    ),
    "billgen": (
        *("master_bol_number", "house_bol_number", "sub_house_bol_number", "voyage_number", "trade_update_date"),
        "run_date",
    ),
    "shipper": _party("shipper_party_name", "shipper_party_address"),
    "consignee": _party("consignee_name", "consignee_address"),
    "notifyparty": _party("notify_party_name", "notify_party_address"),
    "container": ("seal_number_1", CONTAINER, "seal_number_2", "equipment_description_code", "container_type"),
    "cargodesc": ("description_text", CONTAINER, "description_sequence_number", "piece_count"),
    "tariff": (
        *("harmonized_number", CONTAINER, "description_sequence_number", "harmonized_value"),
        *("harmonized_weight", "harmonized_weight_unit"),
    ),
    "marksnumbers": ("marks_and_numbers_1", CONTAINER, *(f"marks_and_numbers_{place}" for place in range(2, 9))),
    "hazmat": (
        *("hazmat_code", CONTAINER, "hazmat_sequence_number", "hazmat_class", "hazmat_code_qualifier"),
        *("hazmat_contact", "hazmat_page_number", "hazmat_flash_point_temperature", "hazmat_description"),
        *("hazmat_flash_point_temperature_negative_ind", "hazmat_flash_point_temperature_unit"),
    ),
    "hazmatclass": ("hazmat_classification", CONTAINER, "hazmat_sequence_number"),
}
"""Table -> its headings besides the identifier; the first one is in no other table."""

_LEAST_SHARE = 0.8
_LEAST_TIDY = 3
_CHUNK = 2**20
_DELIMITERS = ",\t;|^~"
_KNOWN = frozenset(heading for headings in _HEADINGS.values() for heading in headings) | _UNREAD | {IDENTIFIER}


@dataclass(frozen=True)
class Part:
    """One table of one file: its rows as text with plain headings, their lines, and the lines that do not fit."""

    kind: str
    name: str
    frame: pl.DataFrame
    lines: pl.Series
    broken: pl.DataFrame
    notes: tuple[str, ...]


def kind_of(head: bytes) -> str | None:
    """The table of AMS data whose headings `head`, the beginning of a file, has; None where it is none of them."""
    first = _first_line(head.lstrip(b"\xef\xbb\xbf \r\n\0"))
    if IDENTIFIER not in first.lower():
        return None
    return max(filter(None, (_kind(first, delimiter) for delimiter in _DELIMITERS)), default=None)


def _kind(line: str, delimiter: str) -> str | None:
    names = [_plain(cell) for cell in _cells(line, delimiter)]
    others = set(names) - _UNREAD - {IDENTIFIER, ""}
    if IDENTIFIER not in names or not others:
        return None
    for kind, headings in _HEADINGS.items():
        if headings[0] in others and len(others & set(headings)) >= _LEAST_SHARE * len(others):
            return kind
    return None


def _first_line(head: bytes) -> str:
    return head.split(b"\n", 1)[0].decode("utf-8", errors="ignore")


def _cells(line: str, delimiter: str = ",") -> list[str]:
    """The cells of a line; none where it is no line of a table, such as one with a carriage return in it."""
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return []


def load(member: Member, kind: str, hints: Hints = NO_HINTS) -> Part:
    """Read the rows of one table. Raises ManifestError or ValueError where the file cannot be read."""
    table = None if hints.encoding else _tidy(member)
    table = table or delimited.read(File(member, hints), _known)[0]
    wanted = (IDENTIFIER, *_HEADINGS[kind])
    found = {_plain(name): name for name in reversed(table.frame.columns)}
    frame = table.frame.select(
        (pl.col(found[name]) if name in found else pl.lit(None, pl.String)).alias(name) for name in wanted
    )
    blank = pl.all().str.strip_chars()
    kept = frame["description_text"] if "description_text" in wanted else None
    frame = frame.with_columns(pl.when(blank != "").then(blank))
    if kept is not None:
        frame = frame.with_columns(kept.replace("", None))  # blanks at its ends say where words are cut
    if CONTAINER in wanted:
        frame = frame.with_columns(pl.col(CONTAINER).str.to_uppercase())
    return Part(kind, member.name, frame, table.lines, table.broken, table.notes)


def _tidy(member: Member) -> Table | None:
    """The table, if every line of the file is a row of it, in UTF-8; such files are read several times as fast."""
    first = _cells(_first_line(member.head))
    if len(first) < _LEAST_TIDY:
        return None
    with member.open() as stream:
        breaks, last = 0, b""
        while chunk := stream.read(_CHUNK):
            breaks, last = breaks + chunk.count(b"\n"), chunk[-1:]
    source = member.path if member.content is None and member.path else member.content
    try:
        frame = pl.read_csv(source, infer_schema=False, new_columns=unique(first))  # type: ignore[arg-type]
    except (pl.exceptions.PolarsError, OSError):
        return None
    if frame.height != breaks - (last == b"\n"):
        return None
    return Table(frame, pl.int_range(2, frame.height + 2, dtype=pl.Int64, eager=True).alias("line"))


def _known(cells: Sequence[str]) -> int:
    return sum(_plain(cell) in _KNOWN for cell in cells)


def orphans(part: Part, identifiers: pl.Series) -> pl.DataFrame:
    """The rows of `part` whose bill has no header, as broken lines."""
    frame = part.frame.with_columns(part.lines.alias("_line"))
    known = pl.DataFrame({IDENTIFIER: identifiers.unique()})
    alone = frame.join(known, on=IDENTIFIER, how="anti")
    row = pl.struct(pl.exclude("_line")).struct.json_encode()
    return alone.select(
        line="_line", rule=pl.lit("no_header"), column=pl.lit(IDENTIFIER), value=pl.col(IDENTIFIER), row=row
    ).cast(BROKEN)  # type: ignore[arg-type]


def stacked(parts: Iterable[Part], kind: str) -> pl.DataFrame:
    """The rows of all files of one `kind`; an empty table with its headings where there is none."""
    frames = [part.frame for part in parts if part.kind == kind]
    wanted: Sequence[str] = (IDENTIFIER, *_HEADINGS[kind])
    return pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))


def run_of(name: str, kind: str) -> str:
    """What the name of a file says besides its table: files of one run have it in common."""
    stem = re.split(r"[\\/]", name)[-1].lower()
    return stem.replace(kind, "", 1)


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", heading.strip().strip('"').lower()).strip("_")
