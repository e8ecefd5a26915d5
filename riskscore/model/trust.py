"""Trust: whether a model has the signature of a maker that the settings name.

    [signatures]
    models = ["<public key>", ...]      no other model is used, but the one that ships with the program

The signature is of the checksum of card, trees and calibration, and stands in the model's folder.
"""

from __future__ import annotations

from pathlib import Path

from riskscore import export, folders, signatures
from riskscore.errors import ModelError, SettingsError
from riskscore.model import archive
from riskscore.model.archive import SIGNATURE, Files
from riskscore.settings import Settings

PURPOSE = "model"


def check(name: str, files: Files, settings: Settings) -> None:
    """Raise ModelError if the settings name makers of models and none of them has signed these files."""
    trusted = settings.signatures.get("models")
    if not trusted or archive.checksum(files) == archive.checksum(archive.read(folders.default_model())):
        return
    try:
        signatures.check(f"the model {name}", signer(files), trusted)
    except SettingsError as refused:
        raise ModelError(str(refused)) from None


def signer(files: Files) -> str | None:
    """Return the public key of the maker, or None if there is no signature. Raises SettingsError if it does not fit."""
    if SIGNATURE not in files:
        return None
    return signatures.signer(PURPOSE, archive.checksum(files).encode(), files[SIGNATURE])


def sign(folder: Path, key: Path) -> str:
    """Sign the model in `folder` and return the public key. Raises ModelError and SettingsError."""
    files = archive.read(folder)
    text = signatures.sign(PURPOSE, archive.checksum(files).encode(), key)
    export.write_text(text, folder / SIGNATURE)
    return str(signer({**files, SIGNATURE: text}))
