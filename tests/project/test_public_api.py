"""The public names: a fixed list, documented, and shown by `dir`."""

import importlib
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import riskscore
from riskscore.errors import ManifestError, RiskscoreError

ERRORS = [
    "BusyError", "CatalogueError", "LakeError", "ManifestError", "ModelError", "ReferenceDataError", "RiskscoreError",
    "SettingsError", "TrainingError",
]  # fmt: skip
CLASSES = ["Explanation", "Labels", "Past", "Plan"]
FUNCTIONS = [
    "evaluate", "explain", "explain_changed", "read", "read_history", "read_outcomes", "read_settings", "score",
    "simulate", "train",
]  # fmt: skip
SHIP = Path(__file__).parents[2] / "sample_manifests" / "haiphong-2019.csv"


def test_the_public_names_are_these_and_no_others():
    assert sorted(riskscore.__all__) == sorted([*ERRORS, *CLASSES, *FUNCTIONS, "__version__"])
    assert dir(riskscore) == sorted(riskscore.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_public_function_is_documented_and_typed(name):
    function = getattr(riskscore, name)
    assert inspect.isfunction(function)
    assert function.__doc__
    parameters = inspect.signature(function).parameters.values()
    assert all(parameter.annotation is not inspect.Parameter.empty for parameter in parameters)
    assert len(parameters) <= 7


@pytest.mark.parametrize("name", [*ERRORS, *CLASSES])
def test_a_public_class_is_documented(name):
    assert inspect.isclass(getattr(riskscore, name))
    assert getattr(riskscore, name).__doc__
    if name in ERRORS:
        assert issubclass(getattr(riskscore, name), RiskscoreError)


@pytest.mark.parametrize("name", ["read", "read_history", "read_outcomes", "score", "explain", "Past"])
def test_the_example_of_a_docstring_runs(name, monkeypatch, tmp_path):
    code = textwrap.dedent(getattr(riskscore, name).__doc__.partition("Example::\n\n")[2].rstrip())
    (tmp_path / "sample_manifests").symlink_to(SHIP.parent)
    monkeypatch.chdir(tmp_path)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr, bool(code)) == (0, "", True)


def test_importing_a_package_hides_no_public_name():
    before = {name: getattr(riskscore, name) for name in riskscore.__all__}
    for package in ("riskscore.explanation", "riskscore.simulation", "riskscore.explanation.reasons"):
        importlib.import_module(package)
    assert {name: getattr(riskscore, name) for name in riskscore.__all__} == before


def test_an_unknown_name_raises_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'rank'"):
        riskscore.rank  # noqa: B018


@pytest.fixture(scope="module")
def ship():
    return riskscore.read(SHIP).consignments.drop("goods_items")


def test_tables_of_other_libraries_score_as_polars_does(ship):
    wanted = riskscore.score(ship, explained=3).drop("scored_at")
    for table in (ship.to_arrow(), ship.to_arrow().to_pandas(), ship.lazy()):
        assert riskscore.score(table, explained=3).drop("scored_at").equals(wanted), type(table)
    past = riskscore.Past(history=ship.head(3).to_arrow().to_pandas())
    assert riskscore.score(ship, past).height == ship.height


@pytest.mark.parametrize("given", [[1, 2], {"bill_of_lading": ["B"]}, "manifest.csv", None])
def test_anything_but_a_table_is_refused_in_one_line(given):
    with pytest.raises(ManifestError, match=r"not a table; pass a Polars, PyArrow or pandas table"):
        riskscore.score(given)


def test_a_manifest_can_be_scored_directly():
    manifest = riskscore.read(SHIP)
    assert riskscore.score(manifest)["margin"].equals(riskscore.score(manifest.consignments)["margin"])
