"""How a ranking looks: on a screen for people, as records for machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from rich import box
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from riskscore.cli.console import basis, hanging, heading, plain, short
from riskscore.manifest.schema import KEY, NOTHING
from riskscore.units import counted

if TYPE_CHECKING:
    from riskscore.engine import Explanation
    from riskscore.manifest.read import Manifest
    from riskscore.model.card import Card

STRONGEST = 3
"""Reasons that the list shows of each consignment."""

BESIDE = ("goods_description", "hs_codes", "transhipment_ports", "shipper_name", "consignee_name", "gross_weight_kg")
"""What was filed that stands beside a score."""


NO_HISTORY = "No history was given (--history), so that every party, lane and box looks new."
"""What must be known to read reasons that speak of a past."""

_ELSEWHERE = {*KEY, "goods_items", "port_of_loading", "transhipment_ports", "port_of_discharge"}
"""Columns that stand in an explanation's title and route, or are summed up by others."""


def counts(manifest: Manifest, ranked: pl.DataFrame) -> dict[str, int]:
    """How many rows were read and what became of them: rows = accepted + quarantined."""
    return {
        "rows": manifest.rows_in,
        "accepted": manifest.rows_in - manifest.quarantine.height,
        "quarantined": manifest.quarantine.height,
        "consignments": manifest.consignments.height,
        "earlier_versions": manifest.earlier.height,
        "explained": int(ranked["reasons"].is_not_null().sum()),
    }


def beside(ranked: pl.DataFrame, consignments: pl.DataFrame) -> pl.DataFrame:
    """Join what was filed to the scores that are shown; the order stays."""
    return ranked.join(consignments.select(*KEY, *BESIDE), on=KEY, how="left", maintain_order="left")


def records(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows as records for JSON; numbers that are none become null."""
    return frame.with_columns(pl.selectors.float().fill_nan(None)).to_dicts()


def summary(
    numbers: Mapping[str, int], card: Card, *, out: Path | None, quarantine: Path | None, history: bool
) -> Text:
    """The lines below a ranking: nothing was lost, where it went, and what the scores rest on."""
    lines = [
        f"{counted(numbers['rows'], 'row')} read = {numbers['accepted']:,} accepted "
        f"+ {numbers['quarantined']:,} in quarantine; "
        f"{counted(numbers['consignments'], 'consignment')}, "
        f"{counted(numbers['earlier_versions'], 'earlier version')} of them, "
        f"{numbers['explained']:,} with reasons."
    ]
    if not numbers["consignments"]:
        lines.append("The manifest holds no consignments, so there is nothing to rank.")
    if out is not None:
        lines.append(f"Ranked consignments are in {plain(out)}.")
    if quarantine is not None:
        lines.append(f"Refused rows are in {plain(quarantine)}.")
    elif numbers["quarantined"]:
        lines.append("Refused rows were set aside; --quarantine FILE keeps them, with the rule that each one broke.")
    if numbers["consignments"] and not history:
        lines.append(NO_HISTORY)
    lines.append(basis(card))
    return Text("\n".join(lines))


def ranking(shown: pl.DataFrame) -> Table:
    """The ranked list: one block a consignment, with its strongest reasons."""
    table = Table(box=box.SIMPLE_HEAD, show_lines=True, pad_edge=False, expand=True)
    table.add_column("#", justify="right", no_wrap=True)
    table.add_column("Risk", justify="right", no_wrap=True)
    table.add_column("Consignment", ratio=5)
    table.add_column("Why: the strongest reasons", ratio=8)
    for row in shown.iter_rows(named=True):
        table.add_row(str(row["rank"]), risk(row["probability"]), _filed(row), _bullets(row["reasons"][:STRONGEST]))
    return table


def risk(probability: float) -> str:
    """A probability as people read it."""
    return f"{probability:.1%}" if probability >= 0.001 else "<0.1%"


def route(row: Mapping[str, Any]) -> str:
    """Every port of the way, in order."""
    stops = [row["port_of_loading"], *(row["transhipment_ports"] or []), row["port_of_discharge"]]
    return " > ".join(plain(stop) for stop in stops if stop)


def _filed(row: Mapping[str, Any]) -> Text:
    if row["container_number"] == NOTHING:  # a service's own rows: neither box nor ports
        codes = ", ".join(row["hs_codes"] or ())
        return Text(plain(row["bill_of_lading"]), style="bold").append(
            f"\nHS {plain(codes)}" if codes else "", "not bold"
        )
    text = Text(plain(row["container_number"]), style="bold")
    text.append(f"\n{short(row['bill_of_lading'], 30)}\n{route(row)}\n", style="not bold")
    text.append(f"{short(row['goods_description'], 60)}\n", style="not bold")
    text.append(f"consignee: {short(row['consignee_name'] or 'nobody named', 50)}", style="not bold")
    return text


def _bullets(reasons: list[Mapping[str, Any]] | None) -> Group:
    if not reasons:
        return Group(Text("nothing stands out"))
    return Group(*(hanging("-", plain(reason["sentence"])) for reason in reasons))


def explanation(screen: Console, explained: Explanation, card: Card, *, history: bool) -> None:
    """Print one consignment in full."""
    scored, filed = explained.scored.row(0, named=True), explained.consignment.row(0, named=True)
    bill, container = plain(filed["bill_of_lading"]), filed["container_number"]
    title = f"Container {plain(container)} on bill {bill}" if container != NOTHING else f"Number {bill}"
    screen.print(Text(title, style="bold"))
    screen.print(
        f"Rank {scored['rank']:,} of {explained.among:,}; probability {scored['probability']:.2%}, "
        f"margin {scored['margin']:+.2f} log-odds."
    )
    screen.print()
    for name, value in _lines(filed):
        screen.print(hanging(f"{name:<19}", value))
    _amended(screen, explained)
    for title, told in (("Speaks for opening it", scored["reasons"]), ("Speaks against", scored["mitigating"])):
        screen.print(heading(title))
        for reason in told or []:
            flag = "" if reason["indicator"] is None else f" (flag {reason['indicator']})"
            screen.print(hanging(f"{reason['contribution']:+6.2f}", plain(reason["sentence"]) + flag))
            if reason["contribution"] > 0:
                screen.print(hanging("      ", plain(reason["check"])))
        if not told:
            screen.print("Nothing that moves the score.")
    screen.print(heading("Could not be assessed"))
    for missing in scored["not_assessed"] or []:
        screen.print(hanging("-", plain(missing)))
    screen.print()
    screen.print(
        f"The figures are log-odds: from {explained.base:+.2f} for any consignment, all features together lead to "
        f"{scored['margin']:+.2f}."
    )
    if not history:
        screen.print(NO_HISTORY)
    screen.print(basis(card))


def _amended(screen: Console, explained: Explanation) -> None:
    """Print what the version before said otherwise, and how it would stand."""
    if explained.unchanged.is_empty():
        return
    screen.print(heading("Amended"))
    for column, before, now in explained.changes.iter_rows():
        was, is_now = (short(text or "nothing", 140) for text in (before, now))
        screen.print(hanging(f"{column.replace('_', ' '):<19}", f"{was} > {is_now}"))
    now, former = (frame.row(0, named=True) for frame in (explained.scored, explained.unchanged))
    screen.print(
        f"As the version before said it, it would be rank {former['rank']:,} with probability "
        f"{former['probability']:.2%}; the amendment moved the margin by {now['margin'] - former['margin']:+.2f}."
    )


def _lines(filed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What was filed, a line a field, without what was left open."""
    if filed["port_of_loading"]:
        yield "route", route(filed)
    for name, value in filed.items():
        if value is None or value == [] or name in _ELSEWHERE:
            continue
        text = ", ".join(str(part) for part in value) if isinstance(value, list) else _shown(value)
        yield name.replace("_", " "), short(text, 300)


def _shown(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, float) else str(value)


def explanation_record(explained: Explanation) -> dict[str, Any]:
    """One consignment in full, for machines."""
    return {
        **records(explained.scored)[0],
        "among": explained.among,
        "base": explained.base,
        "consignment": records(explained.consignment)[0],
        "contributions": records(explained.contributions),
        "changes": records(explained.changes),
        "version_before": next(iter(records(explained.unchanged.select("probability", "margin", "rank"))), None),
    }
