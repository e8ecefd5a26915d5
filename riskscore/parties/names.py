"""The fingerprint of a firm's name, which is the same for its different spellings.

    "M/S. Hải-An Imp. & Exp. Co., Ltd"  ─┐
    "HAI AN IMPORT EXPORT COMPANY LTD"  ─┼─▶ "an export hai import"
    "Export Import Hai An C/O Q Cargo"  ─┘

Case, accents, script, punctuation, legal form, usual abbreviations and the order of the words do not matter.
The legal form is dropped, because many manifests leave it out. Two firms that differ in nothing else become one, which
does less harm than a trader that looks new whenever its "Ltd" is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache, partial

import numpy as np
import polars as pl
import pyarrow as pa
from anyascii import anyascii

from riskscore import reference
from riskscore.cores import by_core

MAX_CHARS = 200
"""Characters of a name that are read; the rest is ignored."""

_ABBREVIATIONS = {
    "agency": "agencies agcy",
    "agriculture": "agri agro agric agricultural",
    "association": "assn assoc associates",
    "brothers": "bros",
    "business": "biz",
    "center": "centre ctr",
    "chemical": "chem chems chemicals",
    "commercial": "comercial coml",
    "construction": "constr const",
    "development": "dev devt",
    "distribution": "distr distributor distributors distributing distribuidora",
    "engineering": "eng engg engr",
    "enterprise": "ent entp enterprises enterprize",
    "export": "exp exports exporter exporters exporting expt exportacion exportacao exportadora exportador",
    "food": "foods",
    "forwarding": "fwd fwdg fwdr fwdrs fwdng forwarder forwarders",
    "freight": "frt frght",
    "furniture": "furn",
    "general": "gen genl gral geral",
    "global": "glb",
    "group": "grp gp groupe grupo gruppe",
    "holding": "hldg hldgs holdings",
    "import": "imp imports importer importers importing impt importacion importacao importadora importador",
    "import export": "impex imex impexp imexport",
    "industry": "ind inds indus industries industrial industria industrias",
    "international": "intl int intnl internat internacional internationale",
    "investment": "inv invest invt investments",
    "logistics": "logistic logistica logistik logistique",
    "machinery": "mach machineries",
    "manufacturing": "mfg mfr mfrs mnfg manuf manufacture manufacturer manufacturers manufactory",
    "marketing": "mktg mkt",
    "material": "matl matls mat materials",
    "plastic": "plas plastics",
    "product": "prod prods products produtos productos",
    "service": "svc svcs serv services servicios servicos",
    "shipping": "shpg shipg",
    "supply": "supp supplies supplier suppliers",
    "technology": "tech technologies tecnologia",
    "textile": "tex textiles",
    "trading": "trdg trd trdng tdg trade trader traders",
    "transport": "transp trans transports transportation transporte transportes",
    "warehouse": "whse warehousing",
    "wholesale": "whsl wholesaler wholesalers",
}
"""Word -> its abbreviations, plurals and related words on bills of lading."""

_JOINING = ("and", "the", "of", "y", "e", "et", "und", "de", "da", "do", "del", "der", "la", "le", "el", "for")
_MESSRS = r"^\W*(?:m/s|messrs)\b"
_AGENT_OF = r"^.*\b(?:on behalf of|o/b/o|o/b of|as agents? (?:only )?(?:for|of)|for (?:the )?account of)\b"
_CARE_OF = r"\b(?:c/o|care of|attn|attention|d/b/a|t/a|trading as \w+)\b.*$"
_TAX_NUMBER = r"\b(?:tax (?:id|code|no)|vat|usci|ruc|cnpj|eori|gstin|gst|iec|cuit|npwp|mst)\b[^0-9]{0,12}[0-9]{4}.*$"
_OTHER_TEXT = "|".join(
    pattern.removeprefix("^.*").removesuffix(".*$") for pattern in (_MESSRS, _AGENT_OF, _CARE_OF, _TAX_NUMBER)
)
_SHORT = 2
_INITIALS_MAX = 4
_INITIALS = r"\b[a-z]\."
_IDEOGRAPH = r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]"


def fingerprints(names: pl.Series) -> pl.Series:
    """Return the fingerprint of each of `names` (String, any length), in their order; null where no word is left.

    Pass distinct names, because each one is read. Raises ReferenceDataError where the table of legal forms is missing.
    """
    legal_forms()  # fills the cache before the threads start
    return by_core(names, _fingerprints)


def spelt_out(names: pl.Series) -> pl.Series:
    """Return the words of each of `names` (String) in their written order: ASCII, no legal forms, no abbreviations.

    A fingerprint has the same words in alphabetical order. Raises ReferenceDataError as `fingerprints` does.
    """
    short, full = _abbreviations()
    words = pl.element().replace(short, full)
    bare = _bare(names).fill_null("").str.split(" ").list.eval(words).list.join(" ")
    return bare.alias(names.name)


def common_words() -> frozenset[str]:
    """Return the words that many firms have in their names, as `spelt_out` writes them."""
    return frozenset(word for words in _ABBREVIATIONS for word in words.split())


def _fingerprints(names: pl.Series) -> pl.Series:
    return _in_order(_bare(names)).alias(names.name)


def _bare(names: pl.Series) -> pl.Series:
    """The plain words of each of `names` without the legal form, in their written order."""
    forms, glyphs = legal_forms()
    text = where_found(_ascii(names.str.slice(0, MAX_CHARS), glyphs), _OTHER_TEXT, _principal)
    plain = _plain(where_found(text, _INITIALS, _joined))
    bare = plain
    for pattern in forms:
        bare = where_found(bare, pattern, partial(_without, pattern))
    bare = bare.zip_with(bare != "", plain)
    for words, pattern in _shorts_of_several().items():
        bare = where_found(bare, pattern, partial(_spelt_out, pattern, words))
    return bare


def _in_order(texts: pl.Series) -> pl.Series:
    """The distinct words of each of `texts` in alphabetical order, abbreviations spelt out; null without any word.

    Words are sorted as numbers, text after text, because lists of texts sort ten times slower.
    """
    words = texts.fill_null("").str.split(" ")  # an empty text has no words, and `explode` gives one null for it
    each = words.explode().fill_null("")
    distinct = pl.DataFrame({"word": each, "hash": each.hash()})[each.hash().arg_unique()]
    short, full = _abbreviations()
    spelt = distinct.with_columns(pl.col("word").replace(short, full))
    alphabet = spelt["word"].unique().sort()
    order = pl.DataFrame({"word": alphabet}).with_row_index("rank").cast({"rank": pl.Int64})
    ranks = spelt.join(order, on="word", how="left").select("hash", "rank")
    rank = pl.DataFrame({"hash": each.hash()}).join(ranks, on="hash", how="left", maintain_order="left")["rank"]
    text = np.repeat(np.arange(texts.len()), np.maximum(words.list.len().to_numpy(), 1))
    packed = np.sort(text * alphabet.len() + rank.to_numpy())
    packed = packed[np.diff(packed, prepend=-1) > 0]
    ends = np.cumsum(np.bincount(packed // alphabet.len(), minlength=texts.len()))
    ordered = alphabet.gather(packed % alphabet.len()).to_arrow()
    offsets = np.concatenate(([0], ends)).astype(np.int64)
    # From the buffer, because Arrow loads pandas for a numpy array.
    starts = pa.Array.from_buffers(pa.int64(), len(offsets), [None, pa.py_buffer(offsets)])
    lists = pl.Series(pa.LargeListArray.from_arrays(starts, ordered), dtype=pl.List(pl.String))
    return lists.to_frame("text").select(_full(pl.col("text").list.join(" "))).to_series()


def _full(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _spelt_out(pattern: str, words: str, text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(pattern, words)


def where_found(texts: pl.Series, pattern: str, change: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Apply `change` to those of `texts` that contain `pattern`; most names need few of the changes."""
    return where(texts, texts.str.contains(pattern), change)


def where(texts: pl.Series, mask: pl.Series, change: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    """Apply `change` to those of `texts` where `mask` (Boolean, null counts as False) is True."""
    mask = mask.fill_null(False)
    if not mask.any():
        return texts
    changed = texts.filter(mask).to_frame("text").select(change(pl.col("text"))).to_series()
    return changed.alias(texts.name) if mask.all() else texts.clone().scatter(mask.arg_true(), changed)


def _ascii(names: pl.Series, glyphs: str) -> pl.Series:
    """Lower-case ASCII. Legal forms in scripts without spaces are cut out first, while they can be recognised."""
    foreign = is_foreign(names)
    if foreign.any():
        full = names.filter(foreign)
        cut = where_found(full, glyphs, lambda text: text.str.replace_all(glyphs, " ")) if glyphs else full
        readable = [anyascii(short if short.strip() else name) for short, name in zip(cut, full, strict=True)]
        names = names.clone().scatter(foreign.arg_true(), pl.Series(readable, dtype=pl.String))
    return names.str.to_lowercase()


def is_foreign(names: pl.Series) -> pl.Series:
    """Return whether each of `names` contains a character beyond ASCII (Boolean); False where it is null."""
    return (names.str.len_bytes() != names.str.len_chars()).fill_null(False)


def _principal(text: pl.Expr) -> pl.Expr:
    """The firm that is meant: the text before 'c/o' or after 'on behalf of', without 'Messrs' and tax numbers."""
    for other in (_MESSRS, _AGENT_OF, _CARE_OF, _TAX_NUMBER):
        rest = text.str.replace(other, "")
        text = pl.when(rest.str.contains("[a-z]")).then(rest).otherwise(text)
    return text


def _joined(text: pl.Expr) -> pl.Expr:
    """Join initials with dots into one word: 's.a.' and 's.a' become 'sa'."""
    return (
        text.str.replace_all(r"[<>]", " ")
        .str.replace_all(r"\.([a-z])\b", ".$1.")
        .str.replace_all(r"\.+", ".")
        .str.replace_all(r"\b([a-z])\.", "<$1>")
        .str.replace_all("><", "", literal=True)
        .str.replace_all(r"[<>]", " ")
    )


def _plain(texts: pl.Series) -> pl.Series:
    """Letters, digits and single spaces; single letters next to each other become one word."""
    texts = where_found(texts, r"['`^\"]", lambda text: text.str.replace_all(r"['`^\"]", ""))
    texts = where_found(texts, r"[^a-z0-9 ]|  ", lambda text: text.str.replace_all(r"[^a-z0-9]+", " "))
    spaced = pl.select(pl.concat_str(pl.lit(" "), texts, pl.lit(" "))).to_series()
    joining = spaced.str.contains_any([f" {word} " for word in _JOINING])
    texts = where(texts, joining, partial(_without, rf"\b(?:{'|'.join(_JOINING)})\b"))
    return where_found(texts, r"\b[a-z]\b", _initials).str.strip_chars(" ")


def _initials(text: pl.Expr) -> pl.Expr:
    return (
        text.str.replace_all(r"\b([a-z])\b", "<$1>")
        .str.replace_all("> <", "", literal=True)
        .str.replace_all(r"[<>]", "")
    )


def _without(pattern: str, text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(pattern, " ").str.replace_all(r"  +", " ").str.strip_chars(" ")


@cache
def _abbreviations() -> tuple[list[str], list[str]]:
    pairs = [(short, word) for word, shorts in _ABBREVIATIONS.items() for short in shorts.split()]
    return [short for short, _ in pairs], [word for _, word in pairs]


@cache
def _shorts_of_several() -> dict[str, str]:
    """Several words -> pattern of the abbreviations that mean all of them."""
    several = {word: shorts.split() for word, shorts in _ABBREVIATIONS.items() if " " in word}
    return {word: rf"\b(?:{'|'.join(shorts)})\b" for word, shorts in several.items()}


def legal_forms() -> tuple[list[str], str]:
    """Return patterns of legal forms in plain text, and one pattern of those in scripts without spaces ('' for none).

    Raises ReferenceDataError where the table of legal forms is missing or malformed.
    """
    return _patterns(tuple(reference.legal_forms()["form"].drop_nulls().unique().sort()))


@cache
def _patterns(forms: tuple[str, ...]) -> tuple[list[str], str]:
    series = pl.Series("form", forms, dtype=pl.String)
    unspaced = series.str.contains(_IDEOGRAPH)
    glyphs = "|".join(re.escape(form) for form in sorted(series.filter(unspaced), key=len, reverse=True))
    plain = {form for form in _plain(where_found(_ascii(series.filter(~unspaced), ""), _INITIALS, _joined)) if form}
    return _anywhere([form for form in plain if len(form) > _SHORT]) + _at_the_ends(
        [form for form in plain if 1 < len(form) <= _SHORT]
    ), glyphs


def _anywhere(forms: Iterable[str]) -> list[str]:
    """Pattern of `forms`, longest first; a form of initials may also have spaces in it ('s.a r.l.')."""
    pieces = [" ?".join(form.replace(" ", "")) if _is_initials(form) else form for form in _longest_first(forms)]
    return [rf"\b(?:{'|'.join(pieces)})\b"] if pieces else []


def _is_initials(form: str) -> bool:
    return len(form) <= _INITIALS_MAX or (
        len(form) <= 2 * _INITIALS_MAX and max(map(len, form.split())) < _INITIALS_MAX
    )


def _at_the_ends(forms: Iterable[str]) -> list[str]:
    """Patterns of two-letter `forms` before and after a name; inside a name they may be ordinary words."""
    either = "|".join(_longest_first(forms))
    return [rf"^(?:(?:{either})\b ?)+", rf"(?:\b(?:{either})(?: |$))+$"] if either else []


def _longest_first(forms: Iterable[str]) -> list[str]:
    return sorted(forms, key=lambda form: (-len(form), form))
