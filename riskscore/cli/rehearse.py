"""The command that tries policies out: `rehearse`."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.rehearsal.tally import Mean


class Policy(StrEnum):
    """Who plays."""

    score = "score"
    mixed = "mixed"
    random = "random"
    all = "all"


_WRITTEN = (".svg", ".png", ".csv")


def rehearse(
    weeks: Annotated[int, typer.Option(min=2, help="Weeks that are played; smugglers change after half of them.")] = 24,
    policy: Annotated[
        Policy, typer.Option(help="Highest scores only, the mix of a slate, all by lot, or the three of them.")
    ] = Policy.all,
    capacity: Annotated[int, typer.Option(min=1, help="Boxes opened a day, over all ports together.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="First simulated world; the same seed gives the same result.")] = 0,
    repeats: Annotated[int, typer.Option(min=1, help="Worlds, with seeds that follow each other.")] = 3,
    per_day: Annotated[int, typer.Option(min=1, help="Consignments filed a day.")] = 300,
    warm_up: Annotated[int, typer.Option(min=1, help="Weeks before, in which officers open boxes as usual.")] = 8,
    smuggling_rate: Annotated[
        float, typer.Option(help="Share of consignments that smuggle: ten times that of `simulate`, to have any.")
    ] = 1 / 150,
    mix: Annotated[
        tuple[float, float, float], typer.Option(metavar="SCORE EXPLORE RANDOM", help="What mixed is, 1 together.")
    ] = (0.8, 0.1, 0.1),
    half_life: Annotated[
        float | None, typer.Option(help="Weeks after which a finding counts half in training. Default: none is lost.")
    ] = None,
    by_inclusion: Annotated[
        bool, typer.Option("--by-inclusion", help="Weigh findings in training by 1 / chance of the box to be opened.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Draw into this .svg or .png, or write the weeks to a .csv.")] = None,
    json: options.Json = False,
) -> None:
    """Rehearse policies of opening boxes on simulated worlds, where only opened boxes teach.

    Officers open boxes for some weeks; then the policy alone decides, and the model is trained anew every week on what
    it has found. Half-way, smugglers give up the routes and covers that they used most. Policies play on the same
    worlds, so that their difference is due to them. Nothing in it is real; it takes about a minute a world.

    \b
    Examples:
      riskscore rehearse
      riskscore rehearse --weeks 24 --policy all --repeats 8 --out rehearsal.svg
      riskscore rehearse --policy mixed --mix 0.6 0.3 0.1 --half-life 8 --json
    """
    from riskscore import export
    from riskscore.rehearsal import chart, tally
    from riskscore.rehearsal import rehearse as job
    from riskscore.selection.capacity import Shares

    suffix = console.suffix(out, _WRITTEN)
    if out is not None:
        (export.check if suffix == ".csv" else chart.check)(out)
    script = job.Script(weeks, capacity, per_day, warm_up, smuggling_rate)
    names = job.POLICIES if policy is Policy.all else (policy.value,)
    policies = job.Policies(names, Shares(*mix), job.Learning(half_life, by_inclusion))
    with console.progress():
        played = job.rehearse(script, policies, seed=seed, repeats=repeats)
    found, less = tally.results(played, script.change), tally.differences(played, script.change)
    if out is not None and suffix == ".csv":
        export.write((played, out))
    elif out is not None:
        chart.draw(played, script.change, out)
    if json:
        console.emit(
            {
                "script": {**asdict(script), "change": script.change},
                "policies": asdict(policies),
                "seeds": list(range(seed, seed + repeats)),
                "results": [asdict(each) for each in found],
                "differences": [asdict(each) for each in less],
                "weeks": played.to_dicts(),
            }
        )
        return
    screen = console.stdout()
    worlds = "1 simulated world" if repeats == 1 else f"{repeats} simulated worlds"
    screen.print(
        f"{worlds}, {per_day:,} consignments and {capacity:,} opened boxes a day; smugglers change ways with week "
        f"{script.change} of {weeks}."
    )
    _show(
        "Seizures a week, mean over worlds",
        ("policy", "phase", "weeks", "smuggled", "seized", "spread", "in all"),
        [
            (
                each.policy,
                each.phase,
                str(each.weeks),
                f"{each.smuggled:.1f}",
                f"{each.seizures.mean:.2f}",
                "-" if each.seizures.spread is None else f"{each.seizures.spread:.2f}",
                f"{each.total:.1f}",
            )
            for each in found
        ],
    )
    if less:
        _show(
            "One policy less another on the same worlds, seizures a week",
            ("policies", "phase", "difference", "95%"),
            [
                (f"{each.policy} - {each.other}", each.phase, f"{each.seizures.mean:+.2f}", _interval(each.seizures))
                for each in less
            ],
        )
    if out is not None:
        screen.print(f"{'The weeks are' if suffix == '.csv' else 'The chart is'} in {console.plain(out)}.")


def _show(title: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    screen: Any = console.stdout()
    screen.print(console.heading(title))
    table = console.table(*header)
    for column in table.columns[2:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    screen.print(table)


def _interval(mean: Mean) -> str:
    return "-" if mean.low is None or mean.high is None else f"{mean.low:+.2f} to {mean.high:+.2f}"


COMMANDS = (rehearse,)
