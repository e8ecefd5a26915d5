"""Words of the command line before Typer reads them: options with several paths, and a flag that fits anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MANY = ("--history", "--manifests", "--world", "--boxes", "--threshold")
"""Options that take every word up to the next option, because a shell expands `days/*.parquet` to many words."""


def spread(arguments: Sequence[str]) -> Iterator[str]:
    """Repeat an option of `MANY` before each of its values: `--history a b` becomes `--history a --history b`."""
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


def without_flag(arguments: Sequence[str], flag: str) -> tuple[list[str], bool]:
    """The arguments without `flag`, and whether it was among them. Words after `--` are no flags."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    words = [word for word in arguments[:end] if word != flag]
    return [*words, *arguments[end:]], len(words) < end
