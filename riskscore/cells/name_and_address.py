"""Tell a party's name from the address in the same cell.

    "ALFA TRADING LLC\n12 HARBOUR ROAD\nDUBAI, UAE"   name ALFA TRADING LLC   address 12 HARBOUR ROAD, DUBAI, UAE
    "ALFA CO., LTD., 12 HARBOUR ROAD, DUBAI, UAE"     name ALFA CO., LTD.     address 12 HARBOUR ROAD, DUBAI, UAE
    "ALFA LOGISTICS O/B OF\nBETA FOODS SA\n9 RUE X"   name ALFA LOGISTICS O/B OF BETA FOODS SA
    "ALFA VALVES AND\nFITTINGS CO., LTD\n9 PIER RD"  name ALFA VALVES AND FITTINGS CO., LTD

A name that runs into its address is another firm for every comparison, so an established importer looks new. Where a
cell does not show where the name ends, it stays whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from riskscore.cells import nothing, texts
from riskscore.cells.headings import Heading
from riskscore.units import counted

SIDES = ("shipper", "consignee", "notify")
"""Parties with a name and an address."""

_MAY_HOLD_ADDRESS = r"(?i)[\r\n]|,.*,|<br ?/?>|_x000D_|\\n|[;|].*[;|]"
_WRITTEN_BREAKS = r"(?i)(?:\s*(?:<br ?/?>|_x000D_|\\r|\\n)\s*)+"
"""Line breaks as other software writes them, in a text of one line."""
_SIGNS = r"\s*[;|]\s*"
_LINES = r"\s*(?:\r\n|\r|\n)\s*"
_GOES_ON = (
    r"(?i)(?:\b(?:O/B OF|O/B|C/O|ON BEHALF OF|OF|AND|FOR(?: THE)? ACCOUNT OF|AS AGENTS? (?:FOR|OF)|A/C"
    r"|ET|Y|E|UND|VE|DE|DU|DES|DEL|DA|DO)|[&,])\s*$"
)
_STILL_NAME = (
    r"(?i)^(?:O/B\b|ON BEHALF|C/O\b|AS AGENTS?\b|A/C\b"
    r"|(?:CO\.?,? ?)?(?:LTD|LIMITED|LTDA|LLC|INC|CORP|S\.?A\.?|S\.?L\.?|GMBH|PVT|PTE|PTY|SDN|BHD|PLC|JSC|B\.?V\.?"
    r"|S\.?R\.?L|S\.?A\.? DE C\.?V|LLP|EIRELI|JOINT STOCK COMPANY|COMPANY)\b[ .,A-Z]{0,12}$)"
)
_ADDRESS = (
    r"(?i)\d|\bP\.? ?O\.? ?BOX\b|\b(?:ROAD|STREET|AVENUE|RUE|CALLE|AVENIDA|RUA|STR|STRASSE|PLOT|FLOOR|BUILDING|BLDG)\b"
)
_STARTS = r"(?i)^(?:OF|AND|ET|UND|Y|VE|&) ?[^\d,]+$"
_FIRM_ENDS = (
    r"(?i)(?:^|[ .,&(])(?:LTD|LIMITED|LTDA|L\.?L\.?C|INC|INCORPORATED|CORP|CORPORATION|COMPANY|(?:&|AND) CO|GMBH|MBH"
    r"|PLC|[POC]?JSC|BHD|LLP|EIRELI|S\.?R\.?L|S\.?A\.?R\.?L|S\.?P\.?R\.?L|S\.P\.A|FZE|FZCO|FZ-LLC|W\.?L\.?L"
    r"|S\.A|S\.A\.S|S\.A\.C|S\.L|B\.V|N\.V|A\.S|A\.Ş|Ş(?:T[İI])|S\.?A\.? DE C\.?V|KG|KGAA)[.)]*$"
    r"|^[^,]+ [^,]+ (?:SA|SL|SAS|SAC|SPA|BV|NV|AG|AB|A/S|OY)[.)]*$"
)
_NO_NAME = rf"{_ADDRESS}|:|(?i:\b(?:ATTN|TEL|PHONE|FAX|E-?MAIL|AGENT|TOWER|ZONE|DISTRICT|CITY)\b)"
_LINES_OF_A_NAME = 3


def apart(name: pl.Series, address: pl.Series) -> tuple[pl.Series, pl.Series, int]:
    """Return names and addresses, and how many were told apart; `name` is as filed, with its line breaks.

    Only cells beside an empty `address` are taken apart. Line breaks decide, and a legal form that ends one of the next
    lines: a firm's name may take several. Else a comma does, where the rest looks like an address: a number or a word
    for a street in its first piece, and two pieces or more.
    """
    candidates = (_candidates(name) & address.is_null()).fill_null(False)
    if not candidates.any():
        return name, address, 0
    distinct = name.filter(candidates).unique()
    plain = pl.col("text").str.replace_all(_WRITTEN_BREAKS, "\n").str.replace_all(_SIGNS, ", ").str.strip_chars()
    frame = pl.DataFrame({"text": distinct}).with_columns(plain=plain, is_lines=plain.str.contains(r"[\r\n]"))
    frame = frame.with_columns(
        pieces=pl.when("is_lines")
        .then(pl.col("plain").str.replace_all(_LINES, "\n").str.split("\n"))
        .otherwise(pl.col("plain").str.replace_all(r"\s*,\s*", ",").str.split(",")),
    )
    pieces = (
        frame.with_row_index("row")
        .explode("pieces")
        .filter(pl.col("pieces") != "")
        .with_columns(place=pl.int_range(pl.len()).over("row"))
    )
    goes_on = pl.col("pieces").shift(1).over("row").str.contains(_GOES_ON).fill_null(False) & pl.col("is_lines")
    is_name = (pl.col("place") == 0) | goes_on | pl.col("pieces").str.contains(_STILL_NAME)
    is_name |= (pl.col("is_lines") & pl.col("pieces").str.contains(_STARTS)) | _is_of_a_firm()
    pieces = pieces.with_columns(is_name=is_name.cast(pl.Int8).cum_min().over("row") == 1)
    told = pieces.group_by("row", maintain_order=True).agg(
        pl.col("text", "is_lines").first(),
        name=pl.col("pieces").filter(pl.col("is_name")),
        rest=pl.col("pieces").filter(~pl.col("is_name")),
    )
    looks_like_one = pl.col("rest").list.first().str.contains(_ADDRESS) & (pl.col("rest").list.len() >= 2)
    joint = pl.when("is_lines").then(pl.col("name").list.join(" ")).otherwise(pl.col("name").list.join(", "))
    told = told.filter((pl.col("rest").list.len() > 0) & (pl.col("is_lines") | looks_like_one)).select(
        "text", _name=joint, _address=pl.col("rest").list.join(", ")
    )
    if told.is_empty():
        return name, address, 0
    rows = pl.DataFrame({"text": name, "address": address, "is_candidate": candidates})
    rows = rows.join(told, on="text", how="left", maintain_order="left")
    is_told = pl.col("is_candidate") & pl.col("_name").is_not_null()
    found = rows.select(
        name=pl.when(is_told).then("_name").otherwise("text"),
        address=pl.when(is_told).then("_address").otherwise("address"),
        is_told=is_told,
    )
    return found["name"].alias(name.name), found["address"].alias(address.name), int(found["is_told"].sum())


def _candidates(name: pl.Series) -> pl.Series:
    """Whether a name may hold an address: it has a line break, or two commas or the like. Null for an empty name."""
    return name.str.contains(_MAY_HOLD_ADDRESS)


def _is_of_a_firm() -> pl.Expr:
    """Whether each of `pieces`, the lines of a `row`, is one of a name that ends with the first legal form."""
    may_be = ~pl.col("pieces").str.contains(_NO_NAME) | (pl.col("place") == 0)
    ends = pl.col("pieces").str.contains(_FIRM_ENDS) & (may_be.cast(pl.Int8).cum_min().over("row") == 1)
    last = pl.when(ends).then("place").min().over("row")
    return (pl.col("is_lines") & (last < _LINES_OF_A_NAME) & (pl.col("place") <= last)).fill_null(False)


def taken_apart(frame: pl.DataFrame, headings: Sequence[Heading]) -> tuple[pl.DataFrame, list[Heading], list[str]]:
    """Return `frame` and its `headings` with the addresses of parties in columns of their own, and notes."""
    known = list(headings)
    notes = []
    for side in SIDES:
        names, addresses = (
            [heading.source for heading in headings if heading.column == f"{side}_{kind}"]
            for kind in ("name", "address")
        )
        if len(names) != 1 or frame.schema[names[0]] != pl.String or not _candidates(frame[names[0]]).any():
            continue
        blank = pl.Series(names[0], [None], dtype=pl.String).new_from_index(0, frame.height)
        filed = [texts.clean(texts.as_text(frame[source]), None, nothing.pattern())[0] for source in addresses]
        address = pl.select(pl.coalesce(filed)).to_series() if filed else blank
        name, address, count = apart(frame[names[0]], address)
        if not count:
            continue
        source = addresses[0] if addresses else f"{names[0]} (address)"
        if not addresses:
            known.append(Heading(source, f"{side}_address"))
            frame = frame.with_columns(address.alias(source))
        else:
            is_new = pl.select(pl.coalesce(filed)).to_series().is_null() & address.is_not_null()
            frame = frame.with_columns(frame[source].zip_with(~is_new, address).alias(source))
        frame = frame.with_columns(name.alias(names[0]))
        notes.append(f"{side}_name: {counted(count, 'name')} told apart from the address in the same cell")
    return frame, known, notes
