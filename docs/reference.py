"""Pages of the documentation that are written from the code itself: all commands, all features."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from riskscore.cli import app
from riskscore.features import catalogue

FOLDER = Path(__file__).parent
WIDTH = 100


def write() -> None:
    """Write the pages whose text has changed."""
    for name, lines in {"commands": commands(), "features": _features()}.items():
        page, text = FOLDER / f"{name}.md", "\n".join(lines) + "\n"
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")


def commands() -> Iterator[str]:
    """Lines of the page of commands: the help of each command, and of each subcommand after it."""
    root = typer.main.get_command(app)
    yield from ["# Commands", "", "Each command prints its section of this page with `--help`.", ""]
    yield from _help(root, None, "riskscore")


def _help(command: Any, parent: Any, name: str) -> Iterator[str]:
    """The help of a command, then that of its subcommands."""
    context = command.context_class(command, parent=parent, info_name=name.rpartition(" ")[2], max_content_width=WIDTH)
    context.terminal_width = WIDTH
    yield from [f"## {name}", "", "```text", *command.get_help(context).splitlines(), "```", ""]
    for each, child in getattr(command, "commands", {}).items():
        yield from _help(child, context, f"{name} {each}")


def _features() -> Iterator[str]:
    declared = catalogue.load()
    families: dict[str, list[str]] = {}
    for feature in declared.features.values():
        numbers = ", ".join(map(str, feature.indicators)) or "none"
        row = f"| `{feature.name}` | {feature.meaning} | {feature.unit} | {numbers} |"
        families.setdefault(feature.family, []).append(row)
    yield from ["# Features and red flags", ""]
    yield "What riskscore measures of each consignment. The last column gives the numbers of the red flags below."
    for family, rows in families.items():
        yield from ["", f"## {family.capitalize()}", ""]
        yield from ["| feature | meaning | unit | red flags |", "|---|---|---|---|"]
        yield from rows
    yield from ["", "## Red flags", "", "| number | red flag | assessed |", "|---|---|---|"]
    for number, text in declared.flags.items():
        needed = declared.unassessable.get(number)
        yield f"| {number} | {text} | {f'no, it needs {needed}' if needed else 'yes'} |"
