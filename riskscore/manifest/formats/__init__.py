"""File formats: CSV, JSON, XLSX and Parquet become rows under the headings of the file.

What a heading or a value means does not belong here: this room knows formats only.
"""
