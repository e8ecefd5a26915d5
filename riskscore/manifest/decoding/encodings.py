"""Recognise the encoding of a text manifest: any usual encoding in, UTF-8 out.

The checks go from certain to likely: a byte order mark, the zero bytes of UTF-16, valid UTF-8, and then the likeliest
of many code pages (code_pages.py). A note names the others that are nearly as likely, and how to say the right one.
"""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass, replace

from riskscore.errors import ManifestError
from riskscore.manifest.decoding import code_pages, mojibake

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NO_TEXTS = frozenset(("unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "utf_7"))
"""Encodings of Python that are no encodings of files; some of them run over what they read."""

_ESCAPES = ((b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"), (b"\x1b$)C", "iso2022_kr"))
_WAY_OUT = 'say it with --encoding NAME, or encoding = "NAME" under [reading] in the column map'
_SAMPLE = 64 * 1024
_STEP = 2**20
_INVALID = 0.05
_CONTROLS = bytes((*range(0x01, 0x09), *range(0x10, 0x1A)))
"""Control characters that no text has; the others separate lines, pages and fields, or change the code page."""

_MOST_CONTROLS = 0.03
"""Largest share of these in a damaged text; of random bytes they are 7%."""

_NAMED = 4
_WORDS = 30


@dataclass(frozen=True)
class Decoded:
    """Text as UTF-8 bytes without a byte order mark, the encoding of the file, and notes on doubts and damage."""

    text: bytes
    encoding: str
    notes: tuple[str, ...] = ()


def decode(name: str, data: bytes, encoding: str | None = None) -> Decoded:
    """Turn `data` into UTF-8, from `encoding` if a person says it.

    Raises ManifestError where it is not text in any of the encodings, or `encoding` is not known.
    """
    said = _known(name, encoding) if encoding else None
    for mark, marked in _MARKS:
        if data.startswith(mark):
            decoded = _transcode(name, data[len(mark) :], marked)
            if said and not marked.startswith(said):
                note = f"the file begins with the mark of {marked}, so it was not read as {encoding}"
                decoded = replace(decoded, notes=(note, *decoded.notes))
            break
    else:
        decoded = _transcode(name, data, said) if said else _recognised(name, data)
        if said and not said.startswith("utf") and not data.isascii() and _is_utf8(data):
            note = f"the file is valid UTF-8, but was read as {encoding}, as you asked"
            decoded = replace(decoded, notes=(note, *decoded.notes))
    if not decoded.encoding.startswith("utf") or decoded.text.isascii():
        return decoded
    repaired = mojibake.repair(decoded.text)
    return replace(decoded, text=repaired.text, notes=(*decoded.notes, *repaired.notes))


def _recognised(name: str, data: bytes) -> Decoded:
    if wide := _wide(data[:_SAMPLE]):
        return _transcode(name, data, wide)
    if data.isascii():
        has_escapes = b"\x1b" in data
        escaped = next((codec for escape, codec in _ESCAPES if has_escapes and escape in data), "")
        return _transcode(name, data, escaped) if escaped else Decoded(data, "utf-8")
    if _is_utf8(data):
        return Decoded(data, "utf-8")
    sample = _foreign_lines(data)
    if _invalid_share(sample) < _INVALID:
        return _transcode(name, data, "utf-8")
    return _guessed(name, data, sample)


def _known(name: str, encoding: str) -> str:
    """The codec of an encoding that a person says. Raises ManifestError where it is not known."""
    try:
        codec = codecs.lookup(encoding.strip()).name.replace("-", "_")
        b"a".decode(codec)
    except (LookupError, ValueError):
        codec = "undefined"
    if codec in _NO_TEXTS:
        raise ManifestError(
            f"{name}: '{encoding[:40]}' is not a known encoding; name one with --encoding, such as utf-8, cp1252, "
            "cp1251, koi8_r, gb18030, big5, shift_jis or euc_kr"
        )
    return codec.replace("_", "-") if codec.startswith("utf") else codec


def _guessed(name: str, data: bytes, sample: bytes) -> Decoded:
    """Read `data` in the likeliest code page; a note names others that would give another text.

    Raises ManifestError where the `sample` has so many control characters that it is no text at all.
    """
    if len(sample) - len(sample.translate(None, _CONTROLS)) > _MOST_CONTROLS * len(sample):
        raise _unreadable(name)
    found = code_pages.find(sample + b"\n" + _unseen_lines(data, sample))
    decoded = _transcode(name, data, found.codec)
    if not found.others:
        return decoded
    word = code_pages.telling(sample, (found.codec, *found.others))
    others = [f"{codec} ({_shown(word, codec)})" for codec in found.others[:_NAMED]]
    more = f" and {len(found.others) - _NAMED} more" if len(found.others) > _NAMED else ""
    note = (
        f"the encoding is not certain: it was read as {found.codec} ({_shown(word, found.codec)}), but may be "
        f"{', '.join(others)}{more}; {_WAY_OUT}"
    )
    return replace(decoded, notes=(note, *decoded.notes))


def _shown(word: bytes, codec: str) -> str:
    return repr(word.decode(codec, errors="replace")[:_WORDS])


def _transcode(name: str, data: bytes, encoding: str) -> Decoded:
    if encoding == "utf-8" and _is_utf8(data):
        return Decoded(data, encoding)
    try:
        text, characters = _in_steps(data, encoding, "strict")
        notes: tuple[str, ...] = ()
    except UnicodeDecodeError:
        text, characters = _in_steps(data, encoding, "replace")
        damaged = text.count("\ufffd".encode())
        notes = (f"{damaged:,} characters are damaged (not valid {encoding}); export the file as UTF-8",)
    if characters > 20 and text.count(0) > characters / 2:
        raise _unreadable(name)
    if encoding == "cp1258":  # it writes the tones apart from their vowels
        text = unicodedata.normalize("NFC", text.decode("utf-8")).encode("utf-8")
    return Decoded(text, encoding, notes)


def _unreadable(name: str) -> ManifestError:
    return ManifestError(
        f"{name} is not in a format that can be read; export the manifest as CSV, XLSX, JSON or Parquet"
    )


def _in_steps(data: bytes, encoding: str, errors: str) -> tuple[bytes, int]:
    """`data` as UTF-8 and its number of characters; a text takes up to four bytes for each, so never all is one."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    out, characters = bytearray(), 0
    for start in range(0, max(len(data), 1), _STEP):
        text = decoder.decode(data[start : start + _STEP], start + _STEP >= len(data))
        out += text.encode("utf-8", errors="replace")
        characters += len(text)
    return bytes(out), characters


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


def _unseen_lines(data: bytes, sample: bytes) -> bytes:
    """A line for each byte beyond ASCII that is in `data` and not in `sample`, so that no letter is left unjudged."""
    seen = set(sample)
    lines: list[bytes] = []
    for byte in range(0x80, 0x100):
        if byte in seen or (place := data.find(byte)) < 0:
            continue
        start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
        lines.append(data[max(start, place - 200) : min(end if end > 0 else len(data), place + 200)])
        seen.update(lines[-1])
    return b"\n".join(lines)


def _invalid_share(sample: bytes) -> float:
    """Share of the characters beyond ASCII that are not valid UTF-8."""
    text = sample.decode("utf-8", errors="replace")
    beyond = sum(map((0x7F).__lt__, map(ord, text)))
    return text.count("\ufffd") / beyond if beyond else 1.0
