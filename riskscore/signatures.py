"""Signatures: Ed25519 keys of those who make models and alerts, and their signatures of bytes.

    key pair ─▶ private key (PEM, only for its owner) ─▶ sign ─▶ {"public_key": ..., "signature": ...}
            └─▶ public key (44 characters) ─▶ [signatures] of the settings of those who check

What is signed begins with its purpose, so that the signature of a model never fits anything else. `cryptography` loads
only where something is signed or checked.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Collection
from pathlib import Path

from riskscore import door, tree
from riskscore.errors import SettingsError

LONGEST = 10_000
"""Bytes of a key file or a signature."""

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_key(path: Path) -> str:
    """Write a new private key, which only its owner can read, and return the public key.

    Raises SettingsError if the file exists or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization as form  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(pem)
        except OSError:
            path.unlink()  # part of a key is none, and would be in the way of the next try
            raise
    except FileExistsError:
        raise SettingsError(f"{path} exists already; a key is never overwritten, so choose another name") from None
    except OSError as refused:
        raise SettingsError(f"cannot write {path}: {refused.strerror}") from None
    return _text(key.public_key().public_bytes_raw())


def sign(purpose: str, content: bytes, key_file: Path) -> str:
    """Return the signature of `content` for `purpose` as JSON text.

    Raises SettingsError if the file is no private key, or others than its owner can read it.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    pem = _read_key(key_file)
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError):  # never with the library's words, which may quote the key
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(f"{key_file} is not a private key that `riskscore keys` made")
    signed = {
        "public_key": _text(key.public_key().public_bytes_raw()),
        "signature": _text(key.sign(_said(purpose, content))),
    }
    return json.dumps(signed, indent=1) + "\n"


def signer(purpose: str, content: bytes, text: str) -> str:
    """Return the public key that signed `content`, by the signature `text`. Raises SettingsError if it does not fit."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        signed = tree.load_json(text[:LONGEST])
        public = signed["public_key"]
        key = Ed25519PublicKey.from_public_bytes(_bytes(public))
        key.verify(_bytes(signed["signature"]), _said(purpose, content))
    except (ValueError, TypeError, LookupError, InvalidSignature):
        raise SettingsError("its signature does not fit its content") from None
    return str(public)


def check(what: str, found: str | None, trusted: Collection[str]) -> None:
    """Raise SettingsError unless `found`, the public key that signed `what`, is one of the `trusted` keys."""
    if found is None:
        raise SettingsError(f"{what} is not signed, and the settings ask for a signature ([signatures])")
    if found not in trusted:
        raise SettingsError(f"{what} is signed with the key {found}, which is not in the settings ([signatures])")


def is_public_key(text: object) -> bool:
    """Whether it is a public key as `make_key` returns it."""
    try:
        return isinstance(text, str) and len(_bytes(text)) == 32
    except ValueError:
        return False


def _read_key(path: Path) -> bytes:
    try:
        with door.open_file(path) as stream:
            if os.fstat(stream.fileno()).st_mode & _OTHERS:
                raise SettingsError(f"others can read {path}: make it private with `chmod 600`")
            return stream.read(LONGEST)
    except FileNotFoundError:
        raise SettingsError(f"there is no key file {path}; `riskscore keys FILE` makes one") from None
    except OSError as refused:
        raise SettingsError(f"cannot read {path}: {refused.strerror}") from None


def _said(purpose: str, content: bytes) -> bytes:
    return f"riskscore {purpose}\n".encode() + content


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
