"""The command line: one thin function per command, which reads its options, calls the engine and prints.

No computing belongs here: what a command does is in `riskscore.engine` and the rooms below it.
"""

from __future__ import annotations

import copy
import errno
import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any

import typer

from riskscore import __version__
from riskscore.cli import cases, columns, keys, models, rehearse, score, train
from riskscore.cli.lakes import alerts, drift, lake, maps, nightly, outcomes, slates, whatif
from riskscore.errors import RiskscoreError
from riskscore.usage import misuse
from riskscore.usage.help import App
from riskscore.usage.paths import spread

_REFUSED = {errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
"""Errors of the file system that only the user can fix: no permission, no space, read-only."""

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
        "  2    an error that you can fix; one line on stderr says what is wrong\n"
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
) -> None:
    """Print the help where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 an error that the user can fix, 130 interrupted; see also `--help`."""
    gc.set_threshold(SELDOM)
    os.environ.setdefault("_RJEM_MALLOC_CONF", MEMORY)
    sys.exit(_run(list(spread(sys.argv[1:] if arguments is None else arguments))))


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


def _run(arguments: list[str]) -> int:
    code = 2
    try:
        return (
            _command(arguments[0] if arguments else "")(args=arguments, prog_name="riskscore", standalone_mode=False)
            or 0
        )
    except typer.TyperException as wrong:
        message = misuse.message(wrong)
        if message.startswith(misuse.USAGE):
            typer.echo(message, err=True)
            return code
    except RiskscoreError as known:
        message, code = str(known), known.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:  # the reader of the pipe, such as `head`, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as refused:
        if refused.errno not in _REFUSED:
            raise
        message = f"{refused.strerror}: {refused.filename}" if refused.filename else str(refused.strerror)
    typer.echo("error: " + " ".join(message.split()), err=True)
    return code
