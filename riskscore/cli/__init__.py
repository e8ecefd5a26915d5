"""The command line: one thin function a command; the work is done by `riskscore.engine`.

    columns · features        what a file means, what is measured      (reading)
    score · explain           the ranked list, one consignment in full (ranking)
    simulate · train · evaluate                                        (learning)
    rehearse                  policies of opening boxes tried out      (rehearsing)
    nightly                   the inbox into the lake, and a slate     (nights)
    whatif                    a change tried on past nights            (whatif)
    lake init | info | compact | export   the tables that nights write (lake)
    slate draw | show | add | strike      the boxes that are opened    (slates)
    record · report                       what was found in them       (findings)
    models list | show | compare | promote | rollback | retire         (models)
    alerts import | list | export ...     what other services know     (alerts)
    drift                     what changes by night                    (drifting)
    cases search | show | list            seizures to compare with     (cases)

What a user can mend ends in one line on stderr and exit code 2; anything else is a defect and is shown as one.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from riskscore import __version__
from riskscore.cli import (
    alerts,
    cases,
    columns,
    drift,
    lake,
    models,
    nightly,
    outcomes,
    rehearse,
    score,
    slates,
    train,
    whatif,
)
from riskscore.errors import RiskscoreError

MANY = ("--history", "--manifests", "--world", "--boxes", "--threshold")
"""Options that take every word up to the next option, because a shell expands `days/*.parquet` or `{2..6}` to many."""

_REFUSED = {errno.EACCES, errno.EPERM, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}
"""What a file system says that no code can mend: no permission, no space, read-only."""

SELDOM = 200_000
"""New objects after which Python looks for garbage; at its default of 700, libraries take a tenth longer to load."""

MEMORY = "oversize_threshold:0,dirty_decay_ms:5000"
"""Settings of jemalloc, by which Polars takes memory: freed memory stays at hand for some seconds, to be taken again.

It reads them when Polars is loaded; where Polars uses another allocator, nobody does.
"""

app = typer.Typer(
    name="riskscore",
    help="Reads cargo manifests, ranks consignments by smuggling risk, and says why.",
    epilog="Start with: riskscore score FILE. Every command has --help with examples.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for group in (score, columns, train, rehearse, nightly, outcomes, whatif, drift):
    for command in group.COMMANDS:
        app.command()(command)
app.add_typer(lake.app)
app.add_typer(slates.app)
app.add_typer(models.app)
app.add_typer(alerts.app)
app.add_typer(cases.app)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def riskscore(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Reads cargo manifests, ranks consignments by smuggling risk, and says why."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 2 something that the user can mend, 130 interrupted."""
    gc.set_threshold(SELDOM)
    os.environ.setdefault("_RJEM_MALLOC_CONF", MEMORY)
    sys.exit(_run(list(spread(sys.argv[1:] if arguments is None else arguments))))


def _run(arguments: list[str]) -> int:
    code = 2
    try:
        return app(args=arguments, standalone_mode=False) or 0
    except typer.TyperException as misused:
        message = f"{misused.format_message()} (see riskscore --help)"
    except RiskscoreError as known:
        message, code = str(known), known.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as refused:
        if refused.errno not in _REFUSED:
            raise
        message = f"{refused.strerror}: {refused.filename}" if refused.filename else str(refused.strerror)
    typer.echo("error: " + " ".join(message.split()), err=True)
    return code


def spread(arguments: Sequence[str]) -> Iterator[str]:
    """Repeat the flags of `MANY` before each word that follows them: `--history a b` is `--history a --history b`."""
    flag: str | None = None
    for position, word in enumerate(arguments):
        if word == "--":
            yield from arguments[position:]
            return
        if word.startswith("-"):
            flag = word if word in MANY else None
        elif flag is not None and arguments[position - 1] != flag:
            yield flag
        yield word
