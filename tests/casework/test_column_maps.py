"""Column maps that are kept: a command that is repeated writes nothing twice."""

from datetime import UTC, datetime
from pathlib import Path

from riskscore.casework import column_maps
from riskscore.lake.open import create_lake


def test_a_map_that_is_in_force_is_not_written_again(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text('[columns]\nCntr = "container_number"\n')
    other.write_text('[columns]\nBox = "container_number"\n')
    for day, path in enumerate([one, one, other, other, one], start=1):
        column_maps.add(lake, "someone", path, now=datetime(2024, 1, day, tzinfo=UTC))
    column_maps.add(lake, "someone", one, pattern="a*.csv")
    column_maps.add(lake, "someone", one, pattern="a*.csv")
    column_maps.add(lake, "somebody", one)
    assert lake.read("maps").collect().height == 3 + 1 + 1
    column_maps.remove(lake, "someone")
    column_maps.add(lake, "someone", one)
    assert lake.read("maps").collect().height == 7
