"""Recognise the encoding of a text manifest: any usual encoding in, UTF-8 out.

The checks go from certain to likely: a byte order mark, the zero bytes of UTF-16, valid UTF-8, Chinese text in GB18030
(most pairs of bytes are everyday characters), and then the likeliest of the Windows code pages.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from riskscore.errors import ManifestError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WINDOWS = ("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1258")
_SAMPLE = 64 * 1024
_STEP = 16 * 2**20
_JUDGED = 16 * 1024
_INVALID = 0.05
_EVERYDAY = 0.9


@dataclass(frozen=True)
class Decoded:
    """Text as UTF-8 bytes without a byte order mark, the encoding of the file, and notes on damaged characters."""

    text: bytes
    encoding: str
    notes: tuple[str, ...] = ()


def decode(name: str, data: bytes) -> Decoded:
    """Turn `data` into UTF-8. Raises ManifestError where it is not text in any of the encodings."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _transcode(name, data[len(mark) :], encoding)
    if wide := _wide(data[:_SAMPLE]):
        return _transcode(name, data, wide)
    if data.isascii() or _is_utf8(data):
        return Decoded(data, "utf-8")
    sample = _foreign_lines(data)
    if _invalid_share(sample) < _INVALID:
        return _transcode(name, data, "utf-8")
    if _is_chinese(sample):
        return _transcode(name, data, "gb18030")
    return _transcode(name, data, _windows(sample[:_JUDGED]))


def _transcode(name: str, data: bytes, encoding: str) -> Decoded:
    if encoding == "utf-8" and _is_utf8(data):
        return Decoded(data, encoding)
    try:
        text = data.decode(encoding)
        notes: tuple[str, ...] = ()
    except UnicodeDecodeError:
        text = data.decode(encoding, errors="replace")
        notes = (
            f"{text.count(chr(0xFFFD)):,} characters are damaged (not valid {encoding}); export it again as UTF-8",
        )
    if len(text) > 20 and text.count("\0") > len(text) / 2:
        raise ManifestError(
            f"{name} is not in a format that can be read; export the manifest as CSV, XLSX, JSON or Parquet"
        )
    return Decoded(text.encode("utf-8", errors="replace"), encoding, notes)


def _wide(sample: bytes) -> str | None:
    """Recognise UTF-16 without a byte order mark: every other byte of plain text is zero."""
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return None


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _STEP):
            decoder.decode(data[start : start + _STEP])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _foreign_lines(data: bytes) -> bytes:
    """Lines with more than ASCII characters, from all parts of the file, up to _SAMPLE bytes."""
    lines, size = [], 0
    step = max(1, len(data) // (4 * 2**20))
    for start in range(0, len(data), step * _SAMPLE):
        for line in data[start : start + _SAMPLE].splitlines():
            if not line.isascii():
                lines.append(line[:2000])
                size += len(lines[-1])
                if size > _SAMPLE:
                    return b"\n".join(lines)
    return b"\n".join(lines)


def _invalid_share(sample: bytes) -> float:
    """Share of the characters beyond ASCII that are not valid UTF-8."""
    text = sample.decode("utf-8", errors="replace")
    beyond = sum(map((0x7F).__lt__, map(ord, text)))
    return text.count("\ufffd") / beyond if beyond else 1.0


def _is_chinese(sample: bytes) -> bool:
    """Whether nearly all characters beyond ASCII are in GB 2312, the everyday characters and symbols."""
    try:
        text = sample.decode("gb18030", errors="strict")
    except UnicodeDecodeError:
        text = sample.decode("gb18030", errors="ignore")
        if len(text.encode("gb18030")) < len(sample) - 4 - len(sample) // 200:
            return False
    beyond = [c for c in text if ord(c) > 0x7F]
    everyday = sum(len(c.encode("gb2312", errors="ignore")) == 2 for c in beyond)
    return bool(beyond) and everyday >= _EVERYDAY * len(beyond)


def _windows(sample: bytes) -> str:
    """The code page in which `sample` is the least messy and the most like a language.

    Manifests are in capitals, in which charset-normalizer recognises few languages, so it is given small letters.
    """
    import charset_normalizer  # noqa: PLC0415  (slow to load, and most files are UTF-8)

    best = ("latin-1", float("inf"))
    for encoding in _WINDOWS:
        try:
            small = sample.decode(encoding).lower().encode()
        except UnicodeDecodeError:
            continue
        match = charset_normalizer.from_bytes(small, cp_isolation=["utf_8"], threshold=1.0).best()
        unlikely = match.chaos - match.coherence / 4 if match else 1.0
        if unlikely < best[1]:
            best = (encoding, unlikely)
    return best[0]
