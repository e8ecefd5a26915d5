"""The sheet of one consignment of a manifest, beside its files and, where there is one, a lake."""

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
from riskscore.sheet.comparable import Cases, alike
from riskscore.sheet.sheet import Beside, Sheet, sheet
from riskscore.sheet.track_record import COLUMNS, EarlierFilings


@dataclass(frozen=True, slots=True)
class Given:
    """What a sheet is made from: the file and what was explained of it, the past as frames, and a lake's address.

    `paths` are the files of the history, `model` names the model as for `engine.score`, and `more` are the words of the
    command that named the past, for the one that makes the sheet again.
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


def make(given: Given, language: Language) -> Sheet:
    """Make the sheet. Raises LakeError as the lake does."""
    scored = given.explained.scored.row(0, named=True)
    day = scored["filed_at"].date()
    lake = None if given.lake is None else open_lake(given.lake, given.settings)
    if given.history is not None or lake is None:
        log = pl.DataFrame(schema={name: schema.COLUMNS[name] for name in COLUMNS})
        past = EarlierFilings(log if given.history is None else given.history, given.outcomes)
    else:
        past = night.read_past(lake, day)
    alike, published = _alike(given, lake, day, language)
    beside = Beside(
        standing=None if lake is None else night.Scores.read(lake, day).standing(scored["probability"]),
        alerts=[]
        if lake is None
        else watch_lists.match(lake, given.explained.consignment, day, language=language).to_dicts(),
        alike=alike,
        published=published,
        sources=[
            *sources.of_model(given.card, scored["catalogue"]),
            (mark("manifest"), " ".join(sources.of_files([given.file])[0])),
            *sources.of_past(past),
        ],
        replay=sources.command(_words(given)),
    )
    return sheet(given.explained, past, own.catalogue(given.settings), language, beside)


def _alike(given: Given, lake: Lake | None, day: date, language: Language) -> tuple[Cases, Cases]:
    """Comparable cases, of the files of the past or, without any, of the lake."""
    inspected, before = None, given.explained.scored["filed_at"].item()
    if given.history is not None and given.outcomes is not None:
        whole = of_files(given.paths, given.settings)
        known = Past(given.history, given.outcomes)
        inspected = read_inspected(known, whole, before=before, model=given.model, settings=given.settings)
    elif lake is not None:
        inspected = night.read_inspected(lake, day, before, environment.model_folder(given.model))
    return alike([given.explained], inspected, language)[0]


def _words(given: Given) -> list[str]:
    """The command that makes the sheet again."""
    scored = given.explained.scored.row(0, named=True)
    words = ["riskscore", "explain", given.file.name, "--bill", scored["bill_of_lading"]]
    if scored["container_number"] != schema.NOTHING:
        words += ["--container", scored["container_number"]]
    return [*words, *given.more, "--model", scored["model"]]
