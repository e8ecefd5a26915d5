"""The commands that learn: `simulate`, `train` and `evaluate`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.training.plan import Tuning


def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write the world to; it must be new or empty.")],
    days: Annotated[int, typer.Option(min=1, help="Days of filings.")] = 30,
    per_day: Annotated[int, typer.Option(min=1, help="Consignments filed a day, on average.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same world.")] = 0,
    smuggling_rate: Annotated[float, typer.Option(help="Share of consignments that smuggle.")] = 1 / 1500,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="First day.")] = datetime(2024, 1, 1),
    change_day: Annotated[
        int | None,
        typer.Option(min=1, help="From this day on (0 is the first) smugglers use other routes, covers and schemes."),
    ] = None,
) -> None:
    """Simulate container traffic with smuggling in it, its inspections and their outcomes.

    Writes manifests/YYYY-MM-DD.parquet, outcomes.parquet (what inspectors found) and truth.parquet (what was really
    there). Nothing in it is real: firms, vessels and numbers are made up.

    \b
    Examples:
      riskscore simulate world --days 30 --per-day 1000
      riskscore simulate busy --days 120 --per-day 1500 --seed 7 --smuggling-rate 0.002
      riskscore simulate turned --days 240 --change-day 120
    """
    from riskscore.simulation import write

    with console.progress():
        write.simulate(
            out,
            days=days,
            per_day=per_day,
            seed=seed,
            start=start.date(),
            smuggling_rate=smuggling_rate,
            change_day=change_day,
        )
    console.stdout().print(f"{days:,} simulated days from {start:%Y-%m-%d} are in {console.plain(out)}.")


def train(
    out: Annotated[Path, typer.Option(help="Folder of the model; written whole or not at all.")],
    manifests: options.Manifests = [],
    outcomes: Annotated[Path | None, typer.Option(help="What inspections found.")] = None,
    truth: options.Truth = None,
    world: options.Worlds = [],
    lake: Annotated[
        str | None,
        typer.Option(metavar="LAKE", help="Learn from what this lake holds: filings, outcomes, and chances of slates."),
    ] = None,
    settings: options.Settings = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Learn from nothing filed or known after this day.")
    ] = None,
    hold_back: Annotated[
        int | None,
        typer.Option(min=0, help="Learn nothing of the last so many days. Default: 28 with --lake, else 0."),
    ] = None,
    tune: Annotated[float | None, typer.Option(metavar="MINUTES", help="Search for better settings so long.")] = None,
    trials: Annotated[int | None, typer.Option(help="Search by a number of trials instead: alike everywhere.")] = None,
    study: Annotated[
        Path | None, typer.Option(help="Folder that keeps the search, to be taken up again. Default: OUT.study.")
    ] = None,
    mlflow: Annotated[
        str | None, typer.Option(metavar="URI", help="Log the training to this MLflow; needs riskscore[mlflow].")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed and data give the same model.")] = 0,
) -> None:
    """Train a model on past manifests and outcomes, split by time, and write it with its card.

    Without --truth only inspected consignments teach, as in a real service. With --truth, which only a simulated world
    has, all do, and the card says so. --world names folders of `riskscore simulate` and takes all three from each.
    With --lake the last four weeks are held back, so that models can be compared on them. A search that was stopped or
    killed goes on when the same command is given again.

    \b
    Examples:
      riskscore train --manifests past/*.parquet --outcomes outcomes.parquet --out models/2024-06
      riskscore train --manifests world/manifests --outcomes world/outcomes.parquet --truth world/truth.parquet --out m1
      riskscore train --world busy/ quiet/ --out models/simulated
      riskscore train --lake lake --out models/june --tune 30
    """
    from riskscore.lake.open import open_lake
    from riskscore.lifecycle import retrain, tracking
    from riskscore.manifest import read
    from riskscore.manifest.outcomes import read_outcomes
    from riskscore.settings import find_settings
    from riskscore.training.labels import Labels
    from riskscore.training.plan import Plan
    from riskscore.training.train import train as train_model
    from riskscore.training.train import train_on_worlds
    from riskscore.training.worlds import read_truth

    if mlflow is not None:
        tracking.mlflow()
    if until is not None and hold_back is not None:
        raise SettingsError("--until and --hold-back both say where learning ends; give one of them")
    given = {"--manifests": manifests, "--outcomes": outcomes, "--truth": truth, "--world": world, "--lake": lake}
    named = [name for name, value in given.items() if value]
    words = [word for name in named for word in (name, *map(str, _several(given[name])))]
    words += _words(settings=settings, until=until and until.date(), hold_back=hold_back)
    words += _words(tune=tune, trials=trials, study=study)
    last = until.date() if until else None
    back = (retrain.HOLD_BACK_DAYS if lake else 0) if hold_back is None and until is None else hold_back or 0
    plan = Plan(last, back, _tuning(out, tune, trials, study), seed, _command(words, seed))
    with console.progress():
        if named == ["--world"]:
            booster = train_on_worlds(world, plan, out)
        elif named == ["--lake"]:
            source = open_lake(str(lake), find_settings(settings))
            booster = retrain.retrain(source, plan, out)
        elif manifests and outcomes and not (world or lake):
            step("reading")
            own = find_settings(settings)
            found = read_outcomes(outcomes, settings=own)
            labels = Labels(found, None if truth is None else read_truth(truth))
            filed = read.read_many(read.files(manifests), settings=own)
            booster = train_model(filed.consignments, labels, earlier=filed.earlier, settings=own, plan=plan, out=out)
        else:
            raise SettingsError(
                "train takes either --manifests and --outcomes, or --world alone, or --lake alone; see train --help"
            )
        if mlflow is not None:
            step("logging to MLflow")
            tracking.log(booster.card, mlflow)
    screen = console.stdout()
    screen.print(f"Model {booster.name} is in {console.plain(out)}; card.md there says how good it is.")
    if warning := booster.card.calibration.get("warning"):
        console.warn(warning)
    if held := booster.card.selection.get("held_back"):
        screen.print(console.plain(held))


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _words(**given: object) -> list[str]:
    """The options that were given, as words of a command."""
    return [
        word
        for name, value in given.items()
        if value is not None
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]


def _tuning(out: Path, tune: float | None, trials: int | None, study: Path | None) -> Tuning | None:
    """The search that is asked for, if any."""
    from riskscore.training.plan import Tuning

    if tune is None and trials is None:
        if study is not None:
            raise SettingsError("--study keeps a search; say how long it takes with --tune or --trials")
        return None
    return Tuning(study or out.with_name(f"{out.name}.study"), tune, trials)


def _command(words: Sequence[str], seed: int) -> str:
    """The command as it was given, for the card; not where to, so that the same model has the same card anywhere."""
    return shlex.join(["riskscore", "train", *words, "--seed", str(seed), "--out", "MODEL"])


def evaluate(
    manifests: options.Manifests,
    outcomes: Annotated[Path, typer.Option(help="What inspections found.")],
    model: options.Model = None,
    truth: options.Truth = None,
    history: options.History = [],
    settings: options.Settings = None,
    capacity: options.Capacity = None,
    explanations: Annotated[
        bool, typer.Option("--explanations", help="Judge the reasons, too; it takes a simulation's truth.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Write what --explanations finds into the card of the model (--model DIR).")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Write a page (.html) or everything (.json) to this file.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the bootstrap behind the intervals.")] = 0,
    json: options.Json = False,
) -> None:
    """Judge a model: precision, recall and kilograms at shares and at the ports' capacity, ranking, calibration.

    Every consignment is scored as of its own day, with what was known then. --history names what was filed before the
    period that is judged. --out writes a page with curves and plots, or all figures as JSON.

    \b
    Examples:
      riskscore evaluate --model models/2024-06 --manifests july/ --history past/ --outcomes outcomes.parquet
      riskscore evaluate --manifests w/manifests --outcomes w/outcomes.parquet --truth w/truth.parquet --json
      riskscore evaluate --manifests july/ --outcomes outcomes.parquet --capacity ports.toml --out july.html
      riskscore evaluate --manifests w/manifests --outcomes w/outcomes.parquet --truth w/truth.parquet --explanations
    """
    from riskscore import export
    from riskscore.engine import evaluate as judging
    from riskscore.engine.read import read_card, read_history, read_outcomes
    from riskscore.explanation_quality import judge as quality
    from riskscore.history.past import Past
    from riskscore.manifest import read
    from riskscore.model.tables import tables
    from riskscore.pages import evaluation
    from riskscore.selection import capacity as capacities
    from riskscore.settings import find_settings
    from riskscore.training.labels import Labels
    from riskscore.training.worlds import read_truth

    if out is not None:
        _check(out, [outcomes, *manifests, *history, *([truth] if truth else [])])
    if explanations and truth is None:
        raise SettingsError("--explanations asks what was planted, which only a simulation knows: give its --truth")
    if keep and (model is None or not explanations):
        raise SettingsError("--keep writes into the card of a model that you name: give --model and --explanations")
    boxes = capacities.read(capacity)
    with console.progress():
        own = find_settings(settings)
        card = read_card(model, own)
        step("reading")
        found = read_outcomes(outcomes, history=history, settings=own)
        labels = Labels(found, None if truth is None else read_truth(truth))
        filed = read.read_many(read.files(manifests), settings=own)
        past = Past(read_history(history, own) if history else None, found, filed.earlier)
        judged = judging.evaluate(filed, labels, past, model=model, settings=own, capacity=boxes, seed=seed)
        if explanations:
            judged["explanations"] = quality.judge_explanations(
                filed, labels.truth, past, model=model, settings=own, seed=seed
            )
        if keep:
            folder = quality.keep_explanations(str(model), judged["explanations"])
        record = {"model": card.name, "data": card.data, **judged}
        if out is not None:
            step("writing")
            export.write_text(evaluation.render(record) if out.suffix.lower() == ".html" else console.text(record), out)
    if json:
        console.emit(record)
        return
    screen = console.stdout()
    screen.print(console.basis(card))
    for part in tables(judged):
        console.show(screen, part)
    for missing in judged["not_judged"]:
        screen.print(console.hanging("-", f"Not judged: {console.plain(missing)}"))
    if out is not None:
        screen.print(f"The report is in {console.plain(out)}.")
    if keep:
        screen.print(f"The card in {console.plain(folder)} says how good the reasons are.")


_WRITTEN = (".html", ".json")


def _check(out: Path, inputs: Sequence[Path]) -> None:
    """Raise SettingsError where a report cannot be written to `out`, or would take the place of one of `inputs`."""
    console.suffix(out, _WRITTEN)
    if not out.parent.is_dir():
        raise SettingsError(f"cannot write {out}: there is no folder {out.parent}")
    if out.exists() and (not out.is_file() or any(source.exists() and out.samefile(source) for source in inputs)):
        raise SettingsError(f"cannot write {out}: it is there and is no report; choose another name")


COMMANDS = (simulate, train, evaluate)
