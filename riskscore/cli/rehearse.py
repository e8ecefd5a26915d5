"""The command `rehearse`: inspection policies tried on simulated traffic."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.units import counted
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.rehearsal.tally import Mean


class Policy(StrEnum):
    """What can be given to --policy."""

    score = "score"
    mixed = "mixed"
    random = "random"
    all = "all"


_WRITTEN = (".svg", ".png", ".csv")


def rehearse(
    weeks: Annotated[
        int,
        typer.Option(
            min=2,
            max=options.LONGEST // 7,
            metavar="N",
            help="Weeks to simulate. Smugglers change their ways after half of them.",
        ),
    ] = 24,
    policy: Annotated[
        Policy,
        typer.Option(
            metavar="score|mixed|random|all",
            help="Boxes with the highest scores only, the mix of a slate (--mix), random boxes only, or all three "
            "policies.",
        ),
    ] = Policy.all,
    capacity: Annotated[
        int, typer.Option(min=1, metavar="N", help="Boxes opened per day, at all ports together.")
    ] = 10,
    seed: Annotated[
        int, typer.Option(min=0, metavar="N", help="Seed of the first world. The same seed gives the same result.")
    ] = 0,
    repeats: Annotated[
        int, typer.Option(min=1, metavar="N", help="How many simulated worlds, with consecutive seeds.")
    ] = 3,
    per_day: Annotated[int, typer.Option(min=1, metavar="N", help="Consignments filed per day.")] = 300,
    warm_up: Annotated[
        int,
        typer.Option(
            min=1,
            max=options.LONGEST // 7,
            metavar="N",
            help="Weeks before the start, in which officers choose the boxes.",
        ),
    ] = 8,
    smuggling_rate: Annotated[
        float,
        typer.Option(
            metavar="SHARE",
            show_default="1 in 150",
            help="Share of the consignments that are smuggled. Ten times that of `riskscore simulate`, so that each "
            "week has some.",
        ),
    ] = 1 / 150,
    mix: Annotated[
        tuple[float, float, float],
        typer.Option(
            metavar="SCORE EXPLORE RANDOM",
            show_default="0.8 0.1 0.1",
            help="Parts of the boxes that the mixed policy opens by score, to explore and at random. They add up to 1.",
        ),
    ] = (0.8, 0.1, 0.1),
    half_life: Annotated[
        float | None,
        typer.Option(
            metavar="WEEKS",
            help="Weeks after which a finding counts half in training. Default: it always counts fully.",
        ),
    ] = None,
    by_inclusion: Annotated[
        bool,
        typer.Option(
            "--by-inclusion", help="Weight each finding in training by 1 / the chance of the box to be opened."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw a chart (.svg or .png), or write the figures of each week (.csv)."),
    ] = None,
    json: options.Json = False,
) -> None:
    """Compare policies for opening boxes, on simulated traffic.

    In the first weeks, officers choose the boxes. Then the policy alone chooses them, and the model is trained again
    every week on what was found in the opened boxes. Half-way, smugglers give up the routes and the cover loads (goods
    that often hide contraband) that they used most. All policies run on the same worlds, so that only the policy makes
    a difference. Nothing in it is real. It takes about a minute per world.

    \b
    Examples:
      riskscore rehearse
      riskscore rehearse --weeks 24 --policy all --repeats 8 --out rehearsal.svg
      riskscore rehearse --policy mixed --mix 0.6 0.3 0.1 --half-life 8 --json
    """
    from riskscore import export
    from riskscore.rehearsal import chart, tally
    from riskscore.rehearsal import rehearse as rehearsing
    from riskscore.selection.capacity import Shares

    suffix = console.suffix(out, _WRITTEN)
    script = rehearsing.Script(weeks, capacity, per_day, warm_up, smuggling_rate)
    names = rehearsing.POLICIES if policy is Policy.all else (policy.value,)
    policies = rehearsing.Policies(names, Shares(*mix), rehearsing.Learning(half_life, by_inclusion))
    with console.progress():
        by_week = rehearsing.rehearse(script, policies, seed=seed, repeats=repeats)
    results, differences = tally.results(by_week, script.change), tally.differences(by_week, script.change)
    if out is not None and suffix == ".csv":
        export.write((by_week, out), public=True)
    elif out is not None:
        chart.draw(by_week, script.change, out)
    if json:
        console.emit(
            {
                "script": {**asdict(script), "change": script.change},
                "policies": asdict(policies),
                "seeds": list(range(seed, seed + repeats)),
                "results": [asdict(each) for each in results],
                "differences": [asdict(each) for each in differences],
                "weeks": by_week.to_dicts(),
            }
        )
        return
    screen = console.stdout()
    screen.print(
        f"{counted(repeats, 'simulated world')}. Per day: {counted(per_day, 'consignment')} and "
        f"{counted(capacity, 'opened box', 'opened boxes')}. Smugglers change their ways in week {script.change} of "
        f"{weeks}."
    )
    _show(
        "Per week, mean of the worlds",
        ("policy", "phase", "weeks", "smuggled", "seized", "spread", "total"),
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
            for each in results
        ],
    )
    if differences:
        _show(
            "Difference between two policies on the same worlds, in seizures per week",
            ("policies", "phase", "difference", "95% interval"),
            [
                (f"{each.policy} - {each.other}", each.phase, f"{each.seizures.mean:+.2f}", _interval(each.seizures))
                for each in differences
            ],
        )
    if out is not None:
        screen.print(f"{'The figures are' if suffix == '.csv' else 'The chart is'} in {console.plain(out)}.")


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
