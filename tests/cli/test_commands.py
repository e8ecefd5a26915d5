"""The command line in general: help, completion, wrong calls, and the commands that only read."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
import shellingham
import typer

from riskscore import __version__, cli
from riskscore.features import catalogue
from riskscore.usage import paths

COMMANDS = ["score", "explain", "columns", "features", "simulate", "train", "evaluate"]


def _paths(command: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of every command and group below `command`, with itself."""
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from _paths(each, *path, name)


@pytest.mark.parametrize("path", list(_paths(typer.main.get_command(cli.app))), ids=" ".join)
def test_every_help_is_complete_and_readable(riskscore, path):
    ran = riskscore(*path, "--help")
    assert (ran.code, ran.err) == (0, "")
    usage, _, summary, *_ = ran.out.splitlines()
    assert usage.startswith(" ".join(("Usage: riskscore", *path)))
    assert summary.endswith(".")
    assert not any(line.endswith("...") for line in ran.out.splitlines()[1:]), "a summary that was cut"
    assert max(map(len, ran.out.splitlines())) <= 100
    assert not set("<>{}") & set(ran.out.partition("\nOptions:")[2].partition("\nCommands:")[0])
    if "\nCommands:" not in ran.out:
        assert f"    riskscore {' '.join(path)}" in ran.out, "no example"


def test_help_lists_the_commands_and_version_is_that_of_the_package(riskscore):
    listed = riskscore("--help").out
    assert all(f"  {command} " in listed for command in COMMANDS)
    assert riskscore("--version").out.strip() == __version__


def test_help_is_quick():
    command = [sys.executable, "-m", "riskscore", "--help"]
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1.0  # half a second on an idle machine; tests share theirs


def test_help_loads_no_slow_library():
    code = "import sys, riskscore.cli; print({'polars', 'lightgbm', 'matplotlib', 'shap'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "set()\n"


def _completed(line: str) -> list[str]:
    """What bash is offered for the last word of `line`."""
    bash = {"_RISKSCORE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    command = [sys.executable, "-m", "riskscore"]
    return subprocess.run(command, env=os.environ | bash, check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("riskscore sc", ["score"]),
        ("riskscore models pro", ["promote"]),
        ("riskscore score --hist", ["--history"]),
        ("riskscore rehearse --policy mi", ["mixed"]),
    ],
)
def test_completion_offers_commands_options_and_choices(line, offered):
    assert _completed(line) == offered


@pytest.mark.parametrize(("shell", "text"), [("bash", "complete -o default"), ("zsh", "compdef"), ("fish", "complete")])
def test_show_completion_prints_the_script_of_the_shell(riskscore, monkeypatch, shell, text):
    monkeypatch.setattr(shellingham, "detect_shell", lambda: (shell, f"/bin/{shell}"))
    ran = riskscore("--show-completion")
    assert (ran.code, ran.err) == (0, "")
    assert text in ran.out
    assert "_RISKSCORE_COMPLETE" in ran.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scroe"], "there is no command 'scroe'; did you mean 'score'? (see riskscore --help)"),
        (["score"], "FILE is missing (see riskscore score --help)"),
        (["score", "f", "--topp", "3"], "there is no option --topp; did you mean --top? (see riskscore score --help)"),
        (["score", "f", "--top", "many"], "--top: give a whole number (see riskscore score --help)"),
        (["score", "f", "--top", "0"], "--top: give a number of at least 1 (see riskscore score --help)"),
        (["score", "f", "--explain-share", "x"], "--explain-share: give a number (see riskscore score --help)"),
        (["score", "f", "--out"], "--out needs a value (see riskscore --help)"),
        (["score", "f", "--json=yes"], "--json takes no value (see riskscore --help)"),
        (["explain", "f", "g"], "too many arguments: g (see riskscore explain --help)"),
        (["rehearse", "--mix", "1"], "--mix needs 3 values (see riskscore --help)"),
        (["rehearse", "--policy", "x"], "--policy: 'x' is not one of 'score', 'mixed', 'random', 'all' (see riskscore "
         "rehearse --help)"),
        (["lake", "export", "l", "scores", "o.csv", "--night", "1.3.2024"], "--night: '1.3.2024' is not a date; write "
         "YYYY-MM-DD, such as 2024-03-01 (see riskscore lake export --help)"),
        (["record", "--lake", "l", "--known-at", "noon"], "--known-at: 'noon' is not a date or time; write 2024-03-01 "
         "or 2024-03-01T14:30 (UTC) (see riskscore record --help)"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_is_wrong_and_which_help_to_read(riskscore, words, message):
    ran = riskscore(*words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"error: {message}\n")


@pytest.mark.parametrize("group", ["lake", "slate", "models", "alerts", "cases"])
def test_a_group_without_a_command_names_its_commands(riskscore, group):
    ran = riskscore(group)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"error: riskscore {group} needs a command: ")
    assert ran.err.endswith(f" (see riskscore {group} --help)\n")


@pytest.mark.parametrize(
    ("words", "spread"),
    [
        (["--history", "a", "b"], ["--history", "a", "--history", "b"]),
        (["f", "--history", "a", "b", "--top", "3"], ["f", "--history", "a", "--history", "b", "--top", "3"]),
        (["--history", "a", "--history", "b"], ["--history", "a", "--history", "b"]),
        (["--manifests", "a", "b", "--history", "c", "d"],
         ["--manifests", "a", "--manifests", "b", "--history", "c", "--history", "d"]),
        (["--history=a", "f"], ["--history=a", "f"]),
        (["--out", "o", "f"], ["--out", "o", "f"]),
        (["--history", "a", "--", "f", "--history", "b", "c"], ["--history", "a", "--", "f", "--history", "b", "c"]),
        (["--history"], ["--history"]),
    ],
)  # fmt: skip
def test_an_option_of_several_values_is_repeated_for_each(words, spread):
    assert list(paths.spread(words)) == spread


def test_columns_shows_how_a_file_is_read(riskscore, manifest):
    ran = riskscore("columns", manifest)
    assert ran.code == 0
    assert all(text in ran.out for text in ("CSV", "utf-8", "hs_code", "hs_codes", "kg"))
    record = json.loads(riskscore("columns", manifest, "--json").out)
    assert record["missing"] == []
    columns = {heading["source"]: heading["column"] for heading in record["headings"]}
    assert columns["consignee_name"] == "consignee_name"


def test_columns_names_missing_columns_without_failing(riskscore, manifest):
    manifest.write_text("bill_of_lading,odd one\nB1,x\n")
    ran = riskscore("columns", manifest)
    assert ran.code == 0
    assert "container_number" in ran.out
    assert "(ignored)" in ran.out


def test_features_lists_the_complete_catalogue(riskscore):
    declared = catalogue.load()
    listed = json.loads(riskscore("features", "--json").out)
    assert [feature["name"] for feature in listed["features"]] == declared.names
    for key in ("indicators", "flags", "meaning", "unit", "direction", "source"):
        assert all(key in feature for feature in listed["features"])
    assert {entry["indicator"] for entry in listed["unassessable"]} == set(declared.unassessable)
    printed = riskscore("features").out
    assert max(map(len, printed.splitlines())) <= 100
    assert all(name in printed for name in declared.names)
    measured = f"{len(declared.measured)} of {len(declared.flags)} red flags"
    assert f"{len(declared.names)} features measure {measured}" in printed


def test_without_a_command_the_help_is_printed(riskscore):
    ran = riskscore()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == riskscore("--help").out
