"""Totals, page footers and repeated headings are no rows; a line with a container number always is one."""

from __future__ import annotations

import polars as pl
import pytest

from riskscore.errors import ManifestError
from riskscore.manifest.formats import layout

HEADS = ["B/L NO", "CONTAINER NO", "DATE", "GOODS", "KGS"]
ROW = ["B1", "CSQU3054383", "2024-03-14", "PUMPS", "900"]


def is_row(*cells: str | None) -> bool:
    line = [*cells, *[None] * (len(HEADS) - len(cells))]
    frame = pl.DataFrame([ROW, line], schema=[f"c{place}" for place in range(len(HEADS))], orient="row")
    told = layout.tell("m.csv", frame, HEADS, pl.Series([2, 3]))
    assert told.rows[0]
    assert bool(told.notes) == (not told.rows[1])
    return bool(told.rows[1])


@pytest.mark.parametrize(
    "cells",
    [
        ["TOTAL", None, None, None, "1800"],
        ["Grand Total:", "2 CNTRS", "2024-03-14", "ALL CARGO", "1800"],
        [None, None, None, "SUB-TOTAL", "1800"],
        ["合计", None, None, None, "1800"],
        ["ИТОГО", None, None, None, "1800"],
        ["Total 2 containers"],
        ["TOTAL CONTAINERS", "2"],
        ["Page 1 of 3"],
        ["Página 2 de 7"],
        ["*** END OF REPORT ***"],
        ["(2 rows affected)"],
        ["Prepared by: the agent"],
        ["------", "------", "-----", "---", "---"],
        ["b/l no", "Container  No", "Date", "Goods", "Kgs"],
        ["\ufeffB/L NO", "CONTAINER NO", "DATE", "GOODS", "KGS"],
    ],
)
def test_a_line_between_the_rows_is_left_aside(cells: list[str]) -> None:
    assert not is_row(*cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["TOTAL", "CSQU3054383", "2024-03-14", "PUMPS", "900"],
        ["Page 1 of 3", "CSQU3054383"],
        ["TOTAL LUBRICANTS SA", None, "2024-03-14", "OIL", "900"],
        ["B2", None, "2024-03-14", "TOTAL", "900"],
        ["END CAPS"],
        ["B2", "CONTAINER NO", "2024-03-14", "GOODS", "900"],
        ["", "", "", "pumps, continued", ""],
    ],
)
def test_a_row_stays_a_row(cells: list[str]) -> None:
    assert is_row(*cells)


def test_headings_in_another_order_are_refused_because_the_rows_below_would_be_misread() -> None:
    with pytest.raises(ManifestError, match="line 3 has the headings again, in another order; split the file"):
        is_row("CONTAINER NO", "B/L NO", "DATE", "GOODS", "KGS")
