"""Rooms stay small and say what belongs in them, and what scores loads nothing that learns."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "riskscore"
PACKAGES = sorted(path.parent for path in PACKAGE.rglob("__init__.py"))


def lines(path: Path) -> int:
    return len(path.read_text("utf-8").splitlines())


def test_no_module_has_more_than_350_lines():
    assert [str(path) for path in PACKAGE.rglob("*.py") if lines(path) > 350] == []


@pytest.mark.parametrize("room", PACKAGES, ids=lambda room: str(room.relative_to(PACKAGE.parent)))
def test_no_room_has_more_than_3_500_lines(room):
    """A package within a package is a room of its own."""
    assert sum(lines(path) for path in room.glob("*.py")) <= 3_500


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: str(package.relative_to(PACKAGE.parent)))
def test_a_package_says_what_is_in_it_and_what_is_not(package):
    told = ast.get_docstring(ast.parse((package / "__init__.py").read_text("utf-8"))) or ""
    assert len([line for line in told.splitlines() if line.strip()]) >= 2


OUR_OWN = {"nightly/apart.py", "nightly/looking.py", "reference/goods.py", "reference/places.py"}
"""Modules that load JSON which this program, or a package that it needs, has written."""


def test_what_comes_from_outside_is_loaded_within_limits():
    loads = re.compile(r"\bjson\.loads?\b|\btomllib\.loads?\b")
    found = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py") if loads.search(path.read_text("utf-8"))}
    assert found == OUR_OWN | {"tree.py", "toml.py"}


LEARNING = ("riskscore.training", "riskscore.simulation", "riskscore.world", "riskscore.rehearsal", "optuna", "sklearn")


def test_scoring_a_file_loads_nothing_that_learns():
    code = f"""
import sys
from riskscore import cli
try:
    cli.main(["score", "sample_manifests/haiphong-2019.csv", "--top", "1"])
except SystemExit as ended:
    assert ended.code == 0, ended.code
print(sorted(name for name in sys.modules if name.startswith({LEARNING!r})), file=sys.stderr)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=True)
    assert ran.stderr.splitlines()[-1] == "[]"
