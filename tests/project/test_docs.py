"""The documentation knows every command and option, and points to nothing that is not there."""

import importlib.util
import re
from pathlib import Path

import pytest
import typer

from riskscore.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
MAKE = (ROOT / "Makefile").read_text("utf-8")


def walk(command, name):
    """Each command with its full name, its subcommands after it."""
    yield name, command
    for each, child in getattr(command, "commands", {}).items():
        yield from walk(child, f"{name} {each}")


COMMANDS = dict(walk(typer.main.get_command(app), "riskscore"))
SECTIONS = dict(
    re.findall(r"^## (riskscore.*?)\n\n(.*?)(?=^## |\Z)", (ROOT / "docs/commands.md").read_text("utf-8"), re.S | re.M)
)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name):
    for parameter in COMMANDS[name].params:
        if not getattr(parameter, "hidden", False):
            assert parameter.help, f"{name} {parameter.name} has no help"
            assert all(option in SECTIONS[name] for option in parameter.opts if option.startswith("-"))


def test_the_page_of_commands_is_up_to_date():
    place = ROOT / "docs" / "reference.py"
    spec = importlib.util.spec_from_file_location("docs_reference", place)
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    written = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert written == "\n".join(reference.commands()) + "\n", "call make docs"


def test_the_readme_is_short():
    assert len(PAGES[0].read_text("utf-8").split()) < 1_500


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#\s]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not link.startswith("http") and not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_it_names_exists(page):
    named = set(re.findall(r"`make ([a-z-]+)`|^ {4}make ([a-z-]+)", page.read_text("utf-8"), re.M))
    assert {one or other for one, other in named} <= set(re.findall(r"^([a-z-]+):", MAKE, re.M))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_it_names_exists(page):
    named = re.findall(r"riskscore ((?:[a-z]+)(?: [a-z]+)?)(?=[ `\n])", page.read_text("utf-8"))
    groups = {name.split()[1] for name in COMMANDS if name.count(" ") == 2}
    called = {f"riskscore {words if words.split()[0] in groups else words.split()[0]}" for words in named}
    unknown = {name for name in called if name not in COMMANDS}
    assert {name for name in unknown if f"`{name}" in page.read_text("utf-8")} == set()
