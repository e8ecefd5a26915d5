"""What is installed is hashed, its builds too; every licence is one that was accepted; NOTICE and the bill say so."""

import hashlib
import importlib.util
import io
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
RUN, BUILD = ROOT / "requirements" / "run.txt", ROOT / "requirements" / "build.txt"
ENTRY = re.compile(r"^(\S+)==(\S+)[^\n]*?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)


def _tool():
    spec = importlib.util.spec_from_file_location("bill_tool", ROOT / "tools" / "bill.py")
    tool = sys.modules["bill_tool"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    return tool


bill = _tool()
KNOWN = {"accepted": ["MIT", "Apache-2.0"], "declared": {}}


def options(lock: Path) -> list[str]:
    """The lines of a lock that say what may be built from source; pip lets the later of two win."""
    return lock.read_text("utf-8").split("\n\n", 1)[0].splitlines()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_package_of_a_lock_is_pinned_and_hashed(lock):
    wheels, *sources = options(lock)
    assert wheels == "--only-binary :all:"
    assert sources == [f"--no-binary {name}" for name in _sources()]
    body = lock.read_text("utf-8").split("\n\n", 1)[1].rstrip("\n")
    assert ENTRY.sub("", body).strip() == "", "lines that are no pinned and hashed package"


def _sources() -> list[str]:
    return re.search(r"^SOURCES := (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)[1].split()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_no_lock_names_a_place_to_download_from(lock):
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", lock.read_text("utf-8"))


def test_tools_that_build_have_the_versions_of_developers():
    versions = {name: version for name, version, _ in ENTRY.findall((ROOT / "requirements/dev.txt").read_text("utf-8"))}
    builders = {name: version for name, version, _ in ENTRY.findall(BUILD.read_text("utf-8"))}
    assert {"hatchling", "setuptools"} <= set(builders)
    assert builders.items() <= versions.items()


def test_setting_up_installs_nothing_without_a_hash_and_isolates_no_build():
    lines = re.findall(r'^"\$\{pip\[@\]\}" (.*?)(?: #.*)?$', (ROOT / "tools/setup.sh").read_text("utf-8"), re.MULTILINE)
    assert lines[0] == "--require-hashes -r requirements/build.txt"
    for line in lines[1:]:
        assert "--no-build-isolation" in line
        assert "--require-hashes" in line or ("--no-deps" in line and line.endswith("-e ."))


def _source_only(name: str, folder: Path) -> str:
    """Write a made-up package that comes as source only, and return its line in a lock."""
    setup = f"from setuptools import setup\nsetup(name={name!r}, version='1.0', py_modules=['{name}'])\n"
    place = folder / f"{name}-1.0.tar.gz"
    with tarfile.open(place, "w:gz") as archive:
        for path, text in {"setup.py": setup, f"{name}.py": "", "PKG-INFO": f"Name: {name}\nVersion: 1.0\n"}.items():
            member = tarfile.TarInfo(f"{name}-1.0/{path}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return f"{name}==1.0 --hash=sha256:{hashlib.sha256(place.read_bytes()).hexdigest()}\n"


def _install(line: str, folder: Path) -> subprocess.CompletedProcess:
    lock = folder / "lock.txt"
    lock.write_text("\n".join(options(RUN)) + f"\n\n{line}", "utf-8")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-index", "--find-links", folder]
    words = ["--require-hashes", "--no-build-isolation", "--no-deps", "--target", folder / "target", "-r", lock]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return subprocess.run(
        [*pip, *words], env=clean | {"PIP_CONFIG_FILE": os.devnull}, capture_output=True, text=True, check=False
    )


def test_a_new_package_that_comes_as_source_only_is_not_built(tmp_path):
    ran = _install(_source_only("newcomer", tmp_path), tmp_path)
    assert ran.returncode != 0
    assert "No matching distribution found for newcomer" in ran.stderr


def test_the_one_that_does_is_built_with_the_tools_that_are_installed(tmp_path):
    (name,) = _sources()
    line = _source_only(name, tmp_path)
    ran = _install(line, tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "target" / f"{name}.py").exists()
    ran = _install(line[:-5] + "0000\n", tmp_path)
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in ran.stderr


def test_notice_and_bill_are_those_of_the_lock():
    found = bill.packages(RUN.read_text("utf-8"), bill.LICENCES.read_text("utf-8"))
    assert {(package.name, package.version) for package in found} == {
        (name, version) for name, version, _ in ENTRY.findall(RUN.read_text("utf-8"))
    }
    assert bill.NOTICE.read_text("utf-8") == bill.notice(found), "call make bill"
    assert bill.BILL.read_text("utf-8") == bill.bill(found), "call make bill"


def test_the_bill_is_valid_and_names_no_place_to_download_from():
    from cyclonedx.schema import SchemaVersion  # noqa: PLC0415
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415

    text = bill.BILL.read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert re.findall(r'"[^"]*://[^"]*"', text) == ['"http://cyclonedx.org/schema/bom-1.6.schema.json"']


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ("MIT", "MIT"),
        ("apache-2.0", "Apache-2.0"),
        ("MIT OR GPL-3.0-only", "MIT OR GPL-3.0-only"),
        ("MIT AND (GPL-3.0-only OR Apache-2.0)", "MIT AND (GPL-3.0-only OR Apache-2.0)"),
        ("GPL-3.0-only", "not among the accepted"),
        ("MIT AND GPL-3.0-only", "not among the accepted"),
        ("Apache-2.0 WITH LLVM-exception", "not among the accepted"),
        ("BSD License", "no SPDX expression"),
        ("", "no SPDX expression"),
    ],
)
def test_a_licence_that_nobody_has_accepted_is_refused(said, result, monkeypatch):
    monkeypatch.setattr(bill, "stated", lambda _: said)
    if " no" not in f" {result}":
        assert bill.licence("made-up", KNOWN) == result
    else:
        with pytest.raises(bill.LicenceError, match=f"made-up.*{result}"):
            bill.licence("made-up", KNOWN)


def test_other_words_in_the_metadata_ask_for_a_new_look(monkeypatch):
    known = KNOWN | {"declared": {"made-up": {"licence": "MIT", "said": "Expat"}}}
    monkeypatch.setattr(bill, "stated", lambda _: "Expat")
    assert bill.licence("made-up", known) == "MIT"
    monkeypatch.setattr(bill, "stated", lambda _: "Proprietary")
    with pytest.raises(bill.LicenceError, match="read its licence again"):
        bill.licence("made-up", known)


def test_every_package_at_fault_is_named():
    with pytest.raises(bill.LicenceError, match=r"(?s)nobody-1:.*nobody-2:"):
        bill.packages("nobody-1==1.0 \\\nnobody-2==2.0 ; sys_platform == 'win32' \\\n", "accepted = []\n[declared]\n")
