"""A name and an address in one cell are told apart where the cell shows where the name ends."""

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from riskscore.cells import name_and_address
from riskscore.manifest.read import read

CELLS = [
    ("NORDLICHT GMBH\n14 SPEICHERSTR\nHAMBURG, GERMANY", "NORDLICHT GMBH", "14 SPEICHERSTR, HAMBURG, GERMANY"),
    ("BAIA VERDE ALIMENTOS\r\nRUA DO PORTO 5\r\nSALVADOR", "BAIA VERDE ALIMENTOS", "RUA DO PORTO 5, SALVADOR"),
    ("QUAYSIDE O/B OF\nMERU TEA LTD\nPO BOX 77, MOMBASA", "QUAYSIDE O/B OF MERU TEA LTD", "PO BOX 77, MOMBASA"),
    ("MERU TEA EXPORTERS\nC/O QUAYSIDE FORWARDING\nMOMBASA", "MERU TEA EXPORTERS C/O QUAYSIDE FORWARDING", "MOMBASA"),
    ("TO THE ORDER OF\nBANCO DEL LITORAL\nGUAYAQUIL", "TO THE ORDER OF BANCO DEL LITORAL", "GUAYAQUIL"),
    ("LOTUS CO., LTD., 8 LE LOI STREET, HAI PHONG, VIETNAM", "LOTUS CO., LTD.", "8 LE LOI STREET, HAI PHONG, VIETNAM"),
    ("MERU HIGHLAND TEA AND\nSPICES CO., LTD\nPO BOX 77", "MERU HIGHLAND TEA AND SPICES CO., LTD", "PO BOX 77"),
    ("NORDLICHT LAGER\nUND SPEDITION GMBH\nHAMBURG", "NORDLICHT LAGER UND SPEDITION GMBH", "HAMBURG"),
    ("LOTUS NATIONAL\nIMPORT EXPORT\nCORPORATION\nHAI PHONG", "LOTUS NATIONAL IMPORT EXPORT CORPORATION", "HAI PHONG"),
    ("BAIA VERDE COMERCIO\nEXTERIOR S.A. DE C.V.\nAV. SUR 5", "BAIA VERDE COMERCIO EXTERIOR S.A. DE C.V.", "AV. SUR 5"),
    ("LITTORAL TRAVAUX ET\nEQUIPEMENT\nDOUALA", "LITTORAL TRAVAUX ET EQUIPEMENT", "DOUALA"),
    ("NORDLICHT GMBH C/O\nQUAYSIDE LAGER\nHAMBURG", "NORDLICHT GMBH C/O QUAYSIDE LAGER", "HAMBURG"),
    ("TO ORDER\nOF BANCO DEL LITORAL\nGUAYAQUIL", "TO ORDER OF BANCO DEL LITORAL", "GUAYAQUIL"),
    ("ALFA EST\nDAMMAM, SA\nPIER", "ALFA EST", "DAMMAM, SA, PIER"),  # Saudi Arabia
    ("ALFA EST\n12 HARBOUR ROAD\nC/O BETA LTD", "ALFA EST", "12 HARBOUR ROAD, C/O BETA LTD"),
    ("ALFA TRADING LLC\nNEXT TO BETA LTD\nDUBAI", "ALFA TRADING LLC", "NEXT TO BETA LTD, DUBAI"),
    ("SMITH, JONES, AND BROWN INC", "SMITH, JONES, AND BROWN INC", None),
    ("ALFA BETA, GAMMA, DELTA", "ALFA BETA, GAMMA, DELTA", None),
    ("PLAIN NAME LLC", "PLAIN NAME LLC", None),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "name", "address"), CELLS)
def test_the_name_ends_where_the_cell_shows_it(cell: str, name: str, address: str | None) -> None:
    empty = pl.Series("address", [None], dtype=pl.String)
    names, addresses, count = name_and_address.apart(pl.Series("name", [cell]), empty)
    assert (names.to_list(), addresses.to_list(), count) == ([name], [address], int(address is not None))


def test_a_cell_beside_an_address_stays_whole() -> None:
    names, addresses, count = name_and_address.apart(pl.Series("n", [CELLS[0][0]]), pl.Series("a", ["PIER 4"]))
    assert (names.to_list(), addresses.to_list(), count) == ([CELLS[0][0]], ["PIER 4"], 0)


def test_a_workbook_gives_the_same_parties_as_a_table_with_addresses(tmp_path: Path) -> None:
    head = ["B/L No", "Container No", "Filing Date", "Port of Loading", "Port of Discharge", "Goods", "Shipper"]
    with xlsxwriter.Workbook(tmp_path / "m.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, head)
        sheet.write_row(1, 0, ["KL77", "MSCU1234566", "2024-05-06", "KEMBA", "GBFXT", "TEA", CELLS[2][0]])
    manifest = read(tmp_path / "m.xlsx")
    assert manifest.consignments.select("shipper_name", "shipper_address").rows() == [CELLS[2][1:]]
    assert "shipper_name: 1 name told apart from the address in the same cell" in manifest.understood.notes


WRITTEN = [
    "BETA GMBH<BR>HAFENSTR 5<br/>HAMBURG",
    "BETA GMBH\\nHAFENSTR 5\\nHAMBURG",
    "BETA GMBH_x000D_\nHAFENSTR 5_x000D_\nHAMBURG",
    "BETA GMBH; HAFENSTR 5; HAMBURG",
    "BETA GMBH | HAFENSTR 5 | HAMBURG",
]


@pytest.mark.parametrize("cell", WRITTEN)
def test_line_breaks_that_other_software_wrote_end_the_name(cell: str) -> None:
    names, addresses, count = name_and_address.apart(pl.Series([cell]), pl.Series([None], dtype=pl.String))
    assert (names.item(), addresses.item(), count) == ("BETA GMBH", "HAFENSTR 5, HAMBURG", 1)
