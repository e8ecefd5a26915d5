"""The commands that learn: `simulate`, `train` and `evaluate`."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from riskscore.cli import console, options
from riskscore.errors import SettingsError


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
    from riskscore import engine

    with console.progress() as tell:
        engine.simulate(
            out,
            days=days,
            per_day=per_day,
            seed=seed,
            start=start.date(),
            smuggling_rate=smuggling_rate,
            change_day=change_day,
            progress=lambda done, every: tell(f"day {done:,} of {every:,}"),
        )
    console.stdout().print(f"{days:,} simulated days from {start:%Y-%m-%d} are in {console.plain(out)}.")


def train(
    out: Annotated[Path, typer.Option(help="Folder of the model; written whole or not at all.")],
    manifests: options.Manifests = [],
    outcomes: Annotated[Path | None, typer.Option(help="What inspections found.")] = None,
    truth: options.Truth = None,
    world: options.Worlds = [],
    settings: options.Settings = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed and data give the same model.")] = 0,
) -> None:
    """Train a model on past manifests and outcomes, split by time, and write it with its card.

    Without --truth only inspected consignments teach, as in a real service. With --truth, which only a simulated world
    has, all do, and the card says so. --world names folders of `riskscore simulate` and takes all three from each.

    \b
    Examples:
      riskscore train --manifests past/*.parquet --outcomes outcomes.parquet --out models/2024-06
      riskscore train --manifests world/manifests --outcomes world/outcomes.parquet --truth world/truth.parquet --out m1
      riskscore train --world busy/ quiet/ --out models/simulated
    """
    from riskscore import engine, service
    from riskscore.manifest import read
    from riskscore.manifest.outcomes import read_outcomes

    with console.progress() as tell:
        if world and not (manifests or outcomes or truth):
            command = _command(["--world", *map(str, world)], out, seed)
            booster = engine.train_on_worlds(world, out=out, seed=seed, progress=tell, command=command)
        elif manifests and outcomes and not world:
            tell("reading")
            own = service.find(settings)
            found = read_outcomes(outcomes, service=own)
            known = None if truth is None else engine.read_truth(truth)
            filed = read.read_many(read.files(manifests), service=own)
            labels = [] if truth is None else ["--truth", str(truth)]
            words = ["--manifests", *map(str, manifests), "--outcomes", str(outcomes), *labels]
            words += [] if settings is None else ["--settings", str(settings)]
            booster = engine.train(
                filed.consignments,
                found,
                truth=known,
                earlier=filed.earlier,
                out=out,
                seed=seed,
                service=own,
                progress=tell,
                command=_command(words, out, seed),
            )
        else:
            raise SettingsError("train takes either --manifests and --outcomes, or --world alone; see train --help")
    console.stdout().print(f"Model {booster.name} is in {console.plain(out)}; card.md there says how good it is.")


def _command(words: Sequence[str], out: Path, seed: int) -> str:
    """The command as it was given, for the card."""
    return shlex.join(["riskscore", "train", *words, "--seed", str(seed), "--out", str(out)])


def evaluate(
    manifests: options.Manifests,
    outcomes: Annotated[Path, typer.Option(help="What inspections found.")],
    model: options.Model = None,
    truth: options.Truth = None,
    history: options.History = [],
    settings: options.Settings = None,
    capacity: options.Capacity = None,
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
    """
    from riskscore import engine, export, service
    from riskscore.jobs import evaluation_page
    from riskscore.manifest import read
    from riskscore.model.tables import tables
    from riskscore.selection import capacity as capacities

    suffix = "" if out is None else out.suffix.lower()
    if out is not None and suffix not in _WRITTEN:
        raise SettingsError(f"cannot write {out}: its name must end with one of {', '.join(_WRITTEN)}")
    if out is not None and not out.parent.is_dir():
        raise SettingsError(f"cannot write {out}: there is no folder {out.parent}")
    boxes = capacities.read(capacity)
    with console.progress() as tell:
        own = service.find(settings)
        card = engine.read_card(model, own)
        tell("reading")
        found = engine.read_outcomes(outcomes, history=history, service=own)
        known = None if truth is None else engine.read_truth(truth)
        filed = read.read_many(read.files(manifests), service=own)
        judged = engine.evaluate(
            filed.consignments,
            found,
            model=model,
            truth=known,
            history=engine.read_history(history, own) if history else None,
            earlier=filed.earlier,
            capacity=boxes,
            seed=seed,
            service=own,
            progress=tell,
        )
        record = {"model": card.name, "data": card.data, **judged}
        if out is not None:
            tell("writing")
            export.write_text(evaluation_page.render(record) if suffix == ".html" else console.text(record), out)
    if json:
        console.emit(record)
        return
    screen = console.stdout()
    screen.print(console.basis(card))
    for part in tables(judged):
        screen.print(console.heading(part.title))
        table = console.table(*part.header)
        for row in part.rows:
            table.add_row(*row)
        screen.print(table)
        if part.note:
            screen.print(part.note)
    for missing in judged["not_judged"]:
        screen.print(console.hanging("-", f"Not judged: {console.plain(missing)}"))
    if out is not None:
        screen.print(f"The report is in {console.plain(out)}.")


_WRITTEN = (".html", ".json")

COMMANDS = (simulate, train, evaluate)
