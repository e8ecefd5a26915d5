"""The command line as a whole: help, version, words after a flag, and the commands that only read."""

import json
import subprocess
import sys
import time

import pytest

from riskscore import __version__, cli
from riskscore.features import catalogue

COMMANDS = ["score", "explain", "columns", "features", "simulate", "train", "evaluate"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_with_examples(riskscore, command):
    ran = riskscore(command, "--help")
    assert ran.code == 0
    assert "Examples:" in ran.out
    assert f"riskscore {command}" in ran.out


def test_help_lists_the_commands_and_version_is_the_package_s(riskscore):
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


def test_the_modules_that_take_long_are_not_loaded_for_help():
    code = "import sys, riskscore.cli; print({'polars', 'lightgbm', 'matplotlib', 'shap'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "set()\n"


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
def test_words_after_a_flag_that_takes_many_belong_to_it(words, spread):
    assert list(cli.spread(words)) == spread


def test_columns_says_how_a_file_is_understood(riskscore, manifest):
    ran = riskscore("columns", manifest)
    assert ran.code == 0
    assert all(told in ran.out for told in ("CSV", "utf-8", "hs_code", "hs_codes", "kg"))
    told = json.loads(riskscore("columns", manifest, "--json").out)
    assert told["missing"] == []
    assert {heading["source"]: heading["column"] for heading in told["headings"]}["consignee_name"] == "consignee_name"


def test_columns_names_what_is_missing_without_failing(riskscore, manifest):
    manifest.write_text("bill_of_lading,odd one\nB1,x\n")
    ran = riskscore("columns", manifest)
    assert ran.code == 0
    assert "container_number" in ran.out
    assert "(left aside)" in ran.out


def test_features_lists_the_whole_catalogue(riskscore):
    known = catalogue.load()
    listed = json.loads(riskscore("features", "--json").out)
    assert [feature["name"] for feature in listed["features"]] == known.names
    for key in ("indicators", "flags", "meaning", "unit", "direction", "source"):
        assert all(key in feature for feature in listed["features"])
    assert {entry["indicator"] for entry in listed["unassessable"]} == set(known.unassessable)
    printed = riskscore("features").out
    assert max(map(len, printed.splitlines())) <= 100
    assert all(name in printed for name in known.names)
    assert f"{len(known.names)} features measure {len(known.measured)} of {len(known.flags)} red flags" in printed


def test_without_a_command_the_help_is_shown(riskscore):
    ran = riskscore()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == riskscore("--help").out
