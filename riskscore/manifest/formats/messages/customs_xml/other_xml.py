"""XML that is no manifest: known messages are left aside by name, and all else is refused with the name of its root."""

from __future__ import annotations

import re

from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.file import File
from riskscore.manifest.formats.messages.customs_xml.xml_opening import Opening, opening
from riskscore.manifest.formats.table import Count, Table

_NUMBERED = re.compile(r"(?:cc|cd|ie|gb)(\d{3})[a-z]{0,2}")
_BY_NUMBER = {
    "004": "an answer of customs on a transit declaration",
    "013": "an amendment of a transit declaration",
    "015": "a transit declaration",
    "029": "a release for transit",
    "304": "an answer of customs that accepts an amendment",
    "305": "an answer of customs that rejects an amendment",
    "316": "an answer of customs that rejects an entry summary declaration",
    "323": "a request to divert a ship",
    "328": "an answer of customs that accepts an entry summary declaration",
    "347": "a notification of arrival",
    "351": "a notice of customs on goods that must not be loaded or will be checked",
    "515": "an export declaration",
    "615": "an exit summary declaration",
    "906": "an answer of customs on errors",
    "917": "an answer of customs on damaged XML",
}
_BY_NAME = {
    "awsad": "a goods declaration (ASYCUDA SAD)",
    "sad": "a goods declaration (SAD)",
    "asycuda": "a goods declaration (ASYCUDA SAD)",
    "awresponse": "an answer of ASYCUDA",
    "envelope": "a SOAP envelope without a message that is known",
    "schema": "an XML schema",
    "stylesheet": "a style sheet",
    "rss": "a news feed",
    "svg": "a picture",
    "workbook": "a workbook as XML; save it as XLSX",
}


def sniff(file: File) -> bool:
    """Whether the file is XML; those of the messages that are known are asked first."""
    return opening(file) is not None


def read(file: File, _: Count) -> list[Table]:
    """Raise LeftAsideError for a message that is known and no manifest, and ManifestError for all other XML."""
    head = opening(file) or Opening()
    if head.doctype:
        raise ManifestError(
            f"{file.name} has a document type declaration (DOCTYPE), with which a file can harm its reader; "
            "remove it, as no manifest needs one"
        )
    if head.unknown_encoding:
        raise ManifestError(
            f"{file.name} is XML in the encoding {head.unknown_encoding[:40]!r}, which is not known; save it as UTF-8"
        )
    if not head.names:
        raise ManifestError(
            f"{file.name} is XML without an element in its first {len(file.head):,} bytes; it is damaged, or begins "
            "with a long comment that must go"
        )
    for name in head.names:
        if found := _NUMBERED.fullmatch(name):
            what = _BY_NUMBER.get(found[1], "a message of a customs system")
            raise LeftAsideError(file.name, f"{what} ({name.upper()})")
        if name in _BY_NAME and name == next(iter(head.names)):
            raise LeftAsideError(file.name, _BY_NAME[name])
    raise ManifestError(
        f"{file.name} is XML with root <{head.root[:60]}>: no message that is known; export the manifest as CSV, XLSX, "
        "JSON or Parquet, or as a message that is read"
    )
