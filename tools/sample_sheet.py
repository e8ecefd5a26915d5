"""The sample about the form of workbooks: a packing list as a forwarder keeps it for people, not for programs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter
from stdnum import iso6346

_TITLE = ("PACKING LIST", "M/V LINDEN STAR · VOY 214N", "made up for riskscore: no firm, ship or box in it is real")

_HEADINGS = (
    ("B/L No.", ("",)),
    ("Container", ("No.", "Type", "Seal")),
    ("Port of", ("Loading", "Discharge")),
    ("Date filed", ("",)),
    ("Shipper", ("",)),
    ("Consignee", ("",)),
    ("Description of Goods", ("",)),
    ("HS Code", ("",)),
    ("Packages", ("Number", "Kind")),
    ("Gross Weight (kg)", ("",)),
)
"""Headings of the first row, each with those below it; one without any is merged over both rows."""


def _box(owner: str, serial: int) -> str:
    number = f"{owner}{serial:06}"
    return number + iso6346.calc_check_digit(number)


_BILLS = (
    (
        ("LNDMOM2140", "Mombasa", "Hai Phong", "14-Mar-2024"),
        ("MARIMBA SISAL MILLS LTD", "NAM TRANG ROPE JSC"),
        [
            (
                _box("LNDU", 310_418),
                "22G1",
                "KE44181",
                "SISAL FIBRE, UG GRADE, IN BALES",
                "5305.00",
                96,
                "BALES",
                21_120,
            ),
            (_box("LNDU", 310_560), "22G1", "KE44182", '"', '"', 95, "BALES", 20_900),
        ],
    ),
    (
        ("LNDMOM2141", "Mombasa", "Hai Phong", "14-Mar-2024"),
        ("RUFIJI TIMBER TRADERS", "TO ORDER"),
        [
            (
                f"{_box('LNDU', 402_277)}\n{_box('LNDU', 402_283)}\n{_box('LNDU', 402_304)}",
                "45G1",
                "",
                "SAWN TEAK, 612 PIECES IN THREE CONTAINERS",
                "4407.23",
                612,
                "PIECES",
                66_450,
            ),
        ],
    ),
    (
        ("LNDDAR2142", "Dar es Salaam", "Hai Phong", "15-Mar-2024"),
        ("PWANI NUTS EXPORTERS", "HOA MAI FOOD IMPORT CO LTD"),
        [
            (_box("LNDU", 310_702), "22G1", "TZ90415", "RAW CASHEW NUTS IN SHELL", "0801.31", 200, "BAGS", 16_240),
            (_box("LNDU", 310_702), "22G1", "TZ90415", "DRIED SEAWEED", "1212.29", 40, "BAGS", 1_180),
        ],
    ),
)
"""Bills as (number, ports, day), (shipper, consignee), and lines under the other headings."""


def packing_list(path: Path) -> None:
    """Write the packing list: a title, headings in two rows, merged cells, ditto marks, boxes in one cell, totals."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime(2024, 3, 15)})
        sheet = book.add_worksheet("packing list")
        bold = book.add_format({"bold": True, "align": "center", "valign": "vcenter", "border": 1})
        cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
        width = sum(len(below) for _, below in _HEADINGS)
        for row, text in enumerate(_TITLE):
            sheet.merge_range(row, 0, row, width - 1, text, bold)
        _headings(sheet, len(_TITLE) + 1, bold)
        row = len(_TITLE) + 3
        for bill, parties, lines in _BILLS:
            last = row + len(lines) - 1
            for column, text in zip((0, 4, 5, 6, 7, 8), (*bill, *parties), strict=True):
                _down(sheet, (row, last), column, text, cell)
            for line in lines:
                for column, value in zip((1, 2, 3, 9, 10, 11, 12, 13), line, strict=True):
                    sheet.write(row, column, value, cell)
                row += 1
        every = [line for _, _, lines in _BILLS for line in lines]
        sheet.write_row(
            row, 0, ["TOTAL", *[""] * 10, sum(line[5] for line in every), "", sum(line[7] for line in every)]
        )
        sheet.set_column(0, width - 1, 16)


def _headings(sheet: xlsxwriter.worksheet.Worksheet, row: int, form: object) -> None:
    column = 0
    for text, below in _HEADINGS:
        if len(below) == 1:
            sheet.merge_range(row, column, row + 1, column, text, form)
        else:
            sheet.merge_range(row, column, row, column + len(below) - 1, text, form)
            sheet.write_row(row + 1, column, below, form)
        column += len(below)


def _down(sheet: xlsxwriter.worksheet.Worksheet, rows: tuple[int, int], column: int, text: str, form: object) -> None:
    """Write `text` in one cell that is merged over `rows`."""
    if rows[0] == rows[1]:
        sheet.write(rows[0], column, text, form)
    else:
        sheet.merge_range(rows[0], column, rows[1], column, text, form)
