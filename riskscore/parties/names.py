"""Fingerprint of a firm's name: what its spellings have in common.

    "M/S. Hải-An Imp. & Exp. Co., Ltd"  ─┐
    "HAI AN IMPORT EXPORT COMPANY LTD"  ─┼─▶ "an export hai import"
    "Export Import Hai An C/O Q Cargo"  ─┘

Case, accents, script, punctuation, legal form, usual abbreviations and the order of the words do not matter.
The legal form is dropped, because manifests leave it out at will: two firms that differ in nothing else become
one, which costs less than a trader that looks new whenever its "Ltd" is missing.
"""

from __future__ import annotations

from functools import cache

import polars as pl
from anyascii import anyascii

from riskscore import reference

MAX_CHARS = 200
"""A name is read this far; whatever follows is no name."""

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
"""Word -> its abbreviations, plurals and close relatives on bills of lading."""

_JOINING = r"\b(?:and|the|of|y|e|et|und|de|da|do|del|der|la|le|el|for)\b"
_AGENT_OF = r"^.*\b(?:on behalf of|o/b/o|as agents? (?:only )?(?:for|of)|for (?:the )?account of)\b"
_CARE_OF = r"(?:\bc/o\b|\bcare of\b|\battn\b|\battention\b|\bd/b/a\b|\bt/a\b|\btrading as\b).*$"
_TAX_NUMBER = r"\b(?:tax (?:id|code|no)|vat|usci|ruc|cnpj|eori|gstin|gst|iec|cuit|npwp|mst)\b[^0-9]{0,12}[0-9]{4}.*$"
_IDEOGRAPH = r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]"


def fingerprints(names: pl.Series) -> pl.Series:
    """Fingerprint of each of `names` (String, any length), in their order; null where nothing is left of one.

    Meant for distinct names: it reads every one that it gets. Raises ReferenceDataError without legal forms.
    """
    words, glyphs = _legal_forms()
    text = _ascii(names.str.slice(0, MAX_CHARS), glyphs).alias("text")
    plain = _plain(_principal(pl.col("text")))
    frame = text.to_frame().select(plain=plain).with_columns(bare=_without(pl.col("plain"), words))
    named = pl.when(pl.col("bare") == "").then("plain").otherwise("bare")
    short, full = _abbreviations()
    unordered = named.str.split(" ").list.eval(pl.element().replace(short, full)).list.join(" ")
    ordered = unordered.str.split(" ").list.unique().list.sort().list.join(" ")
    return frame.select(pl.when(ordered != "").then(ordered)).to_series().rename(names.name)


def _ascii(names: pl.Series, glyphs: str) -> pl.Series:
    """Lower-case ASCII. Legal forms in scripts without spaces are cut out first: later nothing parts them."""
    foreign = names.str.contains(r"[^\x00-\x7F]").fill_null(False)
    if foreign.any():
        kept = names.filter(foreign)
        cut = kept.str.replace_all(glyphs, " ") if glyphs else kept
        cut = pl.select(pl.when(cut.str.contains(r"\p{L}")).then(cut).otherwise(kept)).to_series()
        readable = pl.Series([anyascii(name) for name in cut], dtype=pl.String)
        names = names.scatter(foreign.arg_true(), readable)
    return names.str.to_lowercase()


def _principal(text: pl.Expr) -> pl.Expr:
    """The firm that is meant: before 'c/o', after 'on behalf of', without 'Messrs' and tax numbers."""
    text = text.str.replace(r"^\W*(?:m/s|messrs)\b", "")
    for other in (_AGENT_OF, _CARE_OF, _TAX_NUMBER):
        rest = text.str.replace(other, "")
        text = pl.when(rest.str.contains("[a-z]")).then(rest).otherwise(text)
    return text


def _plain(text: pl.Expr) -> pl.Expr:
    """Letters, digits and single spaces; 'S.A.', 's a' and 'SA' become one word."""
    return (
        text.str.replace_all(r"['`^\"<>]", "")
        .str.replace_all(r"\.([a-z])\b", ".$1.")
        .str.replace_all(r"\.+", ".")
        .str.replace_all(r"\b([a-z])\.", "<$1>")
        .str.replace_all("><", "", literal=True)
        .str.replace_all(r"[^a-z0-9]+", " ")
        .str.replace_all(_JOINING, " ")
        .str.replace_all(r" +", " ")
        .str.replace_all(r"\b([a-z])\b", "<$1>")
        .str.replace_all("> <", "", literal=True)
        .str.replace_all(r"[<>]", "")
        .str.strip_chars()
    )


def _without(text: pl.Expr, forms: str) -> pl.Expr:
    if not forms:
        return text
    return text.str.replace_all(forms, " ").str.replace_all(r" +", " ").str.strip_chars()


@cache
def _abbreviations() -> tuple[list[str], list[str]]:
    pairs = [(short, word) for word, shorts in _ABBREVIATIONS.items() for short in shorts.split()]
    return [short for short, _ in pairs], [word for _, word in pairs]


def _legal_forms() -> tuple[str, str]:
    """Two patterns: legal forms as whole words of plain text, and those in scripts without spaces."""
    return _patterns(tuple(reference.legal_forms()["form"].drop_nulls().unique().sort()))


@cache
def _patterns(forms: tuple[str, ...]) -> tuple[str, str]:
    series = pl.Series("form", forms, dtype=pl.String)
    unspaced = series.str.contains(_IDEOGRAPH)
    glyphs = sorted(series.filter(unspaced), key=len, reverse=True)
    ascii_forms = _ascii(series.filter(~unspaced), "").to_frame().select(_plain(pl.col("form"))).to_series()
    words = sorted({form for form in ascii_forms if form}, key=lambda form: (-len(form), form))
    return (rf"\b(?:{'|'.join(words)})\b" if words else "", f"(?:{'|'.join(glyphs)})" if glyphs else "")
