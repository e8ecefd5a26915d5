"""What a firm's name says, whatever its script: words of its own, words that many have, places and numbers.

    "深圳市海安进出口有限公司"               ─┐
    "Shenzhen Haian Import & Export Co"     ─┼─▶ own: haian · common: import export · place: shenzhen
    "HAI AN IMP. EXP. (SHENZHEN) LTD"       ─┘   (joined: haian)

Words of trade and places are translated by a table of this project (features/reference/trade_words.csv); what is left
is written in Latin letters. Each name is read by itself, so that a match depends on the two names alone.
"""

# ruff: noqa: RUF001  letters of other scripts are the matter of this module

from __future__ import annotations

import re
from functools import cache

import polars as pl
from anyascii import anyascii

from riskscore import reference
from riskscore.alerts import sounds
from riskscore.parties import names

SCRIPTS = {
    "Chinese": r"\p{Han}",
    "Arabic": r"\p{Arabic}",
    "Cyrillic": r"\p{Cyrillic}",
    "Korean": r"\p{Hangul}",
    "Thai": r"\p{Thai}",
}
"""Scripts that are told apart; all else counts as Latin."""

UNSPACED = r"[\p{Han}\p{Hangul}\p{Thai}\p{Hiragana}\p{Katakana}]"
_PARTING = r"[-–—_,;:()\[\]{}\"'«»“”„‘’/\\&+*·|]"
_SIMPLE = str.maketrans(
    "華龍東國廣興豐業發達匯寶聯順運貿鴻億萬來麗義陽隆榮樂頂創凱滙盧陳張黃劉吳鄭趙楊許鄧馮謝關聖賢遠鑫誠輝銀鐵飛雲長門馬風鳳齊偉雙貝藍號樓層區縣鎮鄉灣島",
    "华龙东国广兴丰业发达汇宝联顺运贸鸿亿万来丽义阳隆荣乐顶创凯汇卢陈张黄刘吴郑赵杨许邓冯谢关圣贤远鑫诚辉银铁飞云长门马风凤齐伟双贝蓝号楼层区县镇乡湾岛",
)
"""Traditional characters that are common in names, and their simplified forms."""

_ARABIC = {"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ـ": ""}
_JOINING = ["va", "ve", "dan", "wa", "und", "og", "och"]
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}
_NUMBER = r"^\d+[a-z]?$"
_ARABIC_FORM = (
    r"(?:^|\s)(?:[\x{0621}-\x{064A}][.\s]+){2,4}[\x{0621}-\x{064A}]\.?(?:\s|$)"
    r"|ذات (?:ال)?مسؤولية (?:ال)?محدودة|المحدودة|محدودة"
)
"""Legal forms in Arabic: initials of three words or more, and limited."""

SOFT = frozenset(
    ("company", "group", "general", "international", "global", "enterprise", "holding", "sons", "brothers")
)
"""Common words that are left out and put in at will."""

CLASSES = {
    "trade": ("trading", "import", "export", "commercial", "business", "wholesale", "distribution", "marketing"),
    "carriage": ("logistics", "freight", "forwarding", "shipping", "transport", "marine", "agency", "warehouse"),
    "making": ("manufacturing", "industry", "product"),
    "technology": ("technology", "electronic", "electric"),
    "money": ("investment", "development", "holding"),
}
"""Common words that say nearly the same."""

READ = {
    "name": pl.String,
    "own": pl.List(pl.String),
    "common": pl.List(pl.String),
    "place": pl.List(pl.String),
    "number": pl.List(pl.String),
    "joined": pl.String,
    "ordered": pl.String,
    "script": pl.String,
    "glyphs": pl.String,
    "skeleton": pl.String,
}
"""Columns of read names. `joined`: own words in their written order without blanks; `ordered`: in the order of the
alphabet, folded; `glyphs`: own words of a Chinese name in simplified characters; `skeleton`: consonants alone."""


def read(texts: pl.Series) -> pl.DataFrame:
    """Read each of `texts` (String, distinct, not null): READ, in their order. What says nothing has no own words."""
    plain = texts.str.slice(0, names.MAX_CHARS).str.normalize("NFKC")
    foreign = names.is_foreign(plain)
    translated = names.where(plain, foreign, _translated)
    spelt = _phrases(names.spelt_out(translated))
    words = pl.DataFrame({"row": pl.int_range(texts.len(), eager=True), "word": spelt.str.split(" ")})
    words = words.explode("word").filter(pl.col("word").fill_null("") != "", ~pl.col("word").is_in(_JOINING))
    words = words.with_columns(pl.col("word").replace(_plurals()))
    kind = words["word"].replace_strict(_kinds(), default="own", return_dtype=pl.String)
    words = words.with_columns(pl.col("word").replace(_ROMAN), kind=kind)
    is_number = pl.col("word").str.contains(_NUMBER)
    words = words.with_columns(kind=pl.when(is_number).then(pl.lit("number")).otherwise("kind"))
    sorted_ = words.group_by("row", maintain_order=True).agg(
        *(pl.col("word").filter(pl.col("kind") == name).alias(name) for name in ("own", "common", "place", "number"))
    )
    lists = pl.DataFrame({"row": pl.int_range(texts.len(), eager=True)}).join(
        sorted_, on="row", how="left", maintain_order="left"
    )
    lists = lists.with_columns(pl.col("own", "common", "place", "number").fill_null(no_words()))
    # A name of common words and places alone has nothing better to be known by.
    nothing = pl.col("own").list.len() == 0
    lists = lists.with_columns(
        own=pl.when(~nothing).then("own").when(pl.col("place").list.len() > 0).then("place").otherwise("common"),
    )
    script = pl.select(pl.coalesce(*(pl.when(plain.str.contains(p)).then(pl.lit(n)) for n, p in SCRIPTS.items())))
    joined = lists["own"].list.join("")
    return pl.DataFrame(
        {
            "name": texts,
            **{name: lists[name] for name in ("own", "common", "place", "number")},
            "joined": joined,
            "ordered": _ordered(lists["own"]),
            "script": script.to_series().fill_null("Latin"),
            "glyphs": _glyphs(translated),
        }
    ).with_columns(skeleton=sounds.skeletons(translated, lists["own"]))


def no_words() -> pl.Expr:
    """An empty list of texts. A literal list has no type within, which Polars cannot put beside one that has."""
    return pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first()


def _translated(text: pl.Expr) -> pl.Expr:
    """Words of trade and places in English, in scripts that are not Latin; what else is there stays."""
    for old, new in _ARABIC.items():
        text = text.str.replace_all(old, new, literal=True)
    unspaced, spaced = _foreign_words()
    _, forms = names.legal_forms()
    text = text.str.replace_all("(주)", " ", literal=True)
    text = text.str.replace_all(forms, " ").str.replace_all(_ARABIC_FORM, " ")
    text = text.str.replace_all(r"[\x{064B}-\x{0652}]", "").str.to_lowercase()
    text = text.str.replace_many(list(unspaced), [f" {word} " for word in unspaced.values()], leftmost=True)
    return replaced(text.str.replace_all(_PARTING, " "), spaced)


def _phrases(spelt: pl.Series) -> pl.Series:
    """`spelt` words with those of the table in English."""
    return spelt.to_frame("text").select(replaced(pl.col("text"), _latin_words())).to_series()


def replaced(text: pl.Expr, phrases: dict[str, str]) -> pl.Expr:
    """Replace whole words and phrases, the longest first. Blanks are doubled, so that each word has two of its own."""
    wide = pl.concat_str(pl.lit(" "), text.str.replace_all(r"\s+", "  "), pl.lit(" "))
    old = [f" {phrase.replace(' ', '  ')} " for phrase in phrases]
    new = [f" {word.replace(' ', '  ')} " for word in phrases.values()]
    return wide.str.replace_many(old, new, leftmost=True).str.replace_all(r"\s+", " ").str.strip_chars()


@cache
def table(*kinds: str) -> dict[str, str]:
    """Word -> its English word, of these kinds, the longest words first."""
    rows = reference.trade_words().filter(pl.col("kind").is_in(kinds)).select("word", "canonical").iter_rows()
    found = {_normal(word): canonical for word, canonical in rows}
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _normal(word: str) -> str:
    for old, new in _ARABIC.items():
        word = word.replace(old, new)
    return re.sub(r"\s+", " ", word.lower()).strip()


@cache
def _foreign_words() -> tuple[dict[str, str], dict[str, str]]:
    """Words of scripts without spaces, and of the others that are not Latin."""
    words = table("business", "place")
    foreign = [word for word in words if re.search(r"[^\u0000-\u024F\u1E00-\u1EFF]", word)]
    unspaced = pl.Series(foreign).str.contains(UNSPACED).to_list()
    return (
        {word: words[word] for word, is_unspaced in zip(foreign, unspaced, strict=True) if is_unspaced},
        {word: words[word] for word, is_unspaced in zip(foreign, unspaced, strict=True) if not is_unspaced},
    )


@cache
def _latin_words() -> dict[str, str]:
    words = table("business", "place")
    cyrillic = {anyascii(word).lower(): words[word] for word in words if re.search(r"[\u0400-\u04FF]", word)}
    latin = {anyascii(word): words[word] for word in words if not re.search(r"[^\u0000-\u024F\u1E00-\u1EFF]", word)}
    both = {word: told for word, told in (cyrillic | latin).items() if word and len(word) > 1}
    return dict(sorted(both.items(), key=lambda pair: (-len(pair[0]), pair[0])))


@cache
def countries() -> frozenset[str]:
    """Words that name countries."""
    told = {"hongkong", "china", "vietnam", "taiwan", "uae", "russia", "egypt", "germany", "india"}
    return frozenset(told | set(_words_of(reference.countries()["name"].to_list())))


@cache
def _kinds() -> dict[str, str]:
    """Word -> common or place."""
    common = names.common_words() | set(_words_of(table("business").values()))
    place = set(_words_of(table("place").values())) | countries()
    return dict.fromkeys(place, "place") | dict.fromkeys(common, "common")


@cache
def _plurals() -> dict[str, str]:
    """Plural of each common word -> the word."""
    return {f"{word}s": word for word, kind in _kinds().items() if kind == "common"}


def _words_of(texts: object) -> list[str]:
    found = [word for text in texts for word in re.findall(r"[a-z]+", anyascii(str(text)).lower())]  # type: ignore[attr-defined]
    return [word for word in found if len(word) > 2]


def _ordered(own: pl.Series) -> pl.Series:
    """Own words, folded, in the order of the alphabet, without blanks."""
    flat = own.explode()
    distinct = flat.drop_nulls().unique()
    plain = pl.Series([sounds.fold(word) for word in distinct], dtype=pl.String)
    told = flat.replace_strict(distinct, plain, default=None, return_dtype=pl.String)
    rows = pl.DataFrame({"row": pl.int_range(own.len(), eager=True).repeat_by(own.list.len()).explode(), "word": told})
    joined = rows.drop_nulls().group_by("row").agg(pl.col("word").sort().str.join(""))
    every = pl.DataFrame({"row": pl.int_range(own.len(), eager=True)})
    return every.join(joined, on="row", how="left", maintain_order="left")["word"].fill_null("")


def _glyphs(translated: pl.Series) -> pl.Series:
    """Chinese characters that are neither trade, place nor legal form; '' for none."""
    han = translated.str.contains(r"\p{Han}").fill_null(False)
    if not han.any():
        return pl.repeat("", translated.len(), dtype=pl.String, eager=True)
    bare = translated.filter(han).str.replace_all(r"[^\p{Han}]", "")
    told = pl.Series([text.translate(_SIMPLE) for text in bare], dtype=pl.String)
    return pl.repeat("", translated.len(), dtype=pl.String, eager=True).scatter(han.arg_true(), told)
