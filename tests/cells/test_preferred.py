"""Where several headings mean one column, a note says which one was taken."""

from __future__ import annotations

import polars as pl

from riskscore.cells.preferred import merge


def test_the_first_heading_counts_and_the_others_fill_its_gaps() -> None:
    merged, notes = merge("gross_weight_kg", ["Gross", "Weight"], [pl.Series([1.0, None]), pl.Series([1.0, 2.0])])
    assert merged.to_list() == [1.0, 2.0]
    assert notes == []


def test_a_note_names_the_headings_that_say_otherwise() -> None:
    parts = [pl.Series([1.0, 5.0]), pl.Series([1.0, 2.0]), pl.Series([None, 5.0])]
    _, notes = merge("gross_weight_kg", ["Gross", "Weight", "Total"], parts)
    assert notes == ["gross_weight_kg: 'Gross' counts, not 'Weight'; they differ in 1 row"]
