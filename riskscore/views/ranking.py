"""The ranked list: printed for people, or as records for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from riskscore.schema import KEY, NOTHING
from riskscore.units import counted
from riskscore.views.console import basis, bill, hanging, plain, short

if TYPE_CHECKING:
    from riskscore.manifest.read import Manifest
    from riskscore.model.card import Card

STRONGEST = 3
"""How many reasons the list shows for each consignment."""

FILED = ("goods_description", "hs_codes", "transhipment_ports", "shipper_name", "consignee_name", "gross_weight_kg")
"""Filed columns that are shown next to a score."""

NO_HISTORY = "No history was given (--history), so every party, lane and box looks new."
"""A warning for readers of reasons that are about history."""


def counts(manifest: Manifest, ranked: pl.DataFrame) -> dict[str, int]:
    """Counts of the rows that were read: rows = accepted + quarantined."""
    return {
        "rows": manifest.rows_in,
        "accepted": manifest.rows_in - manifest.quarantine.height,
        "quarantined": manifest.quarantine.height,
        "consignments": manifest.consignments.height,
        "earlier_versions": manifest.earlier.height,
        "explained": int(ranked["reasons"].is_not_null().sum()),
    }


def with_filed(ranked: pl.DataFrame, consignments: pl.DataFrame) -> pl.DataFrame:
    """Add the columns FILED to scores, in the same order."""
    return ranked.join(consignments.select(*KEY, *FILED), on=KEY, how="left", maintain_order="left")


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as records for JSON; NaN becomes null."""
    return frame.with_columns(pl.selectors.float().fill_nan(None)).to_dicts()


def summary(
    numbers: Mapping[str, int], card: Card, *, out: Path | None, quarantine: Path | None, history: bool
) -> Text:
    """The lines below a list: row counts, files that were written, and the model."""
    lines = [
        f"{counted(numbers['rows'], 'row')} read = {numbers['accepted']:,} accepted "
        f"+ {numbers['quarantined']:,} in quarantine; "
        f"{counted(numbers['consignments'], 'consignment')}, "
        f"{counted(numbers['earlier_versions'], 'earlier version')} of them, "
        f"{numbers['explained']:,} with reasons."
    ]
    if not numbers["consignments"]:
        lines.append("The manifest has no consignments, so there is nothing to rank.")
    if out is not None:
        lines.append(f"The ranked consignments are in {plain(out)}.")
    if quarantine is not None:
        lines.append(f"The rows in quarantine are in {plain(quarantine)}.")
    elif numbers["quarantined"]:
        lines.append("To see the rows in quarantine and the rule that each one broke, add --quarantine FILE.")
    if numbers["consignments"] and not history:
        lines.append(NO_HISTORY)
    lines.append(basis(card))
    return Text("\n".join(lines))


def ranking(shown: pl.DataFrame) -> Table:
    """The ranked list: one block per consignment, with its strongest reasons."""
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False, expand=True)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Risk", justify="right", no_wrap=True)
    table.add_column("Consignment", ratio=5)
    table.add_column("Strongest reasons", ratio=8)
    for row in shown.iter_rows(named=True):
        table.add_row(str(row["rank"]), risk(row["probability"]), _filed(row), _bullets(row["reasons"][:STRONGEST]))
    return table


def risk(probability: float) -> str:
    """A probability as a percentage."""
    return f"{probability:.1%}" if probability >= 0.001 else "<0.1%"


def route(row: Mapping[str, Any]) -> str:
    """All ports of the voyage, in order."""
    stops = [row["port_of_loading"], *(row["transhipment_ports"] or []), row["port_of_discharge"]]
    return " > ".join(plain(stop) for stop in stops if stop)


def _filed(row: Mapping[str, Any]) -> Text:
    if row["container_number"] == NOTHING:  # rows of a service that have neither a container nor ports
        codes = ", ".join(row["hs_codes"] or ())
        return Text(plain(row["bill_of_lading"]), style="bold").append(
            f"\nHS {plain(codes)}" if codes else "", "not bold"
        )
    text = Text(plain(row["container_number"]), style="bold")
    text.append(f"\n{bill(row['bill_of_lading'], 30)}\n{route(row)}\n", style="not bold")
    text.append(f"{short(row['goods_description'], 60)}\n", style="not bold")
    text.append(f"consignee: {short(row['consignee_name'] or 'not named', 50)}", style="not bold")
    return text


def _bullets(reasons: list[Mapping[str, Any]] | None) -> Group:
    if not reasons:
        return Group(Text("no reasons"))
    return Group(*(hanging("-", plain(reason["sentence"])) for reason in reasons))
