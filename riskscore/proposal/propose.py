"""Propose settings for a file with a service's own headings, as TOML to review, correct and keep.

    known headings that are not canonical  ─▶ [columns]
    required columns without a heading     ─▶ [row] lacks; a heading whose values all differ ─▶ [row] key
    a heading about findings               ─▶ [outcome] with its words and its day; never a field
    unknown headings                       ─▶ [field.NAME]: number, category or key, depending on the values
    columns that tell the answer, or nothing  ─▶ left out, with the reason
    combinations that foretold finds       ─▶ [profile.NAME]

The proposal is then read back: its first lines say how many rows it reads, merges and refuses. The kind of a field
depends on its values, so the file should be typical.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from riskscore import schema, toml
from riskscore.cells import headings as recognised
from riskscore.cells import nothing, texts
from riskscore.cells.headings import NUMBERED, Heading
from riskscore.cells.values import COUNTS
from riskscore.errors import RiskscoreError
from riskscore.features import catalogue
from riskscore.history.keys import MADE, goods_and_places
from riskscore.manifest import lines, read
from riskscore.parties.resolve import IDS
from riskscore.proposal import answers, fields, keys, profiles, telling, write
from riskscore.proposal.look import Column, look, plain, unknown
from riskscore.proposal.parts import Proposal
from riskscore.settings import parse_settings

SELDOM = 50
"""Least number of rows per value, on average, for a field to be part of a profile where no finding tells."""

REPEATED = 2
"""Least number of rows per value, on average, for a column to be tried in profiles."""

_PARTIES = {
    "consignee_key": ("consignee_id", "consignee_name"),
    "shipper_id": ("shipper_name",),
    "notify_id": ("notify_name",),
    "forwarder_id": ("forwarder_name",),
}
_FILED = ("filed_at", "loaded_at", "arrives_at")


def propose(path: Path, *, key: str | None = None, number_rows: bool = False) -> str:
    """Return settings for the file at `path`, as TOML.

    `key` is the heading that identifies a row, where rows with the same value are one case. With `number_rows` each row
    is a case of its own. Raises ManifestError where the file cannot be read at all, or where no column has a different
    value in every row and neither is given: rows would be merged. Raises SettingsError where `key` is no heading.
    """
    made = _proposal(path, key, number_rows)
    text = write.as_toml(made)
    made.notes += _read_back(path, text)
    return write.as_toml(made)


def _proposal(path: Path, key: str | None, number_rows: bool) -> Proposal:
    kind = lines.manifest()
    table = lines.open_tables(path, {}, kind)[0]
    seen = look(table, _preferred(lines.understand_headings(table, {}, kind).headings))
    seen = [unknown(column) if column.known_as in COUNTS and column.has_decimals else column for column in seen]
    seen = _dated(seen)
    made = Proposal(plain(path.name))
    seen = _identified(made, seen, key, number_rows)
    about = _about(seen, table.frame)
    others = [
        column for column in seen if column.known_as is None and column.source not in {each.source for each in about}
    ]
    filed = next((column.moments for name in _FILED for column in seen if column.known_as == name), None)
    made.answer = answers.find(about, others, filed)
    order = pl.int_range(len(table.frame), eager=True) if filed is None else filed.arg_sort()
    _leave_out(made, about, others, seen, order)
    known = [column for column in seen if column.known_as is not None and column.source not in made.left_out]
    keyed = made.key is not None or made.numbered
    made.columns = [
        (column.source, column.known_as or "") for column in known if column.known_as != schema.KEY[0] or not keyed
    ]
    ignored = [column.source for column in seen if column.known_as is not None and column.source in made.left_out]
    made.columns += [(source, recognised.IGNORE) for source in ignored]
    others = [column for column in others if column.source not in made.left_out and column.source != made.key]
    taken = {*schema.COLUMNS, *MADE, *IDS, *catalogue.load().features, recognised.IGNORE}
    made.fields = fields.propose(others, taken)
    names = {column.known_as or "" for column in known}
    made.ratios = fields.ratios(made.fields, names, taken | {each.name for each in made.fields})
    made.has_goods = "hs_codes" in names
    made.profiles = _profiles(made, known, order)
    return made


def _preferred(headings: Sequence[Heading]) -> list[Heading]:
    """One heading per column, the preferred one."""
    best: dict[str, Heading] = {}
    for heading in sorted(headings, key=lambda heading: heading.rank):
        if heading.column is not None:
            best.setdefault(heading.column, heading)
    return [
        heading if heading.column in NUMBERED or best.get(heading.column or "") == heading else Heading(heading.source)
        for heading in headings
    ]


def _dated(seen: list[Column]) -> list[Column]:
    """`seen`; without any date, the first column of dates that is not about findings is the day of filing."""
    if set(_FILED) & {column.known_as for column in seen}:
        return seen
    for place, column in enumerate(seen):
        if column.known_as is None and not answers.is_about(column) and column.moments is not None:
            return [*seen[:place], Column(column.source, "filed_at", column.cells), *seen[place + 1 :]]
    return seen


def _identified(made: Proposal, seen: list[Column], key: str | None, number_rows: bool) -> list[Column]:
    """Settle what identifies a row, and what the rows lack. Raises ManifestError where nothing identifies them."""
    known = {column.known_as for column in seen if column.known_as}
    stands_in = lines.manifest().stands_in
    missing = [name for name in schema.REQUIRED if not known & {name, *stands_in.get(name, ())}]
    if not missing and key is None and not number_rows:
        return seen
    bills = ("bill_of_lading", "house_bill", "master_bill")
    bill = next((column for column in seen if column.known_as == schema.KEY[0]), None)
    if key is not None:
        chosen: Column | None = keys.named(seen, key)
    elif number_rows:
        chosen = None
    elif "container_number" not in missing:
        chosen = bill or keys.choose([column for column in seen if column.known_as is None])
    else:
        candidates = [*([bill] if bill else []), *(column for column in seen if column.known_as in (None, *bills))]
        chosen = keys.choose(candidates)
    if chosen is None and not number_rows and not ("container_number" not in missing and bill):
        raise keys.refusal(made.name, [column for column in seen if column.known_as != "filed_at"])
    made.numbered = number_rows
    made.key = None if chosen is None else chosen.source
    if chosen is not None and chosen.distinct.len() < chosen.cells.len():
        made.notes.append(
            f"rows with the same {plain(chosen.source)!r} are one case: {chosen.cells.len():,} rows, "
            f"{chosen.distinct.len():,} different values"
        )
    seen = [
        unknown(column)
        if (column.known_as in bills and ("container_number" in missing or number_rows)) or column is chosen
        else column
        for column in seen
    ]
    known = {column.known_as for column in seen if column.known_as}
    needed = {"filed_at", schema.KEY[0]}
    made.lacks = [name for name in schema.COLUMNS if name not in known and name not in needed]
    return seen


def _about(seen: Sequence[Column], frame: pl.DataFrame) -> list[Column]:
    """The unknown columns about findings. There NONE is a finding: nothing was found."""
    empty = nothing.pattern("finding")
    return [
        Column(column.source, None, texts.clean(texts.as_text(frame[column.source]), None, empty)[0])
        for column in seen
        if column.known_as is None and answers.is_about(column)
    ]


def _leave_out(
    made: Proposal, about: Sequence[Column], others: Sequence[Column], seen: Sequence[Column], order: pl.Series
) -> None:
    """Note the columns that are no fields, each with the reason."""
    used = set() if made.answer is None else {made.answer.finding.source}
    if made.answer is not None and made.answer.known_at is not None:
        used.add(made.answer.known_at.source)
    made.left_out |= {
        column.source: "it is about the inspection or what followed" for column in about if column.source not in used
    }
    made.left_out |= dict.fromkeys(used, "")
    if made.answer is not None:
        needed = {made.key, *(column.source for column in seen if column.known_as in (*schema.KEY, "filed_at"))}
        tried = [column for column in seen if column.source not in made.left_out and column.source not in needed]
        made.left_out |= telling.reasons(tried, made.answer, order)
        if not telling.can_tell(made.answer):
            made.notes.append("too few findings to see which columns tell the answer: look at each field yourself")
    unclear = [column for column in others if column.source not in made.left_out and column.source != made.key]
    made.left_out |= fields.useless(unclear)


def _profiles(made: Proposal, known: Sequence[Column], order: pl.Series) -> list[tuple[str, ...]]:
    """The combinations to propose, from the file's own findings where it has enough of them."""
    canonical = {column.known_as or "": column.cells for column in known}
    tried = _made(canonical) | {
        name: canonical[next(each for each in sources if each in canonical)]
        for name, sources in _PARTIES.items()
        if set(sources) & set(canonical)
    }
    tried |= {name: canonical[name] for name in ("port_of_loading", "port_of_discharge") if name in canonical}
    tried |= {each.name: each.column.cells for each in made.fields if not each.column.has_decimals or _few(each.column)}
    tried = {name: cells for name, cells in tried.items() if 1 < cells.n_unique() <= cells.len() / REPEATED}
    if made.answer is not None:
        labels = made.answer.labels().gather(order)
        found = profiles.ranked({name: cells.gather(order) for name, cells in tried.items()}, labels)
        if found:
            return found
    few = [each.name for each in made.fields if each.kind != "number" and _few(each.column)]
    return profiles.usual(list(tried), few)


def _few(column: Column) -> bool:
    return column.distinct.len() * SELDOM <= column.cells.len()


def _made(canonical: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """What the engine makes of goods and places, nearly: the cells are compared as they are written."""
    places = ("origin_country", "destination_country", "port_of_loading", "port_of_discharge")
    frame = pl.DataFrame([canonical[name].alias(name) for name in places if name in canonical])
    if "hs_codes" in canonical:
        codes = canonical["hs_codes"].str.replace_all(r"[. ]", "").str.extract_all(r"[0-9]+").alias("hs_codes")
        frame = pl.DataFrame([*frame.get_columns(), codes])
    if not frame.width:
        return {}
    keyed = goods_and_places(frame)
    return {name: keyed[name] for name in MADE if name not in ("lane", "origin_destination")}


def _read_back(path: Path, text: str) -> list[str]:
    """What reading the file by the proposed settings gives: rows, cases, and rows that are refused, by rule."""
    try:
        proposed = toml.load(toml.Text("of this proposal", text), "the settings")
        manifest = read.read_many([path], settings=parse_settings(proposed))
    except RiskscoreError as wrong:
        return [f"the file cannot be read with these settings yet: {plain(str(wrong).replace(str(path), path.name))}"]
    cases, refused = manifest.consignments.height, manifest.quarantine
    notes = [
        f"with these settings, {manifest.rows_in:,} rows are read as {cases:,} cases, "
        f"and {refused.height:,} are refused"
    ]
    if refused.height:
        counts = refused.group_by("rule", "column").len().sort("len", descending=True).head(5)
        listed = [f"{column or 'line'}: {rule} ({count:,})" for rule, column, count in counts.rows()]
        notes.append(f"refused: {plain(', '.join(listed))}")
    if manifest.earlier.height:
        notes.append(f"{manifest.earlier.height:,} rows count as earlier versions of other rows")
    return notes
