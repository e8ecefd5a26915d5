"""Sheet of one consignment of a manifest, with the history in files or in a lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from riskscore import environment, schema
from riskscore.cases.sources import of_files
from riskscore.casework import watch_lists
from riskscore.engine.inspected import read_inspected
from riskscore.explanation.explanation import Explanation
from riskscore.features import own
from riskscore.history.past import Past
from riskscore.lake.open import open_lake
from riskscore.lake.protocol import Lake
from riskscore.language import Language, mark
from riskscore.model.card import Card
from riskscore.settings import Settings
from riskscore.sheet import night, sources
from riskscore.sheet.comparable import Cases, comparable_cases
from riskscore.sheet.sheet import Context, Sheet, sheet
from riskscore.sheet.track_record import COLUMNS, EarlierFilings


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a sheet is made from: the manifest, the explanation, the history as frames, and the address of a lake.

    `paths` are the files of the history. `model` names the model as in `engine.score`. `more` are the options for
    history and outcomes in the command that makes the sheet again.
    """

    file: Path
    explained: Explanation
    history: pl.DataFrame | None
    outcomes: pl.DataFrame | None
    card: Card
    lake: str | None
    settings: Settings
    paths: Sequence[Path] = ()
    model: str | None = None
    more: Sequence[str] = ()


def make(inputs: Inputs, language: Language) -> Sheet:
    """Make the sheet. Raises LakeError as the lake does."""
    scored = inputs.explained.scored.row(0, named=True)
    day = scored["filed_at"].date()
    lake = None if inputs.lake is None else open_lake(inputs.lake, inputs.settings)
    if inputs.history is not None or lake is None:
        empty = pl.DataFrame(schema={name: schema.COLUMNS[name] for name in COLUMNS})
        past = EarlierFilings(empty if inputs.history is None else inputs.history, inputs.outcomes)
    else:
        past = night.read_past(lake, day)
    inspected_cases, published_cases = _cases(inputs, lake, day, language)
    context = Context(
        recent_rank=None if lake is None else night.Scores.read(lake, day).rank(scored["probability"]),
        alerts=[]
        if lake is None
        else watch_lists.match(lake, inputs.explained.consignment, day, language=language).to_dicts(),
        inspected_cases=inspected_cases,
        published_cases=published_cases,
        sources=[
            *sources.of_model(inputs.card, scored["catalogue"]),
            (mark("manifest"), " ".join(sources.of_files([inputs.file])[0])),
            *sources.of_past(past),
        ],
        replay=sources.command(_command(inputs)),
    )
    return sheet(inputs.explained, past, own.catalogue(inputs.settings), language, context)


def _cases(inputs: Inputs, lake: Lake | None, day: date, language: Language) -> tuple[Cases, Cases]:
    """Comparable cases from the files of the history or, without files, from the lake."""
    inspected, before = None, inputs.explained.scored["filed_at"].item()
    if inputs.history is not None and inputs.outcomes is not None:
        rows = of_files(inputs.paths, inputs.settings)
        past = Past(inputs.history, inputs.outcomes)
        inspected = read_inspected(past, rows, before=before, model=inputs.model, settings=inputs.settings)
    elif lake is not None:
        inspected = night.read_inspected(lake, day, before, environment.model_folder(inputs.model))
    return comparable_cases([inputs.explained], inspected, language)[0]


def _command(inputs: Inputs) -> list[str]:
    """Words of the command that makes the sheet again."""
    scored = inputs.explained.scored.row(0, named=True)
    words = ["riskscore", "explain", inputs.file.name, "--bill", scored["bill_of_lading"]]
    if scored["container_number"] != schema.NOTHING:
        words += ["--container", scored["container_number"]]
    return [*words, *inputs.more, "--model", inputs.model or environment.champion(), "--sheet", "sheet.pdf"]
