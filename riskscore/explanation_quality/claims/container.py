"""Claims for features/container.toml: the right value of each feature; None where the case does not state it."""

from __future__ import annotations

from riskscore.explanation_quality.case import Case
from riskscore.explanation_quality.claims.logic import log_plus_one, opposite
from riskscore.explanation_quality.claims.shared import Claim


def _check_digit_right(case: Case) -> bool | None:
    number = case["container_number"]
    if not _well_formed(number, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"):
        return None
    letters = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [v for v in range(10, 39) if v % 11], strict=True))
    total = sum((letters[c] if c.isalpha() else int(c)) * 2**at for at, c in enumerate(number[:10]))
    return bool(total % 11 % 10 == int(number[10]))


def _well_formed(number: str, categories: str) -> bool:
    ascii_ = len(number) == 11 and number.isascii()
    return ascii_ and number[:4].isalpha() and number[:4].isupper() and number[3] in categories and number[4:].isdigit()


def _back_too_soon(case: Case) -> float | None:
    since, sailing = case.past["container"].since(max), case.sailing_days
    return None if since is None or sailing is None else min(since / (sailing + 1), 50.0)


def _malformed_seal(case: Case) -> bool | None:
    seals = case["seal_numbers"]
    return None if seals is None else any(len(seal) < 4 or not seal.strip("0") for seal in seals if seal is not None)


def _seal_others(case: Case) -> int | None:
    seals = [seal.strip().upper() for seal in case["seal_numbers"] or [] if seal is not None]
    return max((case.seals[seal] for seal in seals), default=None)


VALUES: dict[str, Claim] = {
    "check_digit_wrong": lambda c: opposite(_check_digit_right(c)),
    "number_malformed": lambda c: not _well_formed(c["container_number"], "UJZ"),
    "container_seized": lambda c: c.past["container"].seized(),
    "container_before": lambda c: log_plus_one(c.past["container"].count()),
    "container_back_too_soon": _back_too_soon,
    "seal_missing": lambda c: not c["seal_numbers"],
    "seal_malformed": _malformed_seal,
    "seal_repeated": _seal_others,
    "box_type_missing": lambda c: c["container_type"] is None,
}
