"""Messages for wrong calls: an unknown command or option, or a value that cannot be read."""

from __future__ import annotations

import re

import typer

_USAGE = "Usage: "
"""How a help text begins."""

_WORDINGS = (
    (r"^Invalid value for '(.+?)': (?:Value error, )?", r"\1: "),
    (r"Input should be a valid integer.*", "give a whole number"),
    (r"Input should be a valid number.*", "give a number"),
    (r"Input should be greater than or equal to (\S+)", r"give a number of at least \1"),
    (r"Input should be less than or equal to (\S+)", r"give a number of at most \1"),
    (r"(.+) is not one of (.+?)\.?$", r"\1 is not one of \2"),
    (r"^Option '(.+?)' requires an argument\.", r"\1 needs a value"),
    (r"^Option '(.+?)' requires (\d+) arguments\.", r"\1 needs \2 values"),
    (r"^Option '(.+?)' does not take a value\.", r"\1 takes no value"),
    (r"^Missing (?:argument|option) '(.+?)'\.?", r"\1 is missing"),
    (r"^No such option: (\S+) \(Possible options: (.+)\)$", r"there is no option \1; did you mean \2?"),
    (r"^No such option: (\S+)$", r"there is no option \1"),
    (r"^No such command '(.+?)'\. Did you mean (.+)\?$", r"there is no command '\1'; did you mean \2?"),
    (r"^No such command '(.+?)'\.$", r"there is no command '\1'"),
    (r"^Got unexpected extra argument\(s\) \((.+)\)$", r"too many arguments: \1"),
)
"""Patterns of Typer's messages, and what is printed instead. Any other message is printed unchanged."""


def message(wrong: typer.TyperException) -> str:
    """What is wrong with the call, and which help to read. For a group without a command, the commands of the group."""
    text = wrong.format_message()
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context else "riskscore"
    if context and text.startswith(_USAGE):
        text = f"{path} needs a command: {', '.join(context.command.list_commands(context))}"
    for pattern, wording in _WORDINGS:
        text = re.sub(pattern, wording, text)
    return f"{text} (see {path} --help)"
