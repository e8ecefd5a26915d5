"""TOML and JSON are read within limits, and what exceeds them is one line."""

import time
from pathlib import Path

import pytest

from riskscore import toml, tree
from riskscore.errors import SettingsError

BAD_TOML = {
    "dots in a key": "a." * 100_000 + "a = 1",
    "dots in a heading": "[" + "a." * 100_000 + "a]",
    "many keys with dots": "\n".join(f"b{place}." + "a." * 98 + "a = 1" for place in range(500)),
    "lists": "a = " + "[" * 50_000,
    "tables": "a = " + "{b = " * 20_000,
    "a number of 5,000 digits": "a = " + "9" * 5_000,
    "a number of 400 digits": "a = " + "9" * 400,
    "a long file": "#" * toml.MAX_BYTES + "\na = 1",
    "no text": "\xff",
}


@pytest.mark.parametrize("content", BAD_TOML.values(), ids=BAD_TOML.keys())
def test_a_crafted_toml_file_is_refused_in_one_line_at_once(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text(content, "latin-1")
    start = time.process_time()
    with pytest.raises(SettingsError) as refused:
        toml.load(path, "the settings")
    assert time.process_time() - start < 5
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 400


def test_a_mark_of_the_byte_order_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("a = 1", "utf-8-sig")
    assert toml.load(tmp_path / "x.toml", "the settings") == {"a": 1}


def test_a_number_of_too_many_digits_is_told_without_words_of_python(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("a = " + "9" * 5_000)
    with pytest.raises(SettingsError, match=r"\(it has a number of more than 30 digits\)"):
        toml.load(tmp_path / "x.toml", "the settings")


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "[" * 100 + "]" * 100, "9" * 5_000, "1" + "0" * 400, '{"a":', "\ud800"]
)
def test_crafted_json_raises_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        tree.load_json(text)


def test_ordinary_json_and_toml_are_read(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("a.b = 1\n[c]\nd = [1.5, 'x']\n")
    assert toml.load(tmp_path / "x.toml", "the settings") == {"a": {"b": 1}, "c": {"d": [1.5, "x"]}}
    assert tree.load_json('{"a": [1, 2.5, null, {"b": "c"}]}') == {"a": [1, 2.5, None, {"b": "c"}]}
