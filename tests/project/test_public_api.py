"""The names that others rely on, and that they stay functions whatever has been imported."""

import importlib
import inspect

import pytest

import riskscore
from riskscore import engine

PUBLIC = ["__version__", "explain", "read", "score", "simulate", "train"]


def test_the_public_names_are_these_and_no_others():
    assert riskscore.__all__ == PUBLIC


@pytest.mark.parametrize("name", [name for name in PUBLIC if name != "__version__"])
def test_a_public_name_is_a_documented_function_even_beside_a_package_of_its_name(name):
    for package in ("riskscore.explain", "riskscore.simulate", "riskscore.explain.reasons", "riskscore.simulate.write"):
        importlib.import_module(package)
    function = getattr(riskscore, name)
    assert inspect.isfunction(function)
    assert function is getattr(engine, name)
    assert function.__doc__
    assert all(
        parameter.annotation is not inspect.Parameter.empty
        for parameter in inspect.signature(function).parameters.values()
    )


def test_an_unknown_name_is_said_to_be_none():
    with pytest.raises(AttributeError, match="no attribute 'rank'"):
        riskscore.rank  # noqa: B018
