"""The commands of the registry: `models list`, `show`, `compare`, `promote`, `rollback` and `retire`."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import compare, options
from riskscore.cli.compare import Name, in_words, registry_lake
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.model.registry import Change, Version

app = typer.Typer(
    name="models",
    help="See which model is the champion, compare models, and promote a better one.",
    epilog=(
        "With --lake the registry is that of the lake, which its nights go by once a model was promoted there; without "
        "it, that of the folder $RISKSCORE_MODELS (./models)."
    ),
    no_args_is_help=True,
    rich_markup_mode=None,
)

Where = Annotated[
    str | None,
    typer.Option("--lake", metavar="LAKE", help="The lake whose registry it is: a folder, or s3://bucket/lake."),
]
Reason = Annotated[str, typer.Option(help="Why; it stays in the history.")]


@app.command("list")
def list_(lake: Where = None, settings: options.Settings = None, json: options.Json = False) -> None:
    """List the versions: which is champion, which were, which may be, and which are retired or cannot be read.

    \b
    Examples:
      riskscore models list
      riskscore models list --lake s3://customs-risk/lake --json
    """
    from riskscore.lifecycle import models
    from riskscore.settings import find_settings

    own = find_settings(settings)
    found = models.versions(registry_lake(lake, own), own)
    if json:
        console.emit({"models": [_entry(version) for version in found]})
        return
    table = console.table("name", "state", "data", "from", "to", "rows", "seizures", "recall at 5%")
    for version in found:
        entry = _entry(version)
        told = [*(entry.get("period") or ("", "")), _number(entry.get("rows")), _number(entry.get("seizures"))]
        state = version.state + (", unreadable" if version.unreadable else "")
        recall = "" if entry.get("recall") is None else f"{entry['recall']['value']:.2f}"
        table.add_row(*map(console.plain, (version.name, state, entry.get("data") or "", *told, recall)))
    screen = console.stdout()
    screen.print(table)
    for version in found:
        if version.unreadable:
            screen.print(f"{console.plain(version.name)}: {console.plain(version.unreadable)}")


def _entry(version: Version) -> dict[str, Any]:
    """A version as a record."""
    entry: dict[str, Any] = {"name": version.name, "state": version.state, "unreadable": version.unreadable}
    card = version.card
    if card is None:
        return entry
    at = card.test.get("overall", {}).get("at", [])
    return entry | {
        "model": card.name,
        "data": card.data,
        "period": list(card.period),
        "learned_until": card.learned_until or None,
        "rows": card.rows,
        "seizures": card.positives,
        "recall": next((each["recall"] for each in at if each["share"] == 0.05), None),
        "catalogue": card.catalogue,
    }


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


@app.command()
def show(name: Name, lake: Where = None, settings: options.Settings = None, json: options.Json = False) -> None:
    """Show a model: its card, the features that were declared since it was trained, and what became of it.

    \b
    Examples:
      riskscore models show 2024-06
      riskscore models show default --json
    """
    from riskscore.features import own
    from riskscore.lifecycle import models
    from riskscore.settings import find_settings

    found = registry_lake(lake)
    model = models.named(name, found)
    card = model.card
    declared = own.catalogue(find_settings(settings)).features.values()
    pending = [feature for feature in declared if feature.name not in card.features]
    history = models.registry_of(found)
    changes = history.changes_of(model.name)
    if json:
        history_of = [asdict(change) for change in changes]
        console.emit(
            {"name": model.name, "state": history.state(model.name), "card": asdict(card), "history": history_of}
            | {"not_in_model": [feature.name for feature in pending]}
        )
        return
    screen = console.stdout()
    screen.print(f"{console.plain(model.name)}: {history.state(model.name)}")
    screen.print()
    for line in card.to_markdown().splitlines():
        screen.print("".join(c for c in line if c.isprintable()), soft_wrap=True)
    if pending:
        screen.print(console.heading("Not in this model yet"))
        for feature in pending:
            screen.print(console.hanging("-", f"{feature.name}: {feature.meaning}"))
    screen.print(console.heading("What became of it"))
    for change in changes:
        screen.print(console.hanging(change.at[:16].replace("T", " "), in_words(change)))
    if not changes:
        screen.print("It was never promoted.")


for command in (compare.compare, compare.promote):
    app.command()(command)


@app.command()
def rollback(
    lake: Where = None, settings: options.Settings = None, reason: Reason = "", json: options.Json = False
) -> None:
    """Make the champion before the present one champion again.

    \b
    Examples:
      riskscore models rollback --reason "it sends every reefer to red"
      riskscore models rollback --lake s3://customs-risk/lake
    """
    from riskscore.lifecycle import models
    from riskscore.settings import find_settings

    _made(models.rollback(registry_lake(lake), find_settings(settings), reason), json=json)


@app.command()
def retire(name: Name, lake: Where = None, reason: Reason = "", json: options.Json = False) -> None:
    """Mark a model as not to be promoted or used by a night again; its folder stays.

    \b
    Examples:
      riskscore models retire 2023-11 --reason "trained before the tariff changed"
    """
    from riskscore.lifecycle import models

    _made(models.retire(registry_lake(lake), name, reason), json=json)


def _made(change: Change, *, json: bool) -> None:
    if json:
        console.emit(asdict(change))
    else:
        console.stdout().print(in_words(change))
