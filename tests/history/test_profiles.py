from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from riskscore.errors import CatalogueError
from riskscore.history import profiles

BASE = {"rate": 0.02, "strength": 10}
LANE = {"columns": ["lane"], "stats": ["before"]}


def test_the_shipped_profiles_load_and_name_each_column_once() -> None:
    shipped = profiles.load()
    outputs = [profile.output(stat) for profile in shipped.profiles.values() for stat in profile.stats]
    assert len(outputs) == len(set(outputs)) > 40
    assert {"consignee_key", "hs2", "lane"} <= set(shipped.sources)


@pytest.mark.parametrize(
    ("table", "complaint"),
    [
        ({"base": BASE}, "none is declared"),
        ({"profile": {"p": LANE}}, r"\[base\] needs a rate"),
        ({"base": BASE | {"rate": 2}, "profile": {"p": LANE}}, r"\[base\] needs a rate"),
        ({"base": BASE | {"strength": 0}, "profile": {"p": LANE}}, r"\[base\] needs a rate"),
        ({"base": BASE | {"rate": "0.1"}, "profile": {"p": LANE}}, r"\[base\] needs a rate"),
        ({"base": BASE, "profile": {"p": LANE | {"window": 3}}}, "profile p: unknown entry window"),
        ({"base": BASE, "profile": {"p": LANE | {"columns": "lane"}}}, "profile p: columns and stats must be lists"),
        ({"base": BASE, "profile": {"p": LANE | {"stats": []}}}, "profile p: columns and stats must be lists"),
        ({"base": BASE, "profile": {"p": LANE | {"stats": ["after"]}}}, "unknown statistic after; choose from before"),
        ({"base": BASE, "profile": {"p": LANE | {"stats": ["seizure_rate"]}}}, "needs a strength"),
        ({"base": BASE, "profile": {"p": LANE | {"strength": -1}}}, "needs a strength"),
        ({"base": BASE, "profile": {"p": LANE | {"stats": ["share"]}}}, "a share needs a declared profile"),
        ({"base": BASE, "profile": {"p": LANE | {"parent": "q"}}}, "parent, not 'q'"),
        (
            {"base": BASE, "profile": {"p": LANE | {"parent": "p"}}},
            "must include those of its parent p, and at least one more",
        ),
        ({"base": BASE, "profile": {"p": 3}}, "profile p must be a table"),
        ({"base": 3, "profile": {"p": LANE}}, r"\[base\] must be a table"),
        ({"base": BASE, "profile": []}, "profile must be a table"),
    ],
)
def test_a_malformed_declaration_is_refused(table: dict[str, Any], complaint: str) -> None:
    with pytest.raises(CatalogueError, match=complaint):
        profiles.parse(table)


@pytest.mark.parametrize(("text", "complaint"), [("[profile", "not valid TOML"), (None, "No such file")])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None, complaint: str) -> None:
    path = tmp_path / "profiles.toml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CatalogueError, match=rf"profiles\.toml.* {complaint}"):
        profiles.read(path)
