"""What a Parquet file unfolds to is counted before it is unfolded."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from riskscore.errors import ManifestError
from riskscore.manifest.read import read


def _repeated(text: str, rows: int, columns: int) -> pa.Table:
    """Columns in which one text, which the file has once, stands in each row."""
    column = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array([text]))
    return pa.table({f"column {place}": column for place in range(columns)})


@pytest.mark.parametrize(
    ("length", "rows", "columns"), [(1, 2_000_000, 10), (100_000, 20_000, 1)], ids=["rows", "texts"]
)
def test_a_dictionary_bomb_is_refused_before_it_fills_the_memory(
    length: int, rows: int, columns: int, tmp_path: Path
) -> None:
    path = tmp_path / "m.parquet"
    parquet.write_table(_repeated("x" * length, rows, columns), path)
    before = pa.total_allocated_bytes()
    with pytest.raises(ManifestError, match=r"unpacks to more than [0-9,]+ bytes, which no manifest of its size does"):
        read(path)
    assert path.stat().st_size < 100_000
    assert pa.total_allocated_bytes() - before < 2**26


def test_a_file_whose_columns_repeat_one_value_is_read(tmp_path: Path) -> None:
    path = tmp_path / "m.parquet"
    rows = 10_000
    table = _repeated("RESIN", rows, 30).append_column("Bill of Lading", pa.array([f"B{n}" for n in range(rows)]))
    parquet.write_table(table, path)
    with pytest.raises(ManifestError, match="no heading was recognised as container_number"):
        read(path)
