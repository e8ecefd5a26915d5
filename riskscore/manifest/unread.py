"""Tell the values that refuse their row from those that are only unknown.

A key or a required column that cannot be read refuses the row. Any other value that cannot be read is empty, and is
counted with examples: otherwise a filer could hide a box by an impossible weight.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager

import polars as pl

from riskscore import door
from riskscore.cells.not_understood import EXAMPLES, NotUnderstood
from riskscore.errors import ManifestError

_KINDS = {
    "gross_weight_kg": "gross weight",
    "volume_m3": "volume",
    "declared_value": "declared value",
    "freight_charge": "freight charge",
    "temperature_c": "temperature",
    "package_count": "package count",
    "quantity_kg": "quantity",
    "version": "version",
    "loaded_at": "loading date",
    "arrives_at": "arrival date",
    "inspected_at": "inspection date",
    "house_bill": "house bill",
    "seal_numbers": "seal number",
    "consignee_id": "consignee's number",
    "vessel_imo": "IMO number",
    "voyage": "voyage number",
}
"""What a value of each column is called."""


def apart(
    faults: Sequence[pl.DataFrame],
    lines: pl.DataFrame,
    required: Collection[str],
    stands_in: Mapping[str, Sequence[str]],
) -> tuple[list[pl.DataFrame], list[NotUnderstood]]:
    """The `faults` (columns values.FAULTS) that refuse their row, and the others, counted by kind.

    `lines` are the canonical values of all rows. A column that stands in for a `required` one refuses the row where no
    other has a value for it.
    """
    refusing: list[pl.DataFrame] = []
    unread: list[NotUnderstood] = []
    for fault in faults:
        if not fault.height:
            continue
        column = fault["column"].item(0)
        if column in required:
            refusing.append(fault)
            continue
        replaced = [name for name, others in stands_in.items() if column in others]
        is_needed = pl.Series([False]).new_from_index(0, fault.height)
        for name in replaced:
            is_needed |= lines[name].gather(fault["row"]).is_null()
        refusing.append(fault.filter(is_needed))
        other = fault.filter(~is_needed)
        if other.height:
            examples = tuple(other["value"].drop_nulls().unique(maintain_order=True).head(EXAMPLES))
            unread.append(NotUnderstood(_KINDS.get(column, f"value of {column}"), other.height, examples))
    return [fault for fault in refusing if fault.height], unread


def content_of(name: str) -> AbstractContextManager[None]:
    """Turn what a library raises about the values of a file into a ManifestError of one line."""
    return door.guarded(ManifestError, f"{name} has values that cannot be read ({{reason}}); export it again")
