"""The command line: one thin function per command, which reads its options, calls the engine and prints.

No computing belongs here: what a command does is in `riskscore.engine` and the rooms below it.
"""

from __future__ import annotations

import copy
import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any

import typer

from riskscore import __version__, environment
from riskscore.cli import cases, columns, keys, models, rehearse, score, train
from riskscore.cli.lakes import alerts, drift, lake, maps, nightly, outcomes, slates, whatif
from riskscore.usage import docstrings, ending
from riskscore.usage.help import App
from riskscore.usage.paths import spread, without_flag

DEBUG = "--debug"

SELDOM = 200_000
"""New objects after which Python collects garbage. With its default of 700, libraries take a tenth longer to load."""

MEMORY = "oversize_threshold:0,dirty_decay_ms:5000"
"""Settings of jemalloc, the allocator of Polars: keep freed memory for five seconds, so that it can be used again.

They are read when Polars is loaded. Where Polars has another allocator, they have no effect.
"""

app = App(
    name="riskscore",
    help=(
        "Rank cargo consignments by smuggling risk, and explain the ranking.\n\n"
        "riskscore reads the cargo manifests of container ships. A consignment is one container on one bill of lading."
    ),
    epilog=(
        "Start with `riskscore score FILE`. For help on a command, run `riskscore COMMAND --help`.\n\n\b\n"
        "Exit codes:\n"
        "  0    done\n"
        "  2    an error; one line on stderr says what is wrong, two if it is a defect of riskscore\n"
        "  130  interrupted\n"
        "The help of a command lists its further exit codes."
    ),
    invoke_without_command=True,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for module in (score, columns, train, rehearse, nightly, outcomes, whatif, drift, keys):
    for command in module.COMMANDS:
        app.command()(command)
app.add_typer(lake.app)
app.add_typer(slates.app)
app.add_typer(models.app)
app.add_typer(alerts.app)
app.add_typer(maps.app)
app.add_typer(cases.app)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def riskscore(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option(DEBUG, help="Show the traceback of an error, in any place of the command line.")
    ] = False,
) -> None:
    """Print the help where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 an error, 130 interrupted; see also `--help`."""
    if arguments is None:
        docstrings.keep()
    gc.set_threshold(SELDOM)
    os.environ.setdefault("_RJEM_MALLOC_CONF", MEMORY)
    given = list(sys.argv[1:] if arguments is None else arguments)
    words, debug = without_flag(given, DEBUG)
    sys.exit(ending.run(lambda: _call(list(spread(words))), given, debug=debug))


def _call(words: list[str]) -> Any:
    environment.check_threads()
    return _command(words[0] if words else "")(args=words, prog_name="riskscore", standalone_mode=False)


@cache
def _command(name: str) -> Callable[..., Any]:
    """The command line as Typer builds it; of the commands only `name`, if there is one, because all take long."""
    chosen = copy.copy(app)
    chosen.registered_commands = [
        each for each in app.registered_commands if getattr(each.callback, "__name__", "") == name
    ]
    chosen.registered_groups = [
        each for each in app.registered_groups if each.typer_instance and each.typer_instance.info.name == name
    ]
    some = chosen.registered_commands or chosen.registered_groups
    return typer.main.get_command(chosen if some else app)
