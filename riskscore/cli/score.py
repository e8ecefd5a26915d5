"""The commands that rank: `score` and `explain`."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import options
from riskscore.errors import RiskscoreError, SettingsError
from riskscore.progress import step
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.history.past import Past
    from riskscore.manifest.read import Manifest
    from riskscore.model.card import Card
    from riskscore.settings import Settings

SHOWN = 10
"""Consignments in the printed table when --top does not say."""


def score(
    files: options.Files,
    history: options.History = [],
    outcomes: options.Outcomes = None,
    model: options.Model = None,
    out: Annotated[
        Path | None, typer.Option(help="Write every consignment, ranked, to this .parquet, .csv or .jsonl file.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Consignments to print, and to give reasons at least.")] = SHOWN,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write refused rows, whole, with file, line, rule and value, to this file.")
    ] = None,
    columns: options.Columns = None,
    settings: options.Settings = None,
    explain_share: Annotated[float, typer.Option(help="Share of the consignments that get reasons, 0 to 1.")] = 0.01,
    lang: options.Lang = "en",
    json: options.Json = False,
) -> None:
    """Rank the consignments of manifests by smuggling risk, with reasons.

    Without --out it prints the riskiest with their three strongest reasons. Rows that break a rule are set aside, never
    lost: rows read = rows accepted + rows in quarantine.

    \b
    Examples:
      riskscore score tonight.csv
      riskscore score tonight.csv --history past/*.parquet --outcomes outcomes.parquet
      riskscore score tonight.csv --out ranked.csv --quarantine refused.csv
      riskscore score tonight.csv --top 50 --json
    """
    from riskscore import export, language
    from riskscore.manifest import read
    from riskscore.settings import find_settings

    if not 0 <= explain_share <= 1:
        raise SettingsError(f"--explain-share takes a share of the consignments from 0 to 1, not {explain_share:g}")
    own, told = find_settings(settings), language.find(lang)
    targets = [path for path in (out, quarantine) if path is not None]
    inputs = (*files, *read.files(history), *(path for path in (outcomes, columns) if path is not None))
    for target in targets:
        export.check(target, inputs=inputs)
    if len({target.resolve() for target in targets}) < len(targets):
        raise SettingsError(f"--out and --quarantine both name {out}; choose two files")
    with console.progress():
        step("reading")
        manifest, past, card = _read(files, columns, own, _Others(history, outcomes, model))
        from riskscore.engine import score as scoring
        from riskscore.views import ranking

        ranked = scoring.score(
            manifest,
            past,
            model=model,
            settings=own,
            explained=max(top, math.ceil(explain_share * manifest.consignments.height)),
            language=told,
        )
        step("writing")
        written = [(ranked, out), (manifest.quarantine, quarantine)]
        export.write(*((frame, path) for frame, path in written if path is not None))
    counts = ranking.counts(manifest, ranked)
    shown = ranking.beside(ranked.head(top), manifest.consignments) if out is None else None
    if json:
        console.emit(counts | ({} if shown is None else {"ranked": ranking.records(shown)}))
        return
    screen = console.stdout()
    if shown is not None and not shown.is_empty():
        screen.print(ranking.ranking(shown))
    screen.print(ranking.summary(counts, card, out=out, quarantine=quarantine, history=bool(history)))


def explain(
    file: options.File,
    container: Annotated[str | None, typer.Option(help="Number of the container, such as MSKU1234565.")] = None,
    bill: Annotated[
        str | None, typer.Option(help="Bill of lading, where the container stands on several, or rows have none.")
    ] = None,
    history: options.History = [],
    outcomes: options.Outcomes = None,
    model: options.Model = None,
    columns: options.Columns = None,
    settings: options.Settings = None,
    limit: Annotated[
        str | None,
        typer.Option(
            metavar="LIMIT",
            help="Where the red lane ends: a probability (0.05, 5%) or a rank (20). Default: 1% of them.",
        ),
    ] = None,
    change: Annotated[
        list[str],
        typer.Option("--set", metavar="FIELD=VALUE", help="Assess it once more with another value; may be repeated."),
    ] = [],
    waterfall: Annotated[
        Path | None, typer.Option(help="Draw what moved the score, step by step, to this .png or .svg file.")
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option(help="Write its case sheet, a page or two, to this .html or .pdf file.")
    ] = None,
    lake: Annotated[
        str | None,
        typer.Option(metavar="LAKE", help="A lake, for the sheet: rank of the last 90 days there, and its history."),
    ] = None,
    lang: options.Lang = "en",
    json: options.Json = False,
) -> None:
    """Explain one consignment in full: what was filed, what speaks for and against it, what could not be seen.

    The whole manifest is ranked for it, because a consignment is judged beside the others of its ship. Of one in the
    red lane, the fewest checks are named that would take it out if they came back clean. --set changes a field as if
    the manifest had said so, and shows what that does to score and reasons.

    \b
    Examples:
      riskscore explain tonight.csv --container MSKU1234565
      riskscore explain tonight.csv --container MSKU1234565 --waterfall why.png
      riskscore explain tonight.csv --container MSKU1234565 --sheet case.pdf --lang fr
      riskscore explain tonight.csv --container MSKU1234565 --limit 5%
      riskscore explain tonight.csv --container MSKU1234565 --set gross_weight_kg=18000 --set hs_codes=3902
      riskscore explain tonight.csv --container MSKU1234565 --history past/ --outcomes outcomes.parquet --json
      riskscore explain today.csv --settings ours.toml --bill 97061800
    """
    from riskscore import language
    from riskscore.explanation import limits
    from riskscore.settings import find_settings

    own, told = find_settings(settings), language.find(lang)
    lane, changed = None if limit is None else limits.parse(limit), _changed(change)
    if sheet is not None:
        from riskscore.sheet import write

        write.check(sheet)
    with console.progress():
        step("reading")
        others = _Others(history, outcomes, model, whole=sheet is not None)
        manifest, past, card = _read([file], columns, own, others)
        from riskscore.engine import explain as explaining
        from riskscore.views import explanation as views

        asked: dict[str, Any] = {"model": model, "settings": own, "language": told}
        explained = explaining.explain(manifest, (bill, container), past, limit=lane, **asked)
        if changed:
            explained = explaining.explain_changed(manifest, explained, changed, past, **asked)
        if waterfall is not None:
            step("drawing")
            explained.draw(waterfall)
        if sheet is not None:
            from riskscore.sheet import single

            step("writing the sheet")
            more = [word for path in history for word in ("--history", path.name)]
            more += [] if outcomes is None else ["--outcomes", outcomes.name]
            inputs = single.Inputs(file, explained, past.history, past.outcomes, card, lake, own, history, model, more)
            write.one(single.make(inputs, told), sheet)
    if json:
        console.emit(views.record(explained))
    else:
        views.show(console.stdout(), explained, card, history=bool(history))
        if sheet is not None:
            console.stdout().print(f"Its case sheet is in {console.plain(sheet)}.")


def _changed(given: list[str]) -> dict[str, str]:
    """FIELD=VALUE as a mapping. Raises SettingsError where one has no field or stands there twice."""
    changed: dict[str, str] = {}
    for text in given:
        field, sign, value = text.partition("=")
        if not sign or not field.strip():
            raise SettingsError(f"--set takes FIELD=VALUE, such as gross_weight_kg=18000, not {text!r}")
        if field in changed:
            raise SettingsError(f"--set {field} is given twice; set a field once")
        changed[field] = value
    return changed


@dataclass(frozen=True, slots=True)
class _Others:
    """What is read beside a manifest: the past, with what a sheet tells of it where `whole`, and the model's card."""

    history: list[Path]
    outcomes: Path | None
    model: str | None
    whole: bool = False

    def read(self, own: Settings) -> tuple[Past, Card]:
        """Read them. Raises as `engine.read` does."""
        from riskscore.engine import read
        from riskscore.history.past import Past

        more: Sequence[str] = ()
        if self.whole:
            from riskscore.sheet.track_record import COLUMNS

            more = COLUMNS
        card = read.read_card(self.model, own)
        history = read.read_history(self.history, own, more=more) if self.history else None
        return Past(history, read.read_outcomes(self.outcomes, history=self.history, settings=own)), card


def _read(files: list[Path], columns: Path | None, own: Settings, others: _Others) -> tuple[Manifest, Past, Card]:
    """The manifest, the past and the model's card.

    The manifest is read beside the rest, because neither keeps all cores busy: the engine alone, with the libraries
    that it stands on, takes as long to load as half a million rows to read.
    """
    from riskscore.manifest import read

    with ThreadPoolExecutor(1) as beside:
        rest = beside.submit(others.read, own)
        try:
            manifest = read.read_many(files, columns=columns, settings=own)
        except RiskscoreError:
            rest.result()  # a model that does not fit is told first: it takes no reading of files to see it
            raise
        return manifest, *rest.result()


COMMANDS = (score, explain)
