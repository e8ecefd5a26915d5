"""The checksum of a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from riskscore import door


def sha256(path: Path) -> str:
    """SHA-256 of a file's content, in hex. Raises OSError if it is no file, or cannot be read."""
    with door.open_file(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
