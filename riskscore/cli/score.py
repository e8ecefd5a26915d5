"""The commands that rank: `score` and `explain`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options, reading
from riskscore.errors import RiskscoreError, SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.history.past import Past
    from riskscore.manifest.hints import Hints
    from riskscore.manifest.read import Manifest
    from riskscore.manifest.stow_plans import Compared
    from riskscore.model.card import Card
    from riskscore.settings import Settings

SHOWN = 10
"""Consignments in the printed table where --top is not given."""


def score(
    files: options.Files,
    history: options.History = [],
    outcomes: options.Outcomes = None,
    model: options.Model = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write all consignments, riskiest first, to this file instead of printing a list: .parquet, .csv or "
            ".jsonl.",
        ),
    ] = None,
    top: Annotated[
        int,
        typer.Option(min=1, metavar="N", help="How many consignments to print. At least so many also get reasons."),
    ] = SHOWN,
    quarantine: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the refused rows to this file, each with its file, line, the rule it broke and the value: "
            ".parquet, .csv or .jsonl.",
        ),
    ] = None,
    columns: options.Columns = None,
    settings: options.Settings = None,
    encoding: reading.Encoding = None,
    day_first: reading.DayFirst = False,
    month_first: reading.MonthFirst = False,
    year_first: reading.YearFirst = False,
    filed_at: reading.FiledAt = None,
    stow_plan: reading.StowPlan = None,
    explain_share: Annotated[
        float,
        typer.Option(
            metavar="SHARE", help="Share of the consignments that get reasons, from 0 to 1: 0.01 is the riskiest 1%."
        ),
    ] = 0.01,
    lang: options.Lang = "en",
    json: options.Json = False,
) -> None:
    """Rank the consignments of manifests by smuggling risk.

    A consignment is one container on one bill of lading. The list starts with the riskiest. Each entry shows what was
    filed and the three strongest reasons. The percentage is the share of such consignments that were smuggled in the
    data that the model learned from, which is simulated traffic for the shipped model. It helps to decide what to
    inspect first, and it proves nothing.

    With --history and --outcomes, consignments are also compared with earlier shipments of the same parties and
    routes. Without a history, every party looks new.

    Rows that break a rule, such as a date that cannot be read, are put in quarantine and not scored. Nothing is lost:
    rows read = rows accepted + rows in quarantine.

    \b
    Examples:
      riskscore score tonight.csv
      riskscore score tonight.csv --history past/*.parquet --outcomes outcomes.parquet
      riskscore score tonight.csv --out ranked.csv --quarantine refused.csv
      riskscore score tonight.csv --top 50 --json
      riskscore score manifest.edi --stow-plan baplie.edi
    """
    from riskscore import export, language
    from riskscore.manifest import read, stow_plans
    from riskscore.settings import find_settings

    if not 0 <= explain_share <= 1:
        raise SettingsError(f"--explain-share is {explain_share:g}; give a share from 0 to 1")
    service, spoken = find_settings(settings), language.find(lang)
    given = reading.hints(encoding, day_first, month_first, year_first, filed_at)
    targets = [path for path in (out, quarantine) if path is not None]
    inputs = (*files, *read.files(history), *(path for path in (outcomes, columns, stow_plan) if path is not None))
    for target in targets:
        export.check(target, inputs=inputs)
    if len({target.resolve() for target in targets}) < len(targets):
        raise SettingsError(f"--out and --quarantine both name {out}; choose two files")
    with console.progress():
        step("reading")
        manifest, past, card = _read(files, columns, service, _Sources(history, outcomes, model), given)
        stowed = _compared(manifest, stow_plan)
        from riskscore.engine import score as scoring
        from riskscore.views import ranking

        ranked = scoring.score(
            manifest,
            past,
            model=model,
            settings=service,
            explained=max(top, math.ceil(explain_share * manifest.consignments.height)),
            language=spoken,
        )
        step("writing")
        frames = [(ranked, out), (manifest.quarantine, quarantine)]
        export.write(*((frame, path) for frame, path in frames if path is not None))
    counts = ranking.counts(manifest, ranked)
    listed = ranking.with_filed(ranked.head(top), manifest.consignments) if out is None else None
    if json:
        told = manifest.understood
        notes: dict[str, Any] = {"not_understood": [asdict(part) for part in told.not_understood], "notes": told.notes}
        notes |= {} if stowed is None else {"stow_plan": stowed.record()}
        console.emit(counts | notes | ({} if listed is None else {"ranked": ranking.records(listed)}))
        return
    screen = console.stdout()
    if listed is not None and not listed.is_empty():
        screen.print(ranking.ranking(listed))
    for note in manifest.understood.sentences():
        screen.print(f"note: {console.plain(note)}")
    for note in [] if stowed is None else stow_plans.told(stowed):
        screen.print(f"stow plan: {console.plain(note)}")
    screen.print(ranking.summary(counts, card, out=out, quarantine=quarantine, history=bool(history)))


def explain(
    file: options.File,
    container: Annotated[
        str | None, typer.Option(metavar="ID", help="Number of the container to explain, such as MSKU1234565.")
    ] = None,
    bill: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="Number of its bill of lading. Needed where the container is on several bills, or where a service's "
            "rows have no container.",
        ),
    ] = None,
    history: options.History = [],
    outcomes: options.Outcomes = None,
    model: options.Model = None,
    columns: options.Columns = None,
    settings: options.Settings = None,
    encoding: reading.Encoding = None,
    day_first: reading.DayFirst = False,
    month_first: reading.MonthFirst = False,
    year_first: reading.YearFirst = False,
    filed_at: reading.FiledAt = None,
    stow_plan: reading.StowPlan = None,
    limit: Annotated[
        str | None,
        typer.Option(
            metavar="LIMIT",
            help="Where the red lane ends: a probability (0.05 or 5%) or a rank (20). Default: the riskiest 1%.",
        ),
    ] = None,
    change: Annotated[
        list[str],
        typer.Option(
            "--set",
            metavar="FIELD=VALUE",
            help="Score the consignment again with another value in this field, such as gross_weight_kg=18000. May be "
            "repeated.",
        ),
    ] = [],
    waterfall: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw what moved the score, step by step, to this file: .png or .svg."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a case sheet of one or two pages to this file: .html or .pdf."),
    ] = None,
    lake: Annotated[
        str | None,
        typer.Option(
            metavar="LAKE",
            help="Lake for the case sheet, which then shows the rank among the last 90 days. Without --history, it "
            "also takes the history from the lake. A folder or an address such as s3://bucket/lake.",
        ),
    ] = None,
    lang: options.Lang = "en",
    json: options.Json = False,
) -> None:
    """Explain why one consignment has its score.

    Shows what was filed, the reasons for and against opening the box with what to check, and what could not be
    assessed. The whole manifest is scored for this, because a consignment is compared with the others on its ship.

    If the consignment is in the red lane (boxes to open or scan), the explanation also names the fewest checks that
    would take it out of the red lane if they came back clean. With --set, it shows how the score and the reasons would
    change with another value in the manifest.

    \b
    Examples:
      riskscore explain tonight.csv --container MSKU1234565
      riskscore explain tonight.csv --container MSKU1234565 --waterfall why.png
      riskscore explain tonight.csv --container MSKU1234565 --sheet case.pdf --lang fr
      riskscore explain tonight.csv --container MSKU1234565 --limit 5%
      riskscore explain tonight.csv --container MSKU1234565 --set gross_weight_kg=18000
      riskscore explain tonight.csv --container MSKU1234565 --history past/ \\
        --outcomes outcomes.parquet
      riskscore explain today.csv --settings ours.toml --bill 97061800
    """
    from riskscore import language
    from riskscore.explanation import limits
    from riskscore.explanation.not_assessed import needs_data
    from riskscore.features import catalogue
    from riskscore.manifest import stow_plans
    from riskscore.settings import find_settings

    service, spoken = find_settings(settings), language.find(lang)
    said = reading.hints(encoding, day_first, month_first, year_first, filed_at)
    red_lane, new_values = None if limit is None else limits.parse(limit), _new_values(change)
    if sheet is not None:
        from riskscore.sheet import write

        write.check(sheet)
    if waterfall is not None:
        from riskscore import export
        from riskscore.explanation.waterfall import SUFFIXES

        export.check(waterfall, endings=SUFFIXES)
    with console.progress():
        step("reading")
        sources = _Sources(history, outcomes, model, for_sheet=sheet is not None)
        manifest, past, card = _read([file], columns, service, sources, said)
        stowed = _compared(manifest, stow_plan)
        from riskscore.engine import explain as explaining
        from riskscore.views import explanation as views

        common: dict[str, Any] = {"model": model, "settings": service, "language": spoken}
        explained = explaining.explain(manifest, (bill, container), past, limit=red_lane, **common)
        if new_values:
            explained = explaining.explain_changed(manifest, explained, new_values, past, **common)
        if waterfall is not None:
            step("drawing")
            explained.draw(waterfall)
        if sheet is not None:
            from riskscore.sheet import single

            step("writing the sheet")
            more = [word for path in history for word in ("--history", path.name)]
            more += [] if outcomes is None else ["--outcomes", outcomes.name]
            given = single.Inputs(
                file, explained, past.history, past.outcomes, card, lake, service, history, model, more
            )
            write.one(single.make(given, spoken), sheet)
    of_box = [] if stowed is None else stowed.of(explained.consignment["container_number"].item())
    if json:
        console.emit(views.record(explained) | ({} if stowed is None else {"stow_plan": of_box}))
    else:
        answered = "" if stowed is None or not stowed.boxes else needs_data(stow_plans.FLAG, catalogue.load(), spoken)
        views.show(console.stdout(), explained, card, history=bool(history), answered=answered)
        agrees = [] if stowed is None else (stowed.notes or ("nothing differs for this box",))
        for note in of_box or agrees:
            console.stdout().print(f"stow plan: {console.plain(note)}")
        if sheet is not None:
            console.stdout().print(f"The case sheet is in {console.plain(sheet)}.")


def _new_values(pairs: list[str]) -> dict[str, str]:
    """FIELD=VALUE as a mapping. Raises SettingsError for a text without a field, and for a field given twice."""
    values: dict[str, str] = {}
    for text in pairs:
        field, sign, value = text.partition("=")
        if not sign or not field.strip():
            raise SettingsError(f"--set takes FIELD=VALUE, such as gross_weight_kg=18000, not {text!r}")
        if field in values:
            raise SettingsError(f"--set {field} is given twice; set a field once")
        values[field] = value
    return values


@dataclass(frozen=True, slots=True)
class _Sources:
    """Where history, outcomes and model come from; `for_sheet` reads the further columns that a case sheet shows."""

    history: list[Path]
    outcomes: Path | None
    model: str | None
    for_sheet: bool = False

    def read(self, service: Settings) -> tuple[Past, Card]:
        """The history with its outcomes, and the model's card. Raises as `engine.read` does."""
        from riskscore.engine import read
        from riskscore.features import build
        from riskscore.history.past import Past

        more: Sequence[str] = ()
        if self.for_sheet:
            from riskscore.sheet.track_record import COLUMNS

            more = COLUMNS
        card = read.read_card(self.model, service)
        history = read.read_history(self.history, service, more=more) if self.history else None
        build.load_tables()
        return Past(history, read.read_outcomes(self.outcomes, history=self.history, settings=service)), card


def _compared(manifest: Manifest, stow_plan: Path | None) -> Compared | None:
    """What the stow plan says otherwise, if there is one. Raises ManifestError where it cannot be read."""
    from riskscore.manifest import stow_plans

    if stow_plan is None:
        return None
    return stow_plans.compare(manifest.consignments, stow_plans.read(stow_plan), stow_plan.name)


def _read(
    files: list[Path], columns: Path | None, service: Settings, sources: _Sources, given: Hints
) -> tuple[Manifest, Past, Card]:
    """The manifest, the history and the model's card, read in two threads.

    Neither keeps all cores busy. The engine alone, with its libraries, takes as long to load as half a million rows
    take to read.
    """
    from riskscore.manifest import read

    with ThreadPoolExecutor(1) as pool:
        past_and_card = pool.submit(sources.read, service)
        try:
            manifest = read.read_many(files, columns=columns, settings=service, hints=given)
        except RiskscoreError:
            past_and_card.result()  # an error of the model comes first: no file has to be read to find it
            raise
        return manifest, *past_and_card.result()


COMMANDS = (score, explain)
