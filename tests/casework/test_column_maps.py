"""Column maps that are kept: a command that is repeated, or runs twice at once, writes nothing twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from riskscore.casework import column_maps
from riskscore.casework.column_maps import ColumnMaps
from riskscore.errors import SettingsError
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


def test_of_equal_maps_at_once_one_is_written(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    path = tmp_path / "one.toml"
    path.write_text('[columns]\nCntr = "container_number"\n')
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: column_maps.add(lake, "someone", path), range(6)))
    assert lake.read("maps").collect().height == 1


def test_a_map_is_ended_once_and_under_a_clock_that_was_set_back(tmp_path: Path) -> None:
    lake = create_lake(tmp_path / "lake")
    path = tmp_path / "one.toml"
    path.write_text('[columns]\nCntr = "container_number"\n')
    column_maps.add(lake, "someone", path, now=datetime(2024, 1, 5, tzinfo=UTC))

    def remove(_: int) -> bool:
        try:
            column_maps.remove(lake, "someone", now=datetime(2024, 1, 2, tzinfo=UTC))
        except SettingsError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(remove, range(6))) == [False] * 5 + [True]
    assert ColumnMaps.of(lake).rows.is_empty()
    assert lake.read("maps").collect().height == 2
