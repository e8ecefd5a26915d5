"""The layout of help: the names of arguments without their Python types, and limits in plain words.

Typer writes `{files}... <list[Path]>` and `[default: 10; x>=1]`. Here it is `FILE...` and `[default: 10; at least 1]`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

LARGEST = 2**31 - 1
"""Largest whole number of an option: seeds, days and counts of libraries have no more bits."""

_AT_LEAST = re.compile(r"^(?:x>=)?(\d\S*?)(?:<=x<=\d+)?$")
_FROM_0 = re.compile(r"^(?:x>=0|0<=x<=\d+)$")
_IN_WORDS = re.compile(r"(?<=^default: )\((.*)\)$")  # a default that was given as a text
_TYPE = re.compile(r" <\S*>$")

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Command(TyperCommand):
    """A command with help in this layout, whose numbers are finite, and whole numbers at most LARGEST."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments. Raises typer.BadParameter for a number that no library could take."""
        left = super().parse_args(ctx, args)
        parameters: list[Any] = self.get_params(ctx)
        for each in parameters:
            value = ctx.params.get(each.name)
            for number in value if isinstance(value, (list, tuple)) else (value,):
                if isinstance(number, float) and not math.isfinite(number):
                    raise typer.BadParameter(f"give a number, not {number:g}", ctx, each)
                if isinstance(number, int) and abs(number) > LARGEST:
                    raise typer.BadParameter(f"give a whole number of at most {LARGEST:,}", ctx, each)
        return left

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words after the command's name in the line `Usage:`."""
        return [re.sub(r"[{}]", "", piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections `Arguments` and `Options`."""
        _write_parameters(self, ctx, formatter)


class Group(TyperGroup):
    """A group of commands with help in this layout."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the sections `Options` and `Commands`."""
        _write_parameters(self, ctx, formatter)
        self.format_commands(ctx, formatter)


class App(typer.Typer):
    """A Typer application whose help has this layout. `settings` are those of `typer.Typer`."""

    def __init__(self, **settings: Any) -> None:
        defaults: dict[str, Any] = {"cls": Group, "no_args_is_help": True, "rich_markup_mode": None}
        super().__init__(**defaults | settings)

    def command(self, name: str | None = None, **settings: Any) -> Callable[[_Function], _Function]:
        """Register a command, as `typer.Typer.command` does."""
        return super().command(name, **{"cls": Command} | settings)


def _write_parameters(command: Any, ctx: Any, formatter: Any) -> None:
    for title, kind in (("Arguments", "argument"), ("Options", "option")):
        records = (each.get_help_record(ctx) for each in command.get_params(ctx) if each.param_type_name == kind)
        rows = [(_TYPE.sub("", name), _in_words(text)) for name, text in filter(None, records)]
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


def _in_words(text: str) -> str:
    """The text of an option with its notes in plain words: `x>=1` is `at least 1`, and `x>=0` goes without saying."""
    description, bracket, notes = text.removesuffix("]").rpartition("  [")
    if not bracket or not text.endswith("]"):
        return text
    plain = (
        _AT_LEAST.sub(r"at least \1", _IN_WORDS.sub(r"\1", note))
        for note in notes.split("; ")
        if not _FROM_0.match(note)
    )
    kept = "; ".join(plain)
    return f"{description}  [{kept}]" if kept else description
