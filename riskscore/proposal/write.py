"""Write a proposal as TOML, with the reasons as comments."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from riskscore.proposal.answers import Answer
from riskscore.proposal.look import plain
from riskscore.proposal.parts import Proposal
from riskscore.proposal.profiles import STRENGTH
from riskscore.settings import FILE


def as_toml(made: Proposal) -> str:
    """The settings, part by part; a part that the file does not need is left out."""
    return "\n".join(
        [
            f"# Proposed from {made.name}: review it, correct it, and save it as {FILE}.",
            *(f"# {note[:1].upper()}{note[1:]}." for note in made.notes),
            *_row(made),
            *_columns(made),
            *_outcome(made.answer),
            *_left_out(made),
            *_fields(made),
            *_profiles(made.profiles),
            "",
        ]
    )


def _row(made: Proposal) -> list[str]:
    if not (made.lacks or made.key or made.numbered):
        return []
    key = [f"key = {_text(made.key)}"] if made.key else []
    number = ["numbered = true # no column identifies a row, so each row is a case of its own"] if made.numbered else []
    name = 'name = "row" # the name of one row: declaration, shipment ...'
    return ["", "[row]", name, *key, *number, f"lacks = {_list(made.lacks)}"]


def _columns(made: Proposal) -> list[str]:
    """One line per recognised heading, with the column that it was read as."""
    entries = [
        f"{_text(source)} = {_text(column)}" for source, column in made.columns if column != source or made.numbered
    ]
    return ["", "[columns] # how the headings were understood; correct what is wrong", *entries] if entries else []


def _outcome(answer: Answer | None) -> list[str]:
    if answer is None:
        return []
    words = ", ".join(f"{_text(word)} = {_text(meaning)}" for word, meaning in answer.mean.items())
    comments = []
    if answer.is_guessed:
        comments.append("# The meaning of these letters is guessed: check each one.")
    if answer.is_worst:
        comments.append(
            "# No word means a seizure, so the worst ones are taken for it: they are what the model looks for."
        )
    if answer.unclear:
        comments.append(f"# Add to words what these mean (clean, irregular or seizure): {_list(answer.unclear)}")
    known = []
    if answer.known_at is not None:
        known = [f"known_at = {_text(answer.known_at.source)} # the day when the finding was known"]
    days = "known_after_days = " + str(answer.days)
    days += " # where that day is empty" if known else " # days from filing until the finding is known: correct it"
    return [
        "", *comments, "[outcome] # findings of inspections, where the same file contains them",
        f"finding = {_text(answer.finding.source)}", f"words = {{ {words} }}", *known, days,
    ]  # fmt: skip


def _left_out(made: Proposal) -> list[str]:
    told = [f"#   {plain(source)}: {reason}" for source, reason in made.left_out.items() if reason]
    return ["", "# Left out:", *told] if told else []


def _fields(made: Proposal) -> Iterable[str]:
    for field in made.fields:
        yield from ("", f"[field.{field.name}]", f"from = {_text(field.column.source)}", f'kind = "{field.kind}"')
        if field.values:
            yield f"values = {_list(field.values)}"
        if field.note:
            yield f"# {field.note}"
    for ratio in made.ratios:
        yield from ("", f"[field.{ratio.name}]", f'of = "{ratio.of}"', f'per = "{ratio.per}"', 'kind = "number"')
    if made.has_goods:
        yield from ("", "[field.place_in_nomenclature]", 'of = "hs6"', 'kind = "number"')


def _profiles(found: Sequence[tuple[str, ...]]) -> list[str]:
    if not found:
        return []
    made = [
        line for names in found for line in ("", f"[profile.by_{'_and_'.join(names)}]", f"columns = {_list(names)}")
    ]
    head = ["", "[profiles] # the combinations that tell most; each has its own history", f"strength = {STRENGTH:g}"]
    return [*head, 'stats = ["before", "seizure_rate"]', 'group = "record"', *made]


def _text(value: str) -> str:
    """A TOML string; the escapes of JSON are valid in TOML."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _list(values: Iterable[str]) -> str:
    return "[" + ", ".join(map(_text, values)) + "]"
