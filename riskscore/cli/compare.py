"""The commands that hold models against each other: `models compare` and `models promote`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.errors import ModelError, SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.features.catalogue import Catalogue
    from riskscore.lake.protocol import Lake
    from riskscore.model.registry import Change
    from riskscore.settings import Settings
    from riskscore.training.dataset import Dataset

Source = Annotated[
    str | None,
    typer.Option("--lake", metavar="LAKE", help="The lake whose registry it is, and whose outcomes judge."),
]
From = Annotated[
    datetime | None,
    typer.Option(
        "--from", formats=["%Y-%m-%d"], help="First day of filing that counts (--lake). Default: what was not learned."
    ),
]
To = Annotated[
    datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of filing that counts (--lake).")
]
Name = Annotated[str, typer.Argument(help="Name of a model below $RISKSCORE_MODELS or in the lake, or its folder.")]
Bootstrap = Annotated[int, typer.Option(min=0, help="Seed of the resamples behind the intervals.")]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Where the rows come from that models are judged on: a lake, or files."""

    lake: Lake | None
    settings: Settings
    first: date | None
    last: date | None
    manifests: list[Path]
    outcomes: Path | None
    history: list[Path]
    truth: Path | None

    def read(self, catalogue: Catalogue) -> Dataset:
        """Labelled rows, as of their own days, measured as `catalogue` says."""
        from riskscore.engine.read import read_history, read_outcomes
        from riskscore.history.past import Past
        from riskscore.lifecycle import models
        from riskscore.manifest import read
        from riskscore.training.dataset import dataset
        from riskscore.training.labels import Labels
        from riskscore.training.worlds import read_truth

        if self.lake is not None:
            return models.rows_of_lake(self.lake, self.first, self.last, catalogue=catalogue)
        filed = read.read_many(read.files(self.manifests), settings=self.settings)
        outcomes = read_outcomes(self.outcomes, history=self.history, settings=self.settings)
        labels = Labels(outcomes, None if self.truth is None else read_truth(self.truth))
        history = read_history(self.history, self.settings) if self.history else None
        return dataset(filed.consignments, labels, Past(history, earlier=filed.earlier), catalogue)


def _rows(
    lake: str | None,
    settings: Path | None,
    days: tuple[datetime | None, datetime | None],
    manifests: list[Path],
    outcomes: Path | None,
    history: list[Path],
    truth: Path | None,
) -> _Rows:
    """Raises SettingsError unless the rows come from one place."""
    from riskscore.settings import find_settings

    given = manifests or outcomes or history or truth
    if (lake is None) == (not given) or (lake is None and not (manifests and outcomes)):
        raise SettingsError(
            "models are judged on rows whose outcomes are known: give --lake, or --manifests with --outcomes"
        )
    if lake is None and any(days):
        raise SettingsError("--from and --to choose rows of a --lake; of files, give those that count")
    own = find_settings(settings)
    first, last = (moment.date() if moment else None for moment in days)
    return _Rows(registry_lake(lake, own), own, first, last, manifests, outcomes, history, truth)


def registry_lake(lake: str | None, own: Settings | None = None) -> Lake | None:
    """Open the lake that is named, if one is. Raises LakeError as `Lake.open` does."""
    from riskscore.lake.open import open_lake
    from riskscore.settings import NONE

    return None if lake is None else open_lake(lake, own or NONE)


def in_words(change: Change) -> str:
    """A change in a sentence."""
    said = f" Reason: {change.reason}." if change.reason else ""
    if change.action == "retire":
        return console.plain(f"{change.model} was retired.{said}")
    overridden = " Overridden: " + "; ".join(change.refusals) + "." if change.refusals else ""
    way = "promoted" if change.action == "promote" else "champion again"
    return console.plain(f"{change.model} was {way}, in place of {change.before}.{said}{overridden}")


def compare(
    a: Annotated[str, typer.Argument(help="A model, such as the champion: a name or a folder.")],
    b: Annotated[str, typer.Argument(help="The model that is held against it.")],
    lake: Source = None,
    first: From = None,
    last: To = None,
    manifests: options.Manifests = [],
    outcomes: options.Outcomes = None,
    history: options.History = [],
    truth: options.Truth = None,
    capacity: options.Capacity = None,
    settings: options.Settings = None,
    seed: Bootstrap = 0,
    out: Annotated[Path | None, typer.Option(help="Write a page (.html) or everything (.json) to this file.")] = None,
    json: options.Json = False,
) -> None:
    """Score the same rows with two models: what each finds, with paired intervals, which rows move, and why.

    Rows that either of them has learned from are left out, and it is said how many.

    \b
    Examples:
      riskscore models compare default 2024-06 --lake /srv/riskscore/lake --from 2024-06-01
      riskscore models compare 2024-05 2024-06 --manifests july/ --outcomes found.csv --history past/ --out july.html
    """
    from riskscore import export
    from riskscore.lifecycle import models
    from riskscore.pages import models as models_page
    from riskscore.selection import capacity as capacities
    from riskscore.views import comparison

    suffix = console.suffix(out, (".html", ".json"))
    rows = _rows(lake, settings, (first, last), manifests, outcomes, history, truth)
    boxes = capacities.read(capacity)
    with console.progress():
        sides = [models.find(each, rows.lake) for each in (a, b)]
        step("reading, and scoring with both")
        record = models.compare_models(rows.read, *sides, settings=rows.settings, capacity=boxes, seed=seed)
        if out is not None:
            export.write_text(models_page.render(record) if suffix == ".html" else console.text(record), out)
    if json:
        console.emit(record)
        return
    screen = console.stdout()
    for line in comparison.basis(record):
        screen.print(console.plain(line))
    _print(comparison.tables(record))
    if out is not None:
        screen.print(f"Written to {console.plain(out)}.")


def _print(tables: list[Any]) -> None:
    screen = console.stdout()
    for part in tables:
        console.show(screen, part)


def promote(
    challenger: Name,
    lake: Source = None,
    first: From = None,
    last: To = None,
    manifests: options.Manifests = [],
    outcomes: options.Outcomes = None,
    history: options.History = [],
    truth: options.Truth = None,
    capacity: options.Capacity = None,
    settings: options.Settings = None,
    seed: Bootstrap = 0,
    override: Annotated[str, typer.Option(help="Promote in spite of refusals, with this reason; both are kept.")] = "",
    json: options.Json = False,
) -> None:
    """Make a challenger the champion, if rows that it has not learned from show that it is better.

    It is refused, with the figures, where it does not find more at capacity, is worse on random inspections, expects
    more or less than is found, may have learned from the rows that judge it, or is too good to be true. A model that
    cannot be read, or is of other features, is never promoted.

    \b
    Examples:
      riskscore models promote 2024-06 --lake s3://customs-risk/lake --from 2024-06-01 --capacity ports.toml
      riskscore models promote 2024-06 --manifests july/ --outcomes found.parquet --history past/
      riskscore models promote 2024-06 --lake /srv/riskscore/lake --override "the champion misses the new lane"
    """
    from riskscore.lifecycle import models
    from riskscore.selection import capacity as capacities
    from riskscore.views import comparison

    rows = _rows(lake, settings, (first, last), manifests, outcomes, history, truth)
    boxes = capacities.read(capacity)
    with console.progress():
        model = models.find(challenger, rows.lake)
        if rows.lake is not None and rows.first is None:
            rows = replace(rows, first=models.first_unlearned_day(rows.lake, model))
        step("reading, and holding it against the champion")
        verdict, change = models.promote(
            rows.read, model, rows.lake, settings=rows.settings, capacity=boxes, seed=seed, override=override
        )
    if json:
        told = {"refusals": verdict.refusals, "warnings": verdict.warnings, "figures": verdict.figures}
        console.emit({"promoted": change is not None, **told, "change": None if change is None else asdict(change)})
    else:
        _print(comparison.verdict(verdict))
    if change is None:
        failed = ", ".join(verdict.refusals)
        raise ModelError(f'{model.name} is not promoted, it fails: {failed}; mend it, or give --override "reason"')
    if not json:
        console.stdout().print(in_words(change))
