"""A command that meets a damaged file of a lake names the file, and `riskscore lake check`."""

from collections.abc import Callable
from pathlib import Path

import damaged
import polars as pl
import pytest

from riskscore.lake import damage


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "lake"
    damaged.lake_of_two_nights(folder)
    return folder


def _flip(path: Path) -> None:
    """Change one byte of the footer, which says where the columns are."""
    content = bytearray(path.read_bytes())
    content[-20] ^= 0xFF
    path.write_bytes(content)


WAYS: dict[str, Callable[[Path], object]] = {
    "flipped": _flip,
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "garbage": lambda path: path.write_bytes(b"\x00\xff" * (path.stat().st_size // 2)),
    "other values": lambda path: pl.read_parquet(path).with_columns(detail=pl.lit("[")).write_parquet(path),
}
CALLS = {
    "slate|show|--lake|LAKE|--date|2024-03-02": "slates",
    "lake|export|LAKE|scores|o.csv": "scores",
    "lake|info|LAKE": "scores",
    "lake|compact|LAKE": "maps",
    "drift|--lake|LAKE": "runs",
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("call", CALLS)
def test_the_damaged_file_and_the_check_are_named(call, way, sound, riskscore, tmp_path, monkeypatch):
    if way == "other values" and CALLS[call] != "runs":
        pytest.skip("only the table runs has text that must be JSON")
    damaged.copy(sound, tmp_path / "lake")
    path = max((tmp_path / "lake" / CALLS[call]).rglob("part-*.parquet"))
    WAYS[way](path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RISKSCORE_DEFECTS", str(tmp_path / "defects"))
    ran = riskscore(*(str(tmp_path / "lake") if word == "LAKE" else word for word in call.split("|")))
    assert (ran.code, ran.err.count("\n")) == (2, 1), ran.err
    assert path.name in ran.err
    assert "riskscore lake check" in ran.err
    assert not (tmp_path / "defects").exists()


def test_a_log_that_cannot_be_read_is_named(sound, riskscore, tmp_path):
    damaged.copy(sound, tmp_path / "lake")
    log = max((tmp_path / "lake" / "slates" / "_delta_log").glob("*.json"))
    log.write_text('{"add": 5')
    ran = riskscore("slate", "show", "--lake", tmp_path / "lake", "--date", "2024-03-02")
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert log.name in ran.err
    assert "riskscore lake check" in ran.err


def test_a_sound_lake_is_not_suspected(sound, tmp_path):
    damage.forget()
    lake = damaged.copy(sound, tmp_path / "lake")
    lake.read("runs").collect()
    assert damage.told() is None
    _flip(max((tmp_path / "lake" / "scores").rglob("part-*.parquet")))
    assert damage.told() is None, "scores was not read"
    lake.read("scores")
    assert "part-" in str(damage.told())
    damage.forget()
    assert damage.told() is None
