"""The commands that judge one model against another: `models compare` and `models promote`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
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
    typer.Option(
        "--lake",
        metavar="LAKE",
        help="Use the registry of this lake, and its consignments and outcomes to judge the models. A folder or "
        "s3://bucket/lake.",
    ),
]
To = Annotated[date | None, options.day("--to", help="With --lake: last day of filing to judge on. Default: the last.")]
Name = Annotated[
    str,
    typer.Argument(
        metavar="MODEL", help="Name of a model in the folder $RISKSCORE_MODELS or in the lake, or a model's folder."
    ),
]
Bootstrap = Annotated[
    int, typer.Option(min=0, metavar="N", help="Seed of the bootstrap that gives the confidence intervals.")
]


@dataclass(frozen=True, slots=True)
class _Rows:
    """The source of the rows that models are judged on: a lake, or files."""

    lake: Lake | None
    settings: Settings
    first: date | None
    last: date | None
    manifests: list[Path]
    outcomes: Path | None
    history: list[Path]
    truth: Path | None

    def read(self, catalogue: Catalogue) -> Dataset:
        """Labelled rows with the features of `catalogue`, each as known on its own day."""
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
    days: tuple[date | None, date | None],
    manifests: list[Path],
    outcomes: Path | None,
    history: list[Path],
    truth: Path | None,
) -> _Rows:
    """The rows of either a lake or files. Raises SettingsError for both, for neither, and for half of the files."""
    from riskscore.settings import find_settings

    files = manifests or outcomes or history or truth
    if (lake is None) == (not files) or (lake is None and not (manifests and outcomes)):
        raise SettingsError(
            "models are judged on consignments with known outcomes: give --lake, or --manifests with --outcomes"
        )
    if lake is None and any(days):
        raise SettingsError("--from and --to need --lake; with --manifests, give only the manifests to judge on")
    service = find_settings(settings)
    return _Rows(registry_lake(lake, service), service, *days, manifests, outcomes, history, truth)


def registry_lake(lake: str | None, service: Settings | None = None) -> Lake | None:
    """Open the lake if one is named. Raises LakeError as `Lake.open` does."""
    from riskscore.lake.open import open_lake
    from riskscore.settings import NONE

    return None if lake is None else open_lake(lake, service or NONE)


def in_words(change: Change) -> str:
    """A change of the registry as a sentence."""
    reason = f" Reason: {change.reason}." if change.reason else ""
    if change.action == "retire":
        return console.plain(f"{change.model} was retired.{reason}")
    overridden = " Checks that were overridden: " + "; ".join(change.refusals) + "." if change.refusals else ""
    action = "was promoted" if change.action == "promote" else "is champion again"
    return console.plain(f"{change.model} {action}, in place of {change.before}.{reason}{overridden}")


def compare(
    a: Annotated[
        str, typer.Argument(metavar="MODEL", help="The first model, usually the champion: a name or a folder.")
    ],
    b: Annotated[str, typer.Argument(metavar="OTHER", help="The model to compare it with.")],
    lake: Source = None,
    first: Annotated[
        date | None,
        options.day(
            "--from",
            help="With --lake: first day of filing to judge on. Default: all days that neither model learned from.",
        ),
    ] = None,
    last: To = None,
    manifests: options.Manifests = [],
    outcomes: options.Outcomes = None,
    history: options.History = [],
    truth: options.Truth = None,
    capacity: options.Capacity = None,
    settings: options.Settings = None,
    seed: Bootstrap = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts (.html) or all figures (.json).")
    ] = None,
    json: options.Json = False,
) -> None:
    """Compare two models on the same consignments.

    Prints how much smuggling each model finds, the difference with its confidence interval, which consignments enter
    or leave the top of the list, and which features cause that. Consignments that either model learned from are left
    out, and their number is printed.

    \b
    Examples:
      riskscore models compare default 2024-06 --lake /srv/riskscore/lake --from 2024-06-01
      riskscore models compare 2024-05 2024-06 --manifests july/ --outcomes found.csv \\
        --history past/ --out july.html
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
        step("reading and scoring with both models")
        record = models.compare_models(rows.read, *sides, settings=rows.settings, capacity=boxes, seed=seed)
        if out is not None:
            text = models_page.render(record) if suffix == ".html" else console.text(record)
            export.write_text(text, out, public=True)
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
    first: Annotated[
        date | None,
        options.day(
            "--from", help="With --lake: first day of filing to judge on. Default: the day after the model's last data."
        ),
    ] = None,
    last: To = None,
    manifests: options.Manifests = [],
    outcomes: options.Outcomes = None,
    history: options.History = [],
    truth: options.Truth = None,
    capacity: options.Capacity = None,
    settings: options.Settings = None,
    seed: Bootstrap = 0,
    override: Annotated[
        str,
        typer.Option(
            metavar="REASON",
            help="Promote even if checks fail, for this reason. The reason and the failed checks are kept.",
        ),
    ] = "",
    json: options.Json = False,
) -> None:
    """Make a model the champion if it is better than the present one.

    Both models are judged on consignments that the challenger did not learn from. It is refused, with the figures, if
    it does not find more within the ports' capacity, is worse on random inspections, expects clearly more or fewer
    seizures than were found, may have learned from the consignments that it is judged on, or is too good to be true. A
    model that cannot be loaded, or that was trained on other features, is never promoted.

    \b
    Examples:
      riskscore models promote 2024-06 --lake s3://customs-risk/lake --from 2024-06-01
      riskscore models promote 2024-06 --manifests july/ --outcomes found.parquet --history past/
      riskscore models promote 2024-06 --lake lake --override "the champion misses the new lane"

    \b
    Exit codes:
      0  promoted
      2  refused, or another error; nothing was changed
    """
    from riskscore.lifecycle import models
    from riskscore.selection import capacity as capacities
    from riskscore.views import comparison

    rows = _rows(lake, settings, (first, last), manifests, outcomes, history, truth)
    boxes = capacities.read(capacity)
    with console.progress():
        model = models.find(challenger, rows.lake, changed=True)
        if rows.lake is not None and rows.first is None:
            rows = replace(rows, first=models.first_unlearned_day(rows.lake, model))
        step("reading and comparing with the champion")
        verdict, change = models.promote(
            rows.read, model, rows.lake, settings=rows.settings, capacity=boxes, seed=seed, override=override
        )
    if json:
        judged = {"refusals": verdict.refusals, "warnings": verdict.warnings, "figures": verdict.figures}
        console.emit({"promoted": change is not None, **judged, "change": None if change is None else asdict(change)})
    else:
        _print(comparison.verdict(verdict))
    if change is None:
        failed = ", ".join(verdict.refusals)
        raise ModelError(f'{model.name} was not promoted. Failed: {failed}. Improve it, or give --override "REASON"')
    if not json:
        console.stdout().print(in_words(change))
