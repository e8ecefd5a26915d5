"""Score what a run filed, on its night or long after it, with what was known then."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from riskscore import schema
from riskscore.engine.assessment import Assessment
from riskscore.engine.inputs import inputs
from riskscore.engine.read import load_model
from riskscore.errors import LakeError
from riskscore.features import own
from riskscore.history import past
from riskscore.history.filings import STARTED
from riskscore.history.past import Past
from riskscore.lake.protocol import Lake
from riskscore.runs import ledger
from riskscore.runs.filings import versions
from riskscore.runs.log import Run


def assess(lake: Lake, run: Run, model: Path) -> tuple[Assessment, Past]:
    """Measure and score the filings of `run` with the model in a folder, as of its night; also what was known then.

    `lake` is the lake after the ledger of the run was closed, or, of a past run, as after its night (`lake.at`), which
    gives what the night would have given. Raises as scoring and the lake do.
    """
    latest, earlier = versions(lake, run)
    settings = lake.settings
    columns = schema.columns(settings)
    known = known_before(lake, run, latest, earlier.select(*columns))
    rows, known = inputs(latest.select(*columns, STARTED), known, settings)
    return Assessment.of(rows, known, load_model(model, settings), own.catalogue(settings)), known


def known_before(lake: Lake, run: Run, rows: pl.DataFrame, earlier: pl.DataFrame) -> Past:
    """What `rows` of `run` are judged by: the ledger, or the whole log where the ledger cannot say it."""
    try:
        balances = ledger.of(lake, rows)
    except LakeError:
        if lake.night is None:
            raise
        balances = None  # the ledger of a past night may be cleared away; the log never is
    if balances is not None:
        return Past(earlier=earlier, balances=balances)
    before = lake.read("consignments", columns=[*past.columns(lake.settings), "run"])
    history = before.filter(pl.col("run") < run.number).drop("run").collect()
    return Past(history, lake.read("outcomes", columns=list(schema.OUTCOME)).collect(), earlier)
