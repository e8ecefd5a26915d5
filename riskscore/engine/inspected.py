"""Measure consignments that were inspected in the past, so that others can be compared with them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from riskscore.cases.inspected import Inspected, RowReader, gather
from riskscore.engine.read import load_model
from riskscore.features import own
from riskscore.history.past import Past
from riskscore.settings import NONE, Settings


def read_inspected(
    past: Past, read_rows: RowReader, *, before: datetime, model: str | Path | None = None, settings: Settings = NONE
) -> Inspected:
    """Measure what was inspected before a moment; `past` and `read_rows` as in `riskscore.cases.inspected.gather`."""
    catalogue = own.catalogue(settings)
    return gather(past, read_rows, before=before, booster=load_model(model, settings), catalogue=catalogue)
