"""The commands that learn: `simulate`, `train` and `evaluate`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskscore.cli import options
from riskscore.errors import SettingsError
from riskscore.progress import step
from riskscore.units import counted
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.training.plan import Tuning


def simulate(
    out: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder for the simulated world. It must be new or empty.")
    ],
    days: Annotated[int, typer.Option(min=1, max=options.LONGEST, metavar="N", help="How many days to simulate.")] = 30,
    per_day: Annotated[int, typer.Option(min=1, metavar="N", help="Consignments filed per day, on average.")] = 1000,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed gives the same world.")] = 0,
    smuggling_rate: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            show_default="1 in 1500",
            help="Share of the consignments that are smuggled, from 0 to 0.2.",
        ),
    ] = 1 / 1500,
    start: Annotated[date, options.day(help="First day.")] = date(2024, 1, 1),
    change_day: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=options.LONGEST,
            metavar="N",
            help="Number of the day (the first is 0) from which smugglers use other routes, cover loads and methods. "
            "Default: they never change.",
        ),
    ] = None,
) -> None:
    """Simulate container traffic with smuggling and inspections.

    Writes manifests/YYYY-MM-DD.parquet (what was filed), outcomes.parquet (what inspections found) and truth.parquet
    (what was really smuggled). Nothing in them is real: firms, vessels and numbers are made up. A cover load is goods
    that smugglers often use to hide contraband.

    \b
    Examples:
      riskscore simulate world --days 30 --per-day 1000
      riskscore simulate busy --days 120 --per-day 1500 --seed 7 --smuggling-rate 0.002
      riskscore simulate changing --days 240 --change-day 120
    """
    from riskscore.simulation import write

    with console.progress():
        write.simulate(
            out,
            days=days,
            per_day=per_day,
            seed=seed,
            start=start,
            smuggling_rate=smuggling_rate,
            change_day=change_day,
        )
    console.stdout().print(f"Simulated {counted(days, 'day')} from {start} on, in {console.plain(out)}.")


def train(
    out: Annotated[Path, typer.Option(metavar="DIR", help="New folder for the model.")],
    manifests: options.Manifests = [],
    outcomes: options.Outcomes = None,
    truth: options.Truth = None,
    world: options.Worlds = [],
    lake: Annotated[
        str | None,
        typer.Option(
            metavar="LAKE",
            help="Learn from this lake: its filings, its outcomes and the chance of each box to be opened. A folder or "
            "an address such as s3://bucket/lake.",
        ),
    ] = None,
    settings: options.Settings = None,
    until: Annotated[
        date | None, options.day(help="Last day to learn from. What was filed or became known later is left out.")
    ] = None,
    hold_back: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=options.LONGEST,
            metavar="DAYS",
            help="Do not learn from the last DAYS days, so that models can be compared on them. Default: 28 with "
            "--lake, otherwise 0.",
        ),
    ] = None,
    tune: Annotated[
        float | None,
        typer.Option(metavar="MINUTES", help="Search for better training settings for so many minutes. Default: none."),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            metavar="N", help="Search with N trials instead of MINUTES, so that every machine finds the same settings."
        ),
    ] = None,
    study: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder that saves the search, so that it can be continued. Default: the name of --out with .study at "
            "the end.",
        ),
    ] = None,
    mlflow: Annotated[
        str | None,
        typer.Option(
            metavar="URI",
            help="Log the training to this MLflow server or folder. Needs `pip install riskscore[mlflow]`.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="The same seed and data give the same model.")] = 0,
) -> None:
    """Train a model on past manifests and inspection results.

    Give the data in one of three ways: --manifests with --outcomes, --world, or --lake. The rows are split by time, so
    that the model is tested on later days than it learned from. The folder gets the model and its card (card.md), which
    says how good the model is. It is written completely or not at all.

    With --outcomes alone, the model learns from inspected consignments, as a real service has them. With --truth, which
    only a simulated world has, it learns from all consignments, and the card says so.

    A search (--tune or --trials) that was interrupted continues when the same command is run again.

    \b
    Examples:
      riskscore train --manifests past/*.parquet --outcomes outcomes.parquet --out models/2024-06
      riskscore train --manifests w/manifests --outcomes w/outcomes.parquet --truth w/truth.parquet \\
        --out models/w
      riskscore train --world busy/ quiet/ --out models/simulated
      riskscore train --lake lake --out models/june --tune 30
    """
    from riskscore.lake.open import open_lake
    from riskscore.lifecycle import retrain, tracking
    from riskscore.manifest import lost, read
    from riskscore.manifest.outcomes import read_outcomes
    from riskscore.model.booster import check
    from riskscore.settings import find_settings
    from riskscore.training.labels import Labels
    from riskscore.training.plan import Plan
    from riskscore.training.train import train as train_model
    from riskscore.training.train import train_on_worlds
    from riskscore.training.worlds import read_truth

    check(out)
    if mlflow is not None:
        tracking.mlflow()
    if until is not None and hold_back is not None:
        raise SettingsError("--until and --hold-back both say where learning ends; give only one of them")
    data = {"--manifests": manifests, "--outcomes": outcomes, "--truth": truth, "--world": world, "--lake": lake}
    given = [name for name, value in data.items() if value]
    words = [word for name in given for word in (name, *map(str, _several(data[name])))]
    words += _words(settings=settings, until=until, hold_back=hold_back)
    words += _words(tune=tune, trials=trials, study=study)
    back = (retrain.HOLD_BACK_DAYS if lake else 0) if hold_back is None and until is None else hold_back or 0
    plan = Plan(until, back, _tuning(out, tune, trials, study), seed, _command(words, seed))
    with console.progress():
        if given == ["--world"]:
            booster = train_on_worlds(world, plan, out)
        elif given == ["--lake"]:
            source = open_lake(str(lake), find_settings(settings))
            booster = retrain.retrain(source, plan, out)
        elif manifests and outcomes and not (world or lake):
            step("reading")
            service = find_settings(settings)
            labels = Labels(read_outcomes(outcomes, settings=service), None if truth is None else read_truth(truth))
            filed = read.read_many(read.files(manifests), settings=service)
            for sentence in lost.told(filed, labels.outcomes, service):
                console.warn(sentence)
            booster = train_model(
                filed.consignments, labels, earlier=filed.earlier, settings=service, plan=plan, out=out
            )
        else:
            raise SettingsError(
                "give the data in one way: either --manifests with --outcomes, or --world, or --lake (see riskscore "
                "train --help)"
            )
        if mlflow is not None:
            step("logging to MLflow")
            tracking.log(booster.card, mlflow)
    screen = console.stdout()
    screen.print(f"Model {booster.name} is in {console.plain(out)}. Its card.md says how good it is.")
    if warning := booster.card.calibration.get("warning"):
        console.warn(warning)
    if held_back := booster.card.selection.get("held_back"):
        screen.print(console.plain(held_back))


def _several(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]


def _words(**values: object) -> list[str]:
    """The options that have a value, as words of a command."""
    return [
        word
        for name, value in values.items()
        if value is not None
        for word in (f"--{name.replace('_', '-')}", str(value))
    ]


def _tuning(out: Path, tune: float | None, trials: int | None, study: Path | None) -> Tuning | None:
    """The search for better settings, or None where none was asked for."""
    from riskscore.training.plan import Tuning

    if tune is None and trials is None:
        if study is not None:
            raise SettingsError("--study saves a search; say how long to search with --tune or --trials")
        return None
    if study is not None:
        from riskscore import export

        export.check_into(study)
    return Tuning(study or out.with_name(f"{out.name}.study"), tune, trials)


def _command(words: Sequence[str], seed: int) -> str:
    """The command for the card, without the real --out, so that the same model has the same card in any folder."""
    return shlex.join(["riskscore", "train", *words, "--seed", str(seed), "--out", "MODEL"])


def evaluate(
    manifests: options.Manifests,
    outcomes: options.RequiredOutcomes,
    model: options.Model = None,
    truth: options.Truth = None,
    history: options.History = [],
    settings: options.Settings = None,
    capacity: options.Capacity = None,
    explanations: Annotated[
        bool, typer.Option("--explanations", help="Also judge how good the reasons are. Needs --truth.")
    ] = False,
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help="Write the result of --explanations into the model's card. Needs --model. Do this before the model is "
            "signed and promoted, because the card changes.",
        ),
    ] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts (.html) or all figures (.json).")
    ] = None,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Seed of the bootstrap that gives the 95% intervals.")
    ] = 0,
    json: options.Json = False,
) -> None:
    """Judge how well a model finds smuggling.

    Prints precision, recall and kilograms found, for shares of the consignments and for each port's capacity. Also
    prints how well the model ranks and whether its probabilities are right (calibration).

    Each consignment is scored as on its own day, with what was known then. Give manifests of a period that the model
    did not learn from, and the manifests before that period as --history.

    \b
    Examples:
      riskscore evaluate --model models/2024-06 --manifests july/ --history past/ \\
        --outcomes outcomes.parquet
      riskscore evaluate --manifests july/ --outcomes outcomes.parquet --capacity ports.toml \\
        --out july.html
      riskscore evaluate --manifests w/manifests --outcomes w/outcomes.parquet \\
        --truth w/truth.parquet --explanations
    """
    from riskscore import export
    from riskscore.engine import evaluate as judging
    from riskscore.engine.read import read_card, read_history, read_outcomes
    from riskscore.explanation_quality import judge as quality
    from riskscore.history.past import Past
    from riskscore.manifest import lost, read
    from riskscore.model.tables import tables
    from riskscore.pages import evaluation
    from riskscore.selection import capacity as capacities
    from riskscore.settings import find_settings
    from riskscore.training.labels import Labels
    from riskscore.training.worlds import read_truth

    suffix = console.suffix(out, (".html", ".json"), [outcomes, *manifests, *history, *([truth] if truth else [])])
    if explanations and truth is None:
        raise SettingsError("--explanations needs to know what was really smuggled: give the --truth of a simulation")
    if keep and (model is None or not explanations):
        raise SettingsError("--keep writes into the card of a model: give --model and --explanations")
    boxes = capacities.read(capacity)
    with console.progress():
        service = find_settings(settings)
        card = read_card(model, service)
        step("reading")
        results = read_outcomes(outcomes, history=history, settings=service)
        labels = Labels(results, None if truth is None else read_truth(truth))
        filed = read.read_many(read.files(manifests), settings=service)
        for sentence in lost.told(filed, results, service):
            console.warn(sentence)
        past = Past(read_history(history, service) if history else None, results, filed.earlier)
        judged = judging.evaluate(filed, labels, past, model=model, settings=service, capacity=boxes, seed=seed)
        if explanations:
            judged["explanations"] = quality.judge_explanations(
                filed, labels.truth, past, model=model, settings=service, seed=seed
            )
        if keep:
            folder = quality.keep_explanations(str(model), judged["explanations"])
        record = {"model": card.name, "data": card.data, **judged}
        if out is not None:
            step("writing")
            text = evaluation.render(record) if suffix == ".html" else console.text(record)
            export.write_text(text, out, public=True)
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
        screen.print(
            f"The card in {console.plain(folder)} now says how good the reasons are. If the model was signed or "
            "promoted before, sign and promote it again, because its card has changed."
        )


COMMANDS = (simulate, train, evaluate)
