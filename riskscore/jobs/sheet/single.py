"""The sheet of one consignment of a manifest, beside its files and, where there is one, a lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from riskscore.explain.explanation import Explanation
from riskscore.features import own
from riskscore.jobs.sheet import night, sources
from riskscore.jobs.sheet.past import COLUMNS, Past
from riskscore.jobs.sheet.sheet import Beside, Sheet, sheet
from riskscore.lake.io import Lake
from riskscore.language import Language, mark
from riskscore.manifest import schema
from riskscore.model.card import Card
from riskscore.service import Service


@dataclass(frozen=True, slots=True)
class Given:
    """What a sheet is made from: the file and what was explained of it, the past as frames, and a lake's address.

    `more` are the words of the command that named the past, for the one that makes the sheet again.
    """

    file: Path
    explained: Explanation
    history: pl.DataFrame | None
    outcomes: pl.DataFrame | None
    card: Card
    lake: str | None
    service: Service
    more: Sequence[str] = ()


def make(given: Given, language: Language) -> Sheet:
    """Make the sheet. Raises LakeError as the lake does."""
    scored = given.explained.scored.row(0, named=True)
    day = scored["filed_at"].date()
    lake = None if given.lake is None else Lake.open(given.lake, given.service)
    if given.history is not None or lake is None:
        log = pl.DataFrame(schema={name: schema.COLUMNS[name] for name in COLUMNS})
        past = Past(log if given.history is None else given.history, given.outcomes)
    else:
        past = night.read_past(lake, day)
    words = ["riskscore", "explain", given.file.name, "--bill", scored["bill_of_lading"]]
    if scored["container_number"] != schema.NOTHING:
        words += ["--container", scored["container_number"]]
    beside = Beside(
        standing=None if lake is None else night.Scores.read(lake, day).standing(scored["probability"]),
        sources=[
            *sources.of_model(given.card, scored["catalogue"]),
            (mark("manifest"), " ".join(sources.of_files([given.file])[0])),
            *sources.of_past(past),
        ],
        replay=sources.command([*words, *given.more, "--model", scored["model"]]),
    )
    return sheet(given.explained, past, own.catalogue(given.service), language, beside)
