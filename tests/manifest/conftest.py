"""Fixtures: a small manifest that each test can change."""

from small_manifest import as_csv, as_json, records, row, workbook

__all__ = ["as_csv", "as_json", "records", "row", "workbook"]
