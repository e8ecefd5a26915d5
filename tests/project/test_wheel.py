"""The wheel: it has code, catalogue and model, and scores from any folder."""

import email
import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import riskscore

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The Python of a new environment with the wheel; the other packages come from this environment."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False)
    packages = next(home.glob("lib/python*/site-packages"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(packages), str(wheel)], check=True, capture_output=True)
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / "bin" / "python"


def test_the_wheel_has_code_catalogue_and_model_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert tops == {"riskscore", f"riskscore-{riskscore.__version__}.dist-info"}
    for needed in (
        "py.typed",
        "pages/templates/results.html",
        "markup/templates/skeleton.html",
        "sheet/templates/sheet.html",
        "_shipped/features/goods.toml",
        "_shipped/features/reference/goods.csv",
        "_shipped/models/default/model.txt",
    ):
        assert f"riskscore/{needed}" in names
    assert not [name for name in names if name.endswith((".pkl", ".pickle", ".joblib"))]


def test_the_wheel_has_its_metadata(wheel):
    archive = zipfile.ZipFile(wheel)
    metadata = email.message_from_bytes(archive.read(f"riskscore-{riskscore.__version__}.dist-info/METADATA"))
    assert metadata["Name"] == "riskscore"
    assert metadata["Version"] == riskscore.__version__
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_payload().startswith("# riskscore")
    about = f"riskscore-{riskscore.__version__}.dist-info"
    for file in ("licenses/LICENSE", "licenses/NOTICE", "sboms/bill.cdx.json"):
        assert f"{about}/{file}" in archive.namelist()


def test_an_installed_wheel_scores_a_sample_from_another_folder(installed, tmp_path):
    sample = ROOT / "sample_manifests" / "haiphong-2019.csv"
    where = [str(installed), "-c", "import riskscore; print(riskscore.__file__)"]
    clean = {"PATH": "/usr/bin:/bin", "POLARS_MAX_THREADS": "1"}
    location = subprocess.run(where, cwd=tmp_path, env=clean, capture_output=True, text=True, check=True).stdout
    assert location.startswith(str(installed.parents[1]))
    command = [str(installed), "-m", "riskscore", "score", str(sample), "--top", "2", "--json"]
    ran = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["consignments"] == 30
    assert list(tmp_path.iterdir()) == []
