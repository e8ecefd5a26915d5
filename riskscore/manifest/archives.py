"""Unpack a manifest: gzip, zip, or a plain file.

    file ─▶ plain | gzip | zip ─▶ members, each with the bytes of one file

Unpacking stops as soon as the total exceeds the largest size that a manifest can have, so a zip bomb does no harm.
An XLSX workbook is a zip file too, but it counts as one member, not as an archive.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from riskscore import door
from riskscore.errors import ManifestError

MAX_BYTES = 4 * 2**30
"""Largest size of an unpacked file, in bytes."""

MAX_RATIO = 250
"""Largest ratio of unpacked to packed size; manifests reach 5 to 30."""

SMALL_BYTES = 64 * 2**20
"""Unpacked size in bytes up to which the ratio is not checked."""

HEAD_BYTES = 64 * 2**10
"""How many bytes of a file are looked at to recognise its format."""

_ENTRY = b"PK\x01\x02"
_PART = 64 * 1024
_MOST_GZIP = 50_000
MOST_FILES = 5_000
"""Most files of a zip archive."""

FREE_FILES = 200
"""Most files of a zip archive however small it is."""

BYTES_PER_FILE = 1_024
"""Least number of packed bytes for each further file; each file takes some 50 ms to read, however small it is."""

_STEP = 2**20
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"


@dataclass(frozen=True)
class Member:
    """One file of the manifest: `name` for messages, and `content`, its bytes, where it was unpacked.

    A plain file stays on the disk at `path`, and `content` is None, so that large files can be read in one pass.
    """

    name: str
    content: bytes | None
    path: Path | None = None

    def open(self) -> IO[bytes]:
        """Open the bytes as a stream. Raises ManifestError where the file can no longer be opened."""
        if self.content is not None:
            return BytesIO(self.content)
        try:
            return door.open_file(self.name if self.path is None else self.path)
        except OSError as error:
            raise _unreadable(self.name, error) from None

    @cached_property
    def head(self) -> bytes:
        """The first HEAD_BYTES bytes, or all of them."""
        with self.open() as stream:
            return stream.read(HEAD_BYTES)

    @cached_property
    def data(self) -> bytes:
        """All bytes. Raises ManifestError where the file can no longer be read."""
        with self.open() as stream:
            try:
                return stream.read()
            except OSError as error:
                raise _unreadable(self.name, error) from None


def open_file(path: Path) -> list[Member]:
    """Read the file at `path` and return its members, in the order of the archive; a plain file is one member.

    Raises ManifestError where the file is missing, unreadable, empty, damaged, encrypted or unpacks to too much.
    """
    try:
        if path.is_dir():
            raise ManifestError(f"{path} is a folder; name the manifest files in it")
        with door.open_file(path) as file:
            head = file.read(len(_EMPTY_ZIP))
            size = os.fstat(file.fileno()).st_size
            is_packed = head.startswith((_GZIP, _ZIP, _EMPTY_ZIP))
            data = head + file.read(min(size, MAX_BYTES)) if is_packed else head
    except door.NotAFileError as other:
        raise ManifestError(f"{path}: {other.strerror}; name a manifest file") from None
    except FileNotFoundError:
        raise ManifestError(f"{path}: no such file; check the name and the folder") from None
    except PermissionError:
        raise ManifestError(
            f"{path}: no permission to read the file; change its permissions or run as another user"
        ) from None
    except (OSError, ValueError) as error:
        raise _unreadable(f"{path!s:.300}", error) from None
    if not data:
        raise ManifestError(f"{path} is empty; a manifest needs at least a line of headings")
    if size > MAX_BYTES and not head.startswith(b"PAR1"):
        raise ManifestError(f"{path} is larger than {MAX_BYTES:,} bytes; split it or convert it to Parquet")
    return members(str(path), data) if is_packed else [Member(str(path), None, path)]


def members(name: str, data: bytes) -> list[Member]:
    """Unpack `data`, which messages call `name`. Raises ManifestError as `open_file` does."""
    most = min(MOST_FILES, max(FREE_FILES, len(data) // BYTES_PER_FILE))
    if data.startswith((_ZIP, _EMPTY_ZIP)) and data.count(_ENTRY) > most:
        raise ManifestError(
            f"{name} contains more than {most:,} files, the most for an archive of its size; "
            "make several archives of them, or one file"
        )
    if data.startswith(_GZIP):
        unpacked = _gunzip(name, data)
        if unpacked.startswith((_GZIP, _ZIP)) and not is_workbook(unpacked):
            raise ManifestError(f"{name} is an archive within an archive; unpack the outer one first")
        if unpacked[257:262] == b"ustar":
            raise ManifestError(f"{name} contains a tar archive; unpack it, or put the files into a zip")
        return [Member(name, unpacked)]
    if data.startswith((_ZIP, _EMPTY_ZIP)) and not is_workbook(data):
        return _unzip(name, data)
    return [Member(name, data)]


def is_workbook(data: bytes) -> bool:
    """Whether `data` is a zip file with the parts of an XLSX, XLSB or OpenDocument workbook."""
    found = names(data)
    return any(part.startswith("xl/") for part in found) or is_open_document(found)


def is_open_document(parts: Collection[str]) -> bool:
    """Whether these are the parts of an OpenDocument file."""
    return "content.xml" in parts and "META-INF/manifest.xml" in parts


def names(data: bytes) -> list[str]:
    """The names of the files in a zip; none where `data` is no zip, or a damaged one."""
    if not data.startswith(_ZIP):
        return []
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeError):
        return []


def parts(name: str, data: bytes) -> dict[str, bytes]:
    """Unpack all files of a zip, within the size limit: name -> bytes, folders left out.

    Raises ManifestError where the zip is damaged, protected by a password or unpacks to too much.
    """
    budget = _Budget(name, len(data))
    unpacked: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                if info.flag_bits & 1:
                    raise ManifestError(f"{name} is protected by a password; unpack it first, or save it without one")
                with archive.open(info) as stream:
                    unpacked[info.filename] = _read_all(stream, budget)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        UnicodeError,
        LookupError,
    ) as error:
        raise ManifestError(
            f"{name} is a damaged zip archive ({_reason(error)}); download or export it again"
        ) from None
    return unpacked


def _unzip(name: str, data: bytes) -> list[Member]:
    unpacked = {
        member: content
        for member, content in parts(name, data).items()
        if not (member.startswith("__MACOSX/") or PurePosixPath(member).name.startswith("."))
    }
    if not unpacked:
        raise ManifestError(f"{name} is an archive without files; put the manifest into it")
    for member, content in unpacked.items():
        if content.startswith((_GZIP, _ZIP)) and not is_workbook(content):
            raise ManifestError(f"{name} contains another archive ({member[:100]!r}); unpack that one first")
    filled = [Member(f"{name}/{_printable(member)}", content) for member, content in unpacked.items() if content]
    if not filled:
        raise ManifestError(f"{name} contains only empty files; a manifest needs at least a line of headings")
    return filled


def _gunzip(name: str, data: bytes) -> bytes:
    """Unpack all gzip members of `data`; zero bytes after the last one are padding."""
    budget = _Budget(name, len(data))
    out = bytearray()
    data_view = view = memoryview(data)
    members = 0
    try:
        while view and bytes(view[:2]) == _GZIP:
            inflater = zlib.decompressobj(wbits=31)
            members += 1
            if members > _MOST_GZIP:
                raise ManifestError(f"{name} is more than {_MOST_GZIP:,} gzip files in one; pack it again")
            while not inflater.eof:
                if not view:
                    raise ManifestError(
                        f"{name} is a damaged gzip file (it ends too early); download or export it again"
                    )
                # In small parts, because what follows a member is copied.
                part, view = view[:_PART], view[_PART:]
                while part and not inflater.eof:
                    chunk = inflater.decompress(part, _STEP)
                    budget.spend(len(chunk))
                    out += chunk
                    part = memoryview(inflater.unconsumed_tail)
            view = data_view[len(data_view) - len(view) - len(inflater.unused_data) :]
    except zlib.error as error:
        raise ManifestError(f"{name} is a damaged gzip file ({_reason(error)}); download or export it again") from None
    if bytes(view).strip(b"\0"):
        raise ManifestError(f"{name} is a damaged gzip file (other data follows its end); download or export it again")
    if not out:
        raise ManifestError(f"{name} contains an empty file; a manifest needs at least a line of headings")
    return bytes(out)


def _read_all(stream: IO[bytes], budget: _Budget) -> bytes:
    out = bytearray()
    while chunk := stream.read(_STEP):
        budget.spend(len(chunk))
        out += chunk
    return bytes(out)


class _Budget:
    """Counts unpacked bytes. Raises ManifestError once they exceed the limit."""

    def __init__(self, name: str, packed: int) -> None:
        self.name = name
        self.packed = packed
        self.limit = min(MAX_BYTES, max(SMALL_BYTES, packed * MAX_RATIO))
        self.spent = 0

    def spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self.limit:
            raise ManifestError(
                f"{self.name} unpacks to more than {self.limit:,} bytes from {self.packed:,}, which no manifest does; "
                "check where the archive comes from"
            )


def _unreadable(name: str, error: Exception) -> ManifestError:
    return ManifestError(f"{name}: cannot be read ({_reason(error)}); check the name and the disk")


def _reason(error: Exception) -> str:
    return _printable(str(error)) or type(error).__name__


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:120]
