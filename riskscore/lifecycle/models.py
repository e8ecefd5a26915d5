"""Models: the registry of a lake or of a folder, and the rows on which a challenger is held against the champion.

lake ─▶ its registry, once something was promoted there; until then that of the folder
    └─▶ filings and outcomes of a period ─▶ rows     manifests, outcomes, truth ─▶ rows ─▶ compare, promote
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeAlias

import polars as pl

from riskscore import environment, schema
from riskscore.errors import ModelError, SettingsError
from riskscore.features import own
from riskscore.features.catalogue import Catalogue
from riskscore.history import past
from riskscore.history.past import Past
from riskscore.lake.protocol import Lake
from riskscore.model import archive, smoothing
from riskscore.model.archive import Files, Folder, Tables
from riskscore.model.booster import CARD, Booster
from riskscore.model.card import Card
from riskscore.model.registry import RETIRED, Change, Registry, Version
from riskscore.selection.capacity import Capacities
from riskscore.settings import Settings
from riskscore.training import promotion
from riskscore.training.compare import Contender, compare, learned_until
from riskscore.training.dataset import Dataset, dataset
from riskscore.training.labels import Labels
from riskscore.training.period import latest
from riskscore.training.promotion import Verdict

Rows: TypeAlias = Callable[[Catalogue], Dataset]
"""Gives the labelled rows that models are judged on, measured as a catalogue says."""


@dataclass(frozen=True, slots=True)
class Model:
    """A version with its files, as they are or were."""

    name: str
    files: Files

    @property
    def checksum(self) -> str:
        """What tells this content from any other."""
        return archive.checksum(self.files)

    @property
    def card(self) -> Card:
        """Its card. Raises ModelError where that is malformed."""
        return Card.from_json(self.files[CARD])

    def contender(self, catalogue: Catalogue) -> Contender:
        """Load it. Raises ModelError where it is damaged or of other features."""
        with archive.as_folder(self.name, self.files) as folder:
            booster = Booster.load(folder, catalogue)
        shipped = Folder(environment.models()).files(environment.SHIPPED)
        return Contender(self.name, booster, ships=self.checksum == archive.checksum(shipped))


def registry_of(lake: Lake | None) -> Registry:
    """The registry of `lake`, or of the folder of models. Raises ModelError where its history is damaged."""
    if lake is None:
        return Registry(Folder(environment.models()))
    return Registry(Tables(lake), otherwise=environment.champion())


def champion(lake: Lake | None) -> Model:
    """The champion: of the lake, once something was promoted there, else of the folder.

    Raises ModelError where it is not there or is another than was promoted.
    """
    found = registry_of(lake)
    if lake is not None and not found.changes:
        return champion(None)
    return Model(found.champion, found.archive.files(found.champion, found.checksum))


def named(model: str, lake: Lake | None) -> Model:
    """The model in the folder `model`, or of that name below `settings.models()`, or else in the lake."""
    try:
        folder = environment.model_folder(model)
    except SettingsError:
        if lake is None or model not in Tables(lake).names():
            raise
        return Model(model, Tables(lake).files(model))
    return Model(environment.SHIPPED if model == environment.SHIPPED else folder.resolve().name, archive.read(folder))


def read_card(model: str | None, lake: Lake | None = None) -> Card:
    """The card of a model, which need not fit the catalogue: the one named, else the champion; see `named`."""
    return (champion(lake) if model is None else named(model, lake)).card


def at_work(lake: Lake, model: str | None) -> Model:
    """What a night scores with: the `model` named, else the champion. Raises SettingsError for a retired one."""
    if model is None:
        return champion(lake)
    found = named(model, lake)
    if registry_of(lake).state(found.name) == RETIRED:
        raise SettingsError(f"the model {found.name} was retired; leave --model out for the champion, or name another")
    return found


def versions(lake: Lake | None, settings: Settings) -> list[Version]:
    """Every version of the registry; of a lake's also those in the folder, which may be promoted to it.

    One that could not score, because it is damaged or of other features, is unreadable, whatever its card says.
    """
    others: dict[str, Files | ModelError] = {}
    if lake is not None:
        there = Folder(environment.models())
        for name in there.names():
            try:
                others[name] = there.files(name)
            except ModelError as reason:
                others[name] = reason
    catalogue = own.catalogue(settings)
    return registry_of(lake).versions(others, lambda name, files: Model(name, files).contender(catalogue))


def rows_of_lake(
    lake: Lake, first: date | None = None, last: date | None = None, *, catalogue: Catalogue | None = None
) -> Dataset:
    """Consignments of the lake that were filed from `first` to `last` and have an outcome, as of their own days.

    Each is taken as it was filed last; what was filed before is their past. Raises TrainingError where none has one.
    """
    columns = list(schema.columns(lake.settings))
    newest, earlier = latest(lake.read("consignments", columns=columns).collect())
    day = pl.col("filed_at").dt.date()
    within = day.is_between(first or date.min, last or date.max)
    return dataset(
        newest.filter(within),
        Labels(lake.read("outcomes", columns=list(schema.OUTCOME)).collect()),
        Past(newest.filter(~within).select(past.columns(lake.settings)), earlier=earlier),
        catalogue,
    )


def unlearned(lake: Lake, model: Model) -> date | None:
    """The day from which on the lake holds filings that `model` did not learn from; None where it holds none."""
    until = learned_until(model.card)
    last = lake.read("consignments", columns=["filed_at"]).select(pl.col("filed_at").max()).collect().item()
    return until + timedelta(1) if until is not None and last is not None and last.date() > until else None


def compared(
    rows: Rows,
    a: Model,
    b: Model,
    *,
    settings: Settings,
    capacity: Capacities | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """What `training.compare` returns of two models; the `rows` are asked for once both are loaded.

    Raises ModelError where one cannot be, and TrainingError as comparing does.
    """
    catalogue = own.catalogue(settings)
    loaded = [one.contender(catalogue) for one in (a, b)]
    data = rows(catalogue)
    sides = (_measuring(one, rows, catalogue) for one in loaded)
    return compare(data, *sides, catalogue=catalogue, capacity=capacity, seed=seed)


def _measuring(side: Contender, rows: Rows, catalogue: Catalogue) -> Contender:
    """`side` with the rows as it measures them, where it chose other strengths of profiles than are declared."""
    chosen = smoothing.catalogue_for(side.booster.card, catalogue)
    return side if chosen is catalogue else replace(side, own=rows(chosen))


def promote(
    rows: Rows,
    challenger: Model,
    lake: Lake | None,
    *,
    settings: Settings,
    capacity: Capacities | None = None,
    seed: int = 0,
    override: str = "",
) -> tuple[Verdict, Change | None]:
    """Judge `challenger` beside the champion on `rows` and make it champion, unless something speaks against it.

    Returns the verdict and the change, None where it is refused; `override`, a reason, promotes in spite of refusals
    and is kept with them. Raises ModelError where the challenger cannot be loaded, is champion or retired, and where
    somebody else changed the champion since.
    """
    found = registry_of(lake)
    found.check(challenger.name, challenger.checksum)
    catalogue = own.catalogue(settings)
    side = challenger.contender(catalogue)
    before, rival = None, None
    with contextlib.suppress(ModelError):  # the verdict says that there is nothing to compare with
        before = champion(lake)
        rival = before.contender(catalogue)
    data = rows(catalogue)
    side = _measuring(side, rows, catalogue)
    rival = rival and _measuring(rival, rows, catalogue)
    verdict = promotion.judge(data, side, rival, catalogue=catalogue, capacity=capacity, seed=seed)
    if verdict.refusals and not override.strip():
        return verdict, None
    return verdict, found.promote(
        challenger.name,
        challenger.files,
        champion=None if before is None else before.files,
        reason=override,
        refusals=[f"{asked}: {why}" for asked, why in verdict.refusals.items()],
        figures=verdict.figures,
    )


def rollback(lake: Lake | None, settings: Settings, reason: str = "") -> Change:
    """Make the champion before champion again. Raises ModelError where there is none, or it cannot be loaded."""
    found = registry_of(lake)
    name, only = found.before()
    Model(name, found.archive.files(name, only)).contender(own.catalogue(settings))
    return found.rollback(reason)


def retire(lake: Lake | None, name: str, reason: str = "") -> Change:
    """Mark a version as not to be promoted or used by a night again; raises ModelError as `Registry.retire` does."""
    return registry_of(lake).retire(name, reason, known=Folder(environment.models()).names())


def cards(lake: Lake) -> Iterator[Card]:
    """The cards that are at hand: of the models that the lake keeps, and of those in the folder."""
    kept = lake.read("models").filter(pl.col("file") == CARD).select("content").collect()["content"].to_list()
    there = Folder(environment.models())
    for name in there.names():
        with contextlib.suppress(ModelError):
            kept.append(there.files(name)[CARD])
    for text in kept:
        with contextlib.suppress(ModelError):
            yield Card.from_json(text)
