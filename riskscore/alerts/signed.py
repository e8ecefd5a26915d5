"""Signed: alerts and packages of a case with the signature of their maker, in a file next to them.

watchlist.csv ─▶ watchlist.csv.sig      case.zip ─▶ case.zip.sig      case/ ─▶ case/manifest.json.sig
"""

from __future__ import annotations

from pathlib import Path

from riskscore import door, export, signatures, tree
from riskscore.digests import sha256
from riskscore.errors import SettingsError
from riskscore.settings import Settings

PURPOSE = "alerts"
ENDING = ".sig"
MANIFEST = "manifest.json"
"""The file of a package that has the checksums of all others."""


def sign(path: Path, key: Path) -> Path:
    """Sign a file, or the folder of a package, and return the file with the signature. Raises SettingsError."""
    signed = _signed(path)
    beside = signed.with_name(signed.name + ENDING)
    export.write_text(signatures.sign(PURPOSE, _digest(signed), key), beside)
    return beside


def signer(path: Path) -> str | None:
    """Return the public key that signed a file or a package, or None. Raises SettingsError if it does not fit."""
    signed = _signed(path)
    beside = signed.with_name(signed.name + ENDING)
    try:
        text = door.read(beside, signatures.LONGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except OSError as refused:
        raise SettingsError(f"cannot read {beside}: {refused.strerror}") from None
    try:
        key = signatures.signer(PURPOSE, _digest(signed), text)
    except SettingsError as wrong:
        raise SettingsError(f"{path}: {wrong}") from None
    if signed != path:
        _check_package(path)
    return key


def check(path: Path, settings: Settings) -> None:
    """Raise SettingsError if the settings name makers of alerts and none of them has signed `path`."""
    trusted = settings.signatures.get("alerts")
    if trusted:
        signatures.check(str(path), signer(path), trusted)


def _signed(path: Path) -> Path:
    signed = path / MANIFEST if path.is_dir() else path
    if not signed.is_file():
        raise SettingsError(f"there is no file {signed}")
    return signed


def _digest(path: Path) -> bytes:
    return sha256(path).encode()


def _differs(path: Path, expected: object) -> bool:
    try:
        return sha256(path) != expected
    except OSError:  # it is no file, or nobody may read it
        return True


def _check_package(folder: Path) -> None:
    """Raise SettingsError unless the files of a package are those of its manifest, and no others."""
    try:
        entries = tree.load_json(door.read(folder / MANIFEST))["files"]
        listed = {entry["file"]: entry["sha256"] for entry in entries}
    except (OSError, ValueError, LookupError, TypeError):
        raise SettingsError(f"{folder / MANIFEST} is not the list of a package") from None
    present = {path.name: path for path in folder.iterdir() if path.name not in (MANIFEST, MANIFEST + ENDING)}
    if present.keys() != listed.keys() or any(_differs(path, listed[name]) for name, path in present.items()):
        raise SettingsError(f"the files in {folder} are not those of its {MANIFEST}")
