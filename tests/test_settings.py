"""Settings of a service: all entries are read, and wrong ones are named."""

import tomllib
from pathlib import Path

import declarations
import pytest

from riskscore import settings
from riskscore.errors import SettingsError


def test_all_tables_are_read():
    ours = declarations.ours()
    assert ours.row == "declaration"
    assert ours.key == "Number"
    assert [field.name for field in ours.read] == ["tax_type", "use", "price", "mass"]
    assert ours.outcome is not None
    assert ours.outcome.words == {"0": "clean", "1": "seizure"}
    assert ours.profiles["goods_tax"]["columns"] == ["hs6", "tax_type"]
    assert ours.record()["fields"]["price_per_kg"] == "number"
    assert settings.NONE.record() == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[rows]", "unknown entry 'rows'; did you mean row?"),
        ("[row]\nkeys = 'x'", "[row] unknown entry 'keys'; did you mean key?"),
        ("row = 3", "[row] must be a table, not 3"),
        ("[row]\nlacks = 'x'", "[row] lacks must be a list of texts"),
        ("[field.X]\nkind='number'\nfrom='x'", "[field.X] is not a valid name"),
        ("[field.x]\nkind='text'\nfrom='x'", "kind is 'text'; it must be one of number, category, key"),
        ("[field.x]\nkind='number'", "needs either from"),
        ("[field.x]\nkind='number'\nfrom='x'\nof='y'", "needs either from"),
        ("[field.x]\nkind='category'\nfrom='x'", "a category needs its values"),
        ("[field.x]\nkind='number'\nfrom='x'\nvalues=['a']", "only a category has values"),
        ("[field.x]\nkind='number'\nfrom='x'\ndirection=2", "direction is 2"),
        ("[field.x]\nkind='number'\nfrom='x'\nindicator='a'", "indicator is 'a'"),
        ("[field.x]\nkind='number'\nfrom='x'\ncheck=1", "check must be a text"),
        ("[outcome]\nknown_after_days=1", "[outcome] needs finding"),
        ("[outcome]\nfinding='F'\nwords={'1'='bad'}", "'1' is 'bad'; it must be one of clean, irregular, seizure"),
        ("[outcome]\nfinding='F'\nknown_after_days=-1", "known_after_days is -1"),
        ("[outcome]\nfinding='F'\nknown_at=3", "[outcome] known_at must be a text"),
        ("[row]\nnumbered='yes'", "[row] numbered must be true or false"),
        ("[row]\nnumbered=true\nkey='N'", "true only without a key"),
        ("[training]\nallow='x'", "[training] allow must be a list of texts"),
        ("[training]\nallowed=['x']", "[training] unknown entry 'allowed'; did you mean allow?"),
        ("[profile.x]\nstats=['before']", "[profile.x] needs columns"),
        ("[columns]\nx = 3", "[columns] x must be a text"),
    ],
)
def test_wrong_entries_are_named(text, expected):
    with pytest.raises(SettingsError) as wrong:
        settings.parse_settings(tomllib.loads(text))
    assert expected in str(wrong.value)


def test_the_option_comes_before_the_variable_and_the_folder(tmp_path, monkeypatch):
    monkeypatch.delenv(settings.SETTINGS, raising=False)
    monkeypatch.chdir(tmp_path)
    assert settings.find_settings() == settings.NONE
    Path("riskscore.toml").write_text("[row]\nname = 'here'", "utf-8")
    assert settings.find_settings().row == "here"
    Path("other.toml").write_text("[row]\nname = 'other'", "utf-8")
    monkeypatch.setenv(settings.SETTINGS, "other.toml")
    assert settings.find_settings().row == "other"
    Path("third.toml").write_text("[row]\nname = 'third'", "utf-8")
    assert settings.find_settings("third.toml").row == "third"


@pytest.mark.parametrize(
    ("content", "expected"), [(None, "cannot read the settings"), (b"[row", "not valid TOML"), (b"\xff", "TOML")]
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path, content, expected):
    path = tmp_path / "s.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=expected) as wrong:
        settings.read_settings(path)
    assert str(path) in str(wrong.value)
