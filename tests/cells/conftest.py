"""Fixtures: a small manifest that each test can change."""

from small_manifest import as_csv, as_json, records, row, workbook

__all__ = ["as_csv", "as_json", "records", "row", "workbook"]

BASE = {
    "Bill of Lading": "B1",
    "Container": "MSCU1234566",
    "Filed": "2019-03-25",
    "POL": "NGAPP",
    "POD": "VNHPH",
    "Goods": "RESIN",
}
"""A row with the required columns only."""
