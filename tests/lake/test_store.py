"""A lake at an address, on an S3-compatible store on this machine, with options from settings that are never shown."""

import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import replace
from datetime import timedelta

import pytest
from polars.testing import assert_frame_equal

from riskscore import environment
from riskscore.errors import LakeError, ModelError, SettingsError
from riskscore.lake import health, upkeep
from riskscore.lake.delta import DeltaLake
from riskscore.lake.open import create_lake, open_lake
from riskscore.lake.store import Store
from riskscore.lake.tables import TABLES
from riskscore.model import archive
from riskscore.model.archive import Tables
from riskscore.model.registry import Registry

SECRET = "not-to-be-seen-anywhere"  # noqa: S105  of a store that lives for the length of a test


@pytest.fixture(scope="module")
def endpoint():
    """An S3-compatible store in a separate process, with an empty bucket called `customs`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from moto.server import main; main(['-H', '127.0.0.1', '-p', '{port}'])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        address = f"http://127.0.0.1:{port}"
        bucket = urllib.request.Request(f"{address}/customs", method="PUT")  # noqa: S310  loopback
        for _ in range(300):
            try:
                urllib.request.urlopen(bucket).close()  # noqa: S310
                break
            except OSError:
                time.sleep(0.1)
        yield address
        server.terminate()


@pytest.fixture
def address(endpoint, monkeypatch, request):
    """The address for a lake of this test; its options are in the environment."""
    options = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }
    for name, value in options.items():
        monkeypatch.setenv(f"RISKSCORE_STORAGE_{name}", value)
    return f"s3://customs/{request.node.name}"


@pytest.mark.slow
def test_two_writers_at_once_lose_nothing(address, writer):
    create_lake(address)
    started = [writer(address, "hand", first, first + 6) for first in (0, 6)]
    assert [process.wait(60) for process in started] == [0, 0]
    back = open_lake(address).read("outcomes").collect()
    assert sorted(back["bill_of_lading"].cast(int).to_list()) == sorted([*range(12)] * 2)


@pytest.mark.slow
def test_a_lake_at_an_address_works_as_in_a_folder(address, rows, night, tmp_path):
    lake = create_lake(address)
    assert create_lake(address).version("runs") == 0
    for run in (1, 2):
        for table in ("consignments", "runs"):
            assert lake.append(table, rows(table, run), run=run)
            assert not lake.append(table, rows(table, run), run=run)
        lake.overwrite("ledger", rows("ledger", run), run=run, night=night(run))
    assert_frame_equal(
        lake.read("consignments", nights=(night(2), night(2))).collect(), rows("consignments", 2), check_row_order=False
    )
    assert lake.at(night(1)).read("ledger").collect()["run"].unique().to_list() == [1]
    assert {table.table: table.merged for table in upkeep.compact(lake)} == dict.fromkeys(TABLES, 0) | {"runs": 2}
    assert {(table.rows, table.orphans) for table in health.info(lake)} == {(12, 0), (6, 0), (0, 0)}
    assert upkeep.export(lake, "runs", tmp_path / "runs.csv", as_of=night(1)) == 6
    upkeep.compact(lake, keep=timedelta(0))
    with pytest.raises(LakeError, match="can no longer be read"):
        lake.at(night(1)).read("ledger")


@pytest.mark.slow
def test_every_process_finds_the_champion_of_a_lake_at_an_address(address, toy_booster, tmp_path):
    for name in ("one", "two"):
        replace(toy_booster, card=replace(toy_booster.card, name=name)).save(tmp_path / name)
    create_lake(address)
    first, second = (Registry(Tables(open_lake(address))) for _ in range(2))
    first.promote("one", archive.read(tmp_path / "one"))
    with pytest.raises(ModelError, match="changed in the meantime"):
        second.promote("two", archive.read(tmp_path / "two"))
    registry = Registry(Tables(open_lake(address)))
    assert registry.champion == "one"
    assert registry.archive.files("one", registry.checksum) == archive.read(tmp_path / "one")
    registry.promote("two", archive.read(tmp_path / "two"))
    assert Registry(Tables(open_lake(address))).rollback().champion == "one"


def test_a_place_with_other_files_does_not_become_a_lake(address, endpoint):
    other = urllib.request.Request(f"{endpoint}/customs/mine/report.csv", data=b"1", method="PUT")  # noqa: S310
    urllib.request.urlopen(other).close()  # noqa: S310
    with pytest.raises(LakeError, match=r"not empty: report.csv is there"):
        create_lake("s3://customs/mine")


def test_an_address_without_a_lake_cannot_be_opened(address):
    with pytest.raises(LakeError, match="there is no lake at s3://customs"):
        open_lake(address)


REFUSING = {
    "no such bucket": ("s3://no-such-bucket/lake", {}),
    "nobody listens": ("s3://customs/lake", {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "MAX_RETRIES": "0"}),
    "an unknown kind of address": ("ftp2://customs/lake", {}),
}


@pytest.mark.parametrize("case", REFUSING)
def test_errors_of_a_store_are_one_line_and_have_no_secrets(case, address, monkeypatch):
    uri, options = REFUSING[case]
    for name, value in options.items():
        monkeypatch.setenv(f"RISKSCORE_STORAGE_{name}", value)
    for call in (create_lake, open_lake):
        with pytest.raises(LakeError) as refused:
            call(uri)
        message = str(refused.value)
        assert uri in message
        assert "\n" not in message
        assert "\x1b" not in message
        assert SECRET not in message
        assert len(message) < 600


def test_secrets_are_in_no_repr_and_in_no_message(address):
    store = Store.of(address)
    assert store.options["aws_secret_access_key"] == SECRET
    assert SECRET not in repr(store) + repr(DeltaLake(store)) + str(store)
    assert store.refusal(ValueError(f"signed\nwith \x1b[31m{SECRET}\x1b[0m")) == "signed with ***"


def test_an_address_with_a_password_is_refused_without_repeating_it():
    with pytest.raises(LakeError) as refused:
        Store.of(f"s3://tester:{SECRET}@customs/lake")
    assert SECRET not in str(refused.value)


def test_a_folder_needs_no_options(monkeypatch, tmp_path):
    monkeypatch.setenv("RISKSCORE_STORAGE", str(tmp_path / "nowhere.toml"))
    assert Store.of(tmp_path).options is None


def test_options_come_from_the_file_and_variables_replace_them(tmp_path, monkeypatch):
    file = tmp_path / "storage.toml"
    file.write_text('[storage]\nAWS_REGION = "eu-west-1"\naws_allow_http = true\nmax_retries = 3\n')
    monkeypatch.setenv("RISKSCORE_STORAGE", str(file))
    monkeypatch.setenv("RISKSCORE_STORAGE_MAX_RETRIES", "5")
    assert environment.storage() == {"aws_region": "eu-west-1", "aws_allow_http": "true", "max_retries": "5"}


WRONG_FILES = {
    "missing": (None, "cannot read the file"),
    "no TOML": (f"[storage\n{SECRET}", "not valid TOML"),
    "no table": ('aws_region = "x"', r"needs a table \[storage\]"),
    "values that are lists": (f'[storage]\nkeys = ["{SECRET}"]', r"needs a table \[storage\] of plain values"),
}


@pytest.mark.parametrize("case", WRONG_FILES)
def test_an_invalid_file_of_options_is_named_but_not_quoted(case, tmp_path, monkeypatch):
    text, expected = WRONG_FILES[case]
    file = tmp_path / "storage.toml"
    if text is not None:
        file.write_text(text)
    monkeypatch.setenv("RISKSCORE_STORAGE", str(file))
    with pytest.raises(SettingsError, match=expected) as refused:
        environment.storage()
    assert SECRET not in str(refused.value)
    assert str(file) in str(refused.value)
