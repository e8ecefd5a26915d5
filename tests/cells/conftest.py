"""A small manifest that every test can bend."""

from small_manifest import as_csv, as_json, records, row, workbook

__all__ = ["as_csv", "as_json", "records", "row", "workbook"]
