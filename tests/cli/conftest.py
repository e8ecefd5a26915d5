"""Fixtures: the command line as a function, a small model with the real catalogue, and manifests."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import lightgbm
import numpy as np
import polars as pl
import pytest

from riskscore import cli
from riskscore.features import catalogue
from riskscore.model.booster import Booster, digest
from riskscore.model.calibration import Platt
from riskscore.model.card import Card, digests


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


Riskscore = Callable[..., Ran]


@pytest.fixture
def riskscore(capsys: pytest.CaptureFixture[str]) -> Riskscore:
    """Call the command line as a shell would, and return its exit code and what it printed."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            cli.main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Ran(int(ended.value.code or 0), printed.out, printed.err)

    return run


def small_model(names: list[str]) -> tuple[lightgbm.Booster, Card]:
    """Trees over random columns called `names`. Their ranking means nothing, which is enough for these tests."""
    rng = np.random.default_rng(3)
    matrix = rng.random((1_000, len(names)), dtype=np.float32) * 10
    label = matrix.mean(axis=1) > np.median(matrix.mean(axis=1)) + rng.normal(0, 0.1, 1_000)
    settings = {"objective": "binary", "verbosity": -1, "num_leaves": 15, "num_threads": 1}
    grown = lightgbm.train(settings, lightgbm.Dataset(matrix, label, feature_name=names), 40)
    trees = lightgbm.Booster(model_str=grown.model_to_string())
    declared = catalogue.load()
    card = Card(
        name="small",
        data="simulated",
        labels="truth",
        period=("2024-01-01", "2024-02-01"),
        rows=1_000,
        positives=int(label.sum()),
        catalogue=declared.hash,
        features={name: digests(declared).get(name, "unknown") for name in names},
        model_sha256=digest(trees.model_to_string()),
        settings={},
        trees=trees.num_trees(),
        calibration={"method": "platt", "on": "nothing"},
        splits=[],
    )
    return trees, card


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "small"
    trees, card = small_model(catalogue.load().names)
    Booster(trees, Platt(), card).save(folder)
    return folder


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with one unknown feature, and without one feature of the catalogue."""
    folder = tmp_path_factory.mktemp("models") / "other"
    trees, card = small_model([*catalogue.load().names[1:], "colour_of_the_box"])
    Booster(trees, Platt(), card).save(folder)
    return folder


GOODS = [("PLASTIC GRANULES", "390110"), ("MACHINE PARTS", "848790"), ("=1+1|CMD", "640399"), ("GREEN TEA", "090210")]
ROUTES = [("NGAPP", "VNHPH", "SGSIN"), ("DEHAM", "SGSIN", None), ("CNSHA", "VNHPH", None), ("KEMBA", "MYPKG", None)]


@pytest.fixture(scope="session")
def consignments() -> pl.DataFrame:
    """Forty consignments of one day as in a file; some descriptions are a spreadsheet formula."""
    filed = datetime(2024, 3, 1, 10, tzinfo=UTC)
    return pl.DataFrame(
        [
            {
                "bill_of_lading": f"BL{row:05}",
                "container_number": f"TOYU{row:07}",
                "filed_at": (filed + timedelta(minutes=row)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "port_of_loading": ROUTES[row % 4][0],
                "port_of_discharge": ROUTES[row % 4][1],
                "transhipment_ports": ROUTES[row % 4][2],
                "goods_description": GOODS[(row // 4) % 4][0],
                "hs_code": GOODS[(row // 4) % 4][1],
                "gross_weight_kg": 9_000 + 300 * row,
                "package_count": 100 + row,
                "consignee_name": f"TRADER {row % 7} CO LTD",
                "shipper_name": f"MAKER {row % 5} LTD",
                "vessel_name": "MV EXAMPLE",
                "voyage": "12E",
            }
            for row in range(40)
        ]
    )


@pytest.fixture
def manifest(tmp_path: Path, consignments: pl.DataFrame) -> Path:
    path = tmp_path / "manifest.csv"
    consignments.write_csv(path)
    return path


@pytest.fixture
def past(tmp_path: Path, consignments: pl.DataFrame) -> tuple[Path, Path]:
    """A folder with the manifests of two earlier days, and the outcomes of their inspections."""
    folder = tmp_path / "past"
    folder.mkdir()
    for day in ("2024-02-01", "2024-02-02"):
        earlier = consignments.with_columns(
            pl.lit(f"{day}T08:00:00Z").alias("filed_at"),
            pl.concat_str(pl.lit(day), "bill_of_lading").alias("bill_of_lading"),
        )
        earlier.write_csv(folder / f"{day}.csv")
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text(
        "bill_of_lading,container_number,inspected_at,known_at,selected_by,finding\n"
        "2024-02-01BL00000,TOYU0000000,2024-02-05T00:00:00Z,2024-02-06T00:00:00Z,officer,seizure\n"
        "2024-02-01BL00001,TOYU0000001,2024-02-05T00:00:00Z,2024-02-06T00:00:00Z,random,clean\n"
    )
    return folder, outcomes
