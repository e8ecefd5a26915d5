"""The commands of the group `models`, but for those of compare.py."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from riskscore.cli import compare, options
from riskscore.cli.compare import Name, in_words, registry_lake
from riskscore.cli.keys import Key, tell
from riskscore.usage.help import App
from riskscore.views import console

if TYPE_CHECKING:
    from riskscore.model.registry import Change, Version

app = App(
    name="models",
    help="Compare models, and choose the one to score with.\n\nThe champion is the model that scores. A challenger is "
    "a model that may replace it. The registry records which model is the champion, and every change.",
    epilog=(
        "With --lake, the registry of that lake is used: its nightly runs score with the champion that was promoted "
        "there. Without --lake, the registry of the folder $RISKSCORE_MODELS (default: ./models) is used."
    ),
)

Registry = Annotated[
    str | None,
    typer.Option(
        "--lake",
        metavar="LAKE",
        help="Use the registry of this lake, a folder or s3://bucket/lake. Default: the registry of the folder of "
        "models.",
    ),
]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why. The reason is kept in the registry permanently.")]


@app.command("list")
def list_(lake: Registry = None, settings: options.Settings = None, json: options.Json = False) -> None:
    """List the models and the state of each.

    The states are champion, challenger, former (a champion that was replaced) and retired. A model that cannot be
    loaded is marked as unreadable, with the reason.

    \b
    Examples:
      riskscore models list
      riskscore models list --lake s3://customs-risk/lake --json
    """
    from riskscore.lifecycle import models
    from riskscore.settings import find_settings

    service = find_settings(settings)
    versions = models.versions(registry_lake(lake, service), service)
    if json:
        console.emit({"models": [_entry(version) for version in versions]})
        return
    table = console.table("name", "state", "data", "from", "to", "rows", "seizures", "recall at 5%")
    for version in versions:
        entry = _entry(version)
        counts = [*(entry.get("period") or ("", "")), _number(entry.get("rows")), _number(entry.get("seizures"))]
        state = version.state + (", unreadable" if version.unreadable else "")
        recall = "" if entry.get("recall") is None else f"{entry['recall']['value']:.2f}"
        table.add_row(*map(console.plain, (version.name, state, entry.get("data") or "", *counts, recall)))
    screen = console.stdout()
    screen.print(table)
    for version in versions:
        if version.unreadable:
            screen.print(f"{console.plain(version.name)}: {console.plain(version.unreadable)}")


def _entry(version: Version) -> dict[str, Any]:
    """One version of the list, for JSON."""
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
def show(name: Name, lake: Registry = None, settings: options.Settings = None, json: options.Json = False) -> None:
    """Show the card of a model and its history.

    The card says what the model learned from and how good it is. Below it are the features that are newer than the
    model, and when the model was promoted, replaced or retired.

    \b
    Examples:
      riskscore models show 2024-06
      riskscore models show default --json
    """
    from riskscore.features import own
    from riskscore.lifecycle import models
    from riskscore.settings import find_settings

    opened = registry_lake(lake)
    model = models.find(name, opened, changed=True)
    card = model.card
    declared = own.catalogue(find_settings(settings)).features.values()
    pending = [feature for feature in declared if feature.name not in card.features]
    registry = models.registry_of(opened)
    changes = registry.changes_of(model.name)
    if json:
        history = [asdict(change) for change in changes]
        console.emit(
            {"name": model.name, "state": registry.state(model.name), "card": asdict(card), "history": history}
            | {"not_in_model": [feature.name for feature in pending]}
        )
        return
    screen = console.stdout()
    screen.print(f"{console.plain(model.name)}: {registry.state(model.name)}")
    screen.print()
    for line in card.to_markdown().splitlines():
        screen.print("".join(c for c in line if c.isprintable()), soft_wrap=True)
    if pending:
        screen.print(console.heading("Not in this model yet"))
        for feature in pending:
            screen.print(console.hanging("-", f"{feature.name}: {feature.meaning}"))
    screen.print(console.heading("History of this model"))
    for change in changes:
        screen.print(console.hanging(change.at[:16].replace("T", " "), in_words(change)))
    if not changes:
        screen.print("It was never promoted.")


for command in (compare.compare, compare.promote):
    app.command()(command)


@app.command()
def rollback(
    lake: Registry = None, settings: options.Settings = None, reason: Reason = "", json: options.Json = False
) -> None:
    """Make the previous champion the champion again.

    \b
    Examples:
      riskscore models rollback --reason "every refrigerated container was put in the red lane"
      riskscore models rollback --lake s3://customs-risk/lake
    """
    from riskscore.lifecycle import models
    from riskscore.settings import find_settings

    _print_change(models.rollback(registry_lake(lake), find_settings(settings), reason), json=json)


@app.command()
def retire(name: Name, lake: Registry = None, reason: Reason = "", json: options.Json = False) -> None:
    """Retire a model, so that it is never used again.

    A retired model cannot be promoted, and no nightly run scores with it. Its folder is not deleted. The champion
    cannot be retired.

    \b
    Example:
      riskscore models retire 2023-11 --reason "trained before the tariff changed"
    """
    from riskscore.lifecycle import models

    _print_change(models.retire(registry_lake(lake), name, reason), json=json)


@app.command()
def sign(name: Name, key: Key, json: options.Json = False) -> None:
    """Sign a model, so that others can check that it is from you.

    The signature covers the trees, the calibration and the card, and is written into the folder of the model. Sign a
    model after `riskscore evaluate --keep`, which changes its card, and before you promote it in a lake.

    \b
    Example:
      riskscore models sign 2024-06 --key /etc/riskscore/maker.pem
    """
    from riskscore import environment
    from riskscore.model import trust

    public = trust.sign(environment.model_folder(name), key)
    if json:
        console.emit({"signed": name, "public_key": public})
    else:
        console.stdout().print(f"{console.plain(name)} is signed.")


@app.command()
def verify(name: Name, lake: Registry = None, settings: options.Settings = None, json: options.Json = False) -> None:
    """Check who signed a model.

    Where the settings have keys for models, every command checks this before it uses a model. Only the model that
    ships with the program needs no signature.

    \b
    Example:
      riskscore models verify 2024-06 --settings riskscore.toml

    \b
    Exit codes:
      0  signed with a key of the settings, and unchanged
      2  not signed, changed, or signed with another key
    """
    from riskscore.lifecycle import models
    from riskscore.model import trust
    from riskscore.settings import find_settings

    service = find_settings(settings)
    model = models.find(name, registry_lake(lake, service), changed=True)
    tell(f"the model {model.name}", trust.signer(model.files), service.signatures.get("models", ()), json=json)


def _print_change(change: Change, *, json: bool) -> None:
    if json:
        console.emit(asdict(change))
    else:
        console.stdout().print(in_words(change))
