"""Manifest: from any file that a carrier, forwarder or customs service sends to canonical consignments.

archives, encodings                       the wrapping and the characters
tabular: delimited, records, sheets, parquet   the format
columns, values: texts, numbers, dates, places  what headings and values mean
validate, quarantine, gather              what is refused, and what belongs together
read, outcomes, log                       what callers use
"""
