"""Signatures: who made a model or alerts, and that nothing was changed since."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from riskscore import signatures
from riskscore.alerts import signed
from riskscore.errors import ModelError, SettingsError
from riskscore.model import archive, trust
from riskscore.model.archive import SIGNATURE
from riskscore.model.booster import CALIBRATION, Booster
from riskscore.settings import Settings, parse_settings


@pytest.fixture
def key(tmp_path: Path) -> Path:
    signatures.make_key(tmp_path / "maker.pem")
    return tmp_path / "maker.pem"


def public(key: Path) -> str:
    return str(json.loads(signatures.sign("test", b"", key))["public_key"])


def asking(what: str, *keys: str) -> Settings:
    return parse_settings({"signatures": {what: list(keys)}})


def test_a_private_key_is_only_for_its_owner_and_never_overwritten(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(SettingsError, match="never overwritten"):
        signatures.make_key(key)
    key.chmod(0o640)
    with pytest.raises(SettingsError, match="others can read"):
        signatures.sign("test", b"x", key)


@pytest.mark.parametrize(
    "content", [b"", b"secret", b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"]
)
def test_a_file_that_is_no_key_is_refused_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "no.pem").write_bytes(content)
    (tmp_path / "no.pem").chmod(0o600)
    with pytest.raises(SettingsError, match="not a private key") as refused:
        signatures.sign("test", b"x", tmp_path / "no.pem")
    assert "ecret" not in str(refused.value) and "c2Vj" not in str(refused.value)


def test_a_signature_fits_its_content_and_purpose_only(key: Path) -> None:
    text = signatures.sign("model", b"content", key)
    assert signatures.signer("model", b"content", text) == public(key)
    wrong = [
        "",
        "{",
        "[]",
        "{}",
        "[" * 9_000,
        text.replace('signature": "', 'signature": "A'),
        text.replace("=", "\u0663"),
    ]
    for purpose, content, given in [
        ("alerts", b"content", text),
        ("model", b"x", text),
        *(("model", b"content", w) for w in wrong),
    ]:
        with pytest.raises(SettingsError, match="does not fit"):
            signatures.signer(purpose, content, given)


def test_a_model_is_used_only_with_a_signature_that_the_settings_ask_for(
    toy_booster: Booster, tmp_path: Path, key: Path
) -> None:
    folder = tmp_path / "toy"
    toy_booster.save(folder)
    trust.check("toy", archive.read(folder), Settings())
    settings = asking("models", public(key))
    with pytest.raises(ModelError, match="is not signed"):
        trust.check("toy", archive.read(folder), settings)
    assert trust.sign(folder, key) == public(key)
    trust.check("toy", archive.read(folder), settings)
    other = signatures.make_key(tmp_path / "other.pem")
    with pytest.raises(ModelError, match="not in the settings"):
        trust.check("toy", archive.read(folder), asking("models", other))
    for name in (CALIBRATION, SIGNATURE):
        changed = {**archive.read(folder), name: archive.read(folder)[name] + " " * (name == CALIBRATION) + "x"}
        with pytest.raises(ModelError, match="does not fit"):
            trust.check("toy", changed, settings)


def test_the_shipped_model_needs_no_signature(key: Path) -> None:
    shipped = archive.Folder(key.parent).files("default")
    trust.check("default", shipped, asking("models", public(key)))


def test_alerts_are_checked_against_the_signature_next_to_them(tmp_path: Path, key: Path) -> None:
    path, settings = tmp_path / "list.csv", asking("alerts", public(key))
    path.write_text("name\nHai An\n")
    with pytest.raises(SettingsError, match="is not signed"):
        signed.check(path, settings)
    assert signed.sign(path, key) == tmp_path / "list.csv.sig"
    signed.check(path, settings)
    path.write_text("name\nHai Long\n")
    with pytest.raises(SettingsError, match="does not fit"):
        signed.check(path, settings)
    signed.check(path, Settings())


def test_a_package_is_signed_with_all_its_files(tmp_path: Path, key: Path) -> None:
    folder, settings = tmp_path / "case", asking("alerts", public(key))
    folder.mkdir()
    (folder / "case.json").write_text("{}")
    digest = signed.sha256(folder / "case.json")
    (folder / "manifest.json").write_text(json.dumps({"files": [{"file": "case.json", "sha256": digest}]}))
    signed.sign(folder, key)
    signed.check(folder, settings)
    (folder / "more.exe").write_text("x")
    with pytest.raises(SettingsError, match="are not those"):
        signed.check(folder, settings)
    (folder / "more.exe").unlink()
    (folder / "case.json").write_text("[]")
    with pytest.raises(SettingsError, match="are not those"):
        signed.check(folder, settings)


def test_a_key_that_does_not_fit_on_the_disk_leaves_no_file(tmp_path: Path) -> None:
    lines = (
        "import resource, signal",
        "from pathlib import Path",
        "from riskscore import signatures",
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)",
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9, 9))",
        f"signatures.make_key(Path({str(tmp_path)!r}, 'k'))",
    )
    code = "\n".join(lines)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "SettingsError: cannot write" in ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("hostile", ["pipe", "pipe within", "[" * 5_000, f'{{"files": {"9" * 5_000}}}', '{"files": 5}'])
def test_a_hostile_package_is_refused_in_one_line(hostile: str, tmp_path: Path, key: Path) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    entries = [{"file": "case.json", "sha256": "0"}]
    (folder / "manifest.json").write_text(json.dumps({"files": entries}) if "pipe" in hostile else hostile)
    signed.sign(folder, key)
    if hostile == "pipe":
        (folder / "manifest.json.sig").unlink()
        os.mkfifo(folder / "manifest.json.sig")
    elif hostile == "pipe within":
        os.mkfifo(folder / "case.json")
    with pytest.raises(SettingsError, match=r"named pipe|not the list of a package|are not those"):
        signed.check(folder, asking("alerts", public(key)))


@pytest.mark.parametrize("text", ["[" * 5_000, f'{{"public_key": {"9" * 5_000}}}', "5", "null", "\x00"])
def test_a_hostile_signature_does_not_fit(text: str) -> None:
    with pytest.raises(SettingsError, match="does not fit"):
        signatures.signer("alerts", b"x", text)


@pytest.mark.parametrize("keys", [[], ["x"], "x", [5], ["A" * 44]])
def test_settings_with_what_is_no_key_are_refused(keys: object) -> None:
    with pytest.raises(SettingsError, match="signatures"):
        parse_settings({"signatures": {"models": keys}})
