"""Models: the registry of a lake or a folder, and the rows on which a challenger is compared with the champion.

lake ─▶ its registry, once a model was promoted there; until then the registry of the folder
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
from riskscore.model import archive, smoothing, trust, use
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
"""Returns the labelled rows that models are judged on, with the features of a catalogue."""


@dataclass(frozen=True, slots=True)
class Model:
    """A version of a model with its files."""

    name: str
    files: Files

    @property
    def checksum(self) -> str:
        """The checksum of its files."""
        return archive.checksum(self.files)

    @property
    def card(self) -> Card:
        """Its card. Raises ModelError if the card is malformed."""
        return Card.from_json(self.files[CARD])

    def contender(self, catalogue: Catalogue, settings: Settings) -> Contender:
        """Load it. Raises ModelError if it is damaged, not signed as `settings` ask, or not made for `catalogue`."""
        trust.check(self.name, self.files, settings)
        booster = Booster.of(self.files, catalogue, f"the model {self.name}")
        shipped = Folder(environment.models()).files(environment.SHIPPED)
        return Contender(self.name, booster, ships=self.checksum == archive.checksum(shipped))


def registry_of(lake: Lake | None) -> Registry:
    """Return the registry of `lake`, or of the folder of models. Raises ModelError if its history is damaged."""
    if lake is None:
        return Registry(Folder(environment.models()))
    return Registry(Tables(lake), otherwise=environment.champion())


def champion(lake: Lake | None) -> Model:
    """Return the champion: of the lake, once a model was promoted there, else of the folder.

    Raises ModelError if its files are missing or are not those that were promoted.
    """
    registry = registry_of(lake)
    if lake is not None and not registry.changes:
        return champion(None)
    return Model(registry.champion, registry.archive.files(registry.champion, registry.checksum))


def find(model: str, lake: Lake | None, *, changed: bool = False) -> Model:
    """Return the model in the folder `model`, or with that name in the folder of models, or else in the lake.

    Raises SettingsError if there is none, and ModelError if it is the champion of the folder or of the lake but not as
    it was promoted, unless it may have `changed`, as a model that is to be promoted anew.
    """
    try:
        folder = environment.model_folder(model)
    except SettingsError:
        if lake is None or model not in Tables(lake).names():
            raise
        return Model(model, Tables(lake).files(model))
    if changed:
        return Model(
            environment.SHIPPED if model == environment.SHIPPED else folder.resolve().name, archive.read(folder)
        )
    found = Model(*use.files(model))
    if lake is not None:
        registry_of(lake).check_unchanged(found.name, found.files)
    return found


def read_card(model: str | None, lake: Lake | None = None) -> Card:
    """Return the card of `model` (see `find`), by default of the champion; it need not fit the catalogue."""
    return (champion(lake) if model is None else find(model, lake)).card


def for_night(lake: Lake, model: str | None) -> Model:
    """Return the model that a night scores with: `model`, by default the champion.

    Raises SettingsError if the model is retired or there is none.
    """
    if model is None:
        return champion(lake)
    version = find(model, lake)
    if registry_of(lake).state(version.name) == RETIRED:
        raise SettingsError(f"model {version.name} is retired; name another one, or leave --model out for the champion")
    return version


def versions(lake: Lake | None, settings: Settings) -> list[Version]:
    """Return every version of the registry; for a lake also those in the folder, which may be promoted to it.

    A version that cannot score, because it is damaged or has other features, counts as unreadable.
    """
    others: dict[str, Files | ModelError] = {}
    if lake is not None:
        folder = Folder(environment.models())
        for name in folder.names():
            try:
                others[name] = folder.files(name)
            except ModelError as reason:
                others[name] = reason
    catalogue = own.catalogue(settings)
    return registry_of(lake).versions(others, lambda name, files: Model(name, files).contender(catalogue, settings))


def rows_of_lake(
    lake: Lake, first: date | None = None, last: date | None = None, *, catalogue: Catalogue | None = None
) -> Dataset:
    """Return the consignments of the lake filed from `first` to `last` that have an outcome, each as of its own day.

    Each has the version that was filed last; all other filings are history. Raises TrainingError if none has an
    outcome.
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


def first_unlearned_day(lake: Lake, model: Model) -> date | None:
    """Return the first day of the lake whose filings `model` did not learn from; None if there is none."""
    until = learned_until(model.card)
    last = lake.read("consignments", columns=["filed_at"]).select(pl.col("filed_at").max()).collect().item()
    return until + timedelta(1) if until is not None and last is not None and last.date() > until else None


def compare_models(
    rows: Rows,
    a: Model,
    b: Model,
    *,
    settings: Settings,
    capacity: Capacities | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """Compare two models; return what `training.compare` returns. `rows` is called once both are loaded.

    Raises ModelError if one cannot be loaded, and TrainingError as `training.compare` does.
    """
    catalogue = own.catalogue(settings)
    loaded = [model.contender(catalogue, settings) for model in (a, b)]
    data = rows(catalogue)
    sides = (_with_rows(contender, rows, catalogue) for contender in loaded)
    return compare(data, *sides, catalogue=catalogue, capacity=capacity, seed=seed)


def _with_rows(side: Contender, rows: Rows, catalogue: Catalogue) -> Contender:
    """Return `side` with rows measured for it, if it was trained with other profile strengths than are declared."""
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
    """Compare `challenger` with the champion on `rows`, and make it champion unless a check fails.

    Returns the verdict, and the change or None if it is refused. `override` is a reason to promote it in spite of
    refusals; it is kept with them. Raises ModelError if the challenger cannot be loaded, is champion or retired, or if
    somebody else has changed the champion in the meantime.
    """
    registry = registry_of(lake)
    registry.check(challenger.name, challenger.checksum)
    catalogue = own.catalogue(settings)
    side = challenger.contender(catalogue, settings)
    before, rival = None, None
    with contextlib.suppress(ModelError):  # the verdict says that there is nothing to compare with
        before = champion(lake)
        rival = before.contender(catalogue, settings)
    data = rows(catalogue)
    side = _with_rows(side, rows, catalogue)
    rival = rival and _with_rows(rival, rows, catalogue)
    verdict = promotion.judge(data, side, rival, catalogue=catalogue, capacity=capacity, seed=seed)
    if verdict.refusals and not override.strip():
        return verdict, None
    return verdict, registry.promote(
        challenger.name,
        challenger.files,
        champion=None if before is None else before.files,
        reason=override,
        refusals=[f"{check}: {why}" for check, why in verdict.refusals.items()],
        figures=verdict.figures,
    )


def rollback(lake: Lake | None, settings: Settings, reason: str = "") -> Change:
    """Make the previous champion champion again. Raises ModelError if there is none or it cannot be loaded."""
    registry = registry_of(lake)
    name, checksum = registry.before()
    Model(name, registry.archive.files(name, checksum)).contender(own.catalogue(settings), settings)
    return registry.rollback(reason)


def retire(lake: Lake | None, name: str, reason: str = "") -> Change:
    """Retire a version, so that it cannot be promoted or used by a night again. Raises as `Registry.retire` does."""
    return registry_of(lake).retire(name, reason, known=Folder(environment.models()).names())


def cards(lake: Lake) -> Iterator[Card]:
    """Yield the cards of the models in the lake and in the folder; those that cannot be read are left out."""
    texts = lake.read("models").filter(pl.col("file") == CARD).select("content").collect()["content"].to_list()
    folder = Folder(environment.models())
    for name in folder.names():
        with contextlib.suppress(ModelError):
            texts.append(folder.files(name)[CARD])
    for text in texts:
        with contextlib.suppress(ModelError):
            yield Card.from_json(text)
