"""Score the filings of a run, on its night or long after, with what was known on that night."""

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
    """Score the filings of `run` with the model in a folder; return the assessment and the history that it used.

    `lake` is the lake once the ledger of the run is closed. For a past run it is the lake as of that night
    (`lake.at`), which gives the same scores as on the night. Raises what scoring and the lake raise.
    """
    latest, earlier = versions(lake, run)
    settings = lake.settings
    columns = schema.columns(settings)
    before = history_before(lake, run, latest, earlier.select(*columns))
    rows, before = inputs(latest.select(*columns, STARTED), before, settings, of_lake=True)
    return Assessment.of(rows, before, load_model(model, settings), own.catalogue(settings)), before


def history_before(lake: Lake, run: Run, rows: pl.DataFrame, earlier: pl.DataFrame) -> Past:
    """Return the history for `rows` of `run`: from the ledger, or from the whole log where the ledger lacks it."""
    try:
        balances = ledger.balances_of(lake, rows)
    except LakeError:
        if lake.night is None:
            raise
        balances = None  # the ledger of a past night may have been deleted; the log never is
    if balances is not None:
        return Past(earlier=earlier, balances=balances)
    filings = lake.read("consignments", columns=[*past.columns(lake.settings), "run"])
    history = filings.filter(pl.col("run") < run.number).drop("run").collect()
    return Past(history, lake.read("outcomes", columns=list(schema.OUTCOME)).collect(), earlier)
