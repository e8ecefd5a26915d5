"""Bills of an absurd size are refused as one, and do no harm to the bills beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from riskscore.manifest.formats.messages import limits
from tests.manifest.messages import cargo_messages, test_customs_309

OTHER = f"CNI+2+B2'RFF+BM:B2'{cargo_messages.PORTS}GID+1+5:CT'FTX+AAA+++RICE'SGP+NRDU4100239+5'"


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST", 5)
    monkeypatch.setattr(limits, "MOST_PARTS", 20)


@pytest.mark.parametrize(
    "parts",
    [
        "".join(f"GID+{n}+5:CT'" for n in range(6)),
        "GID+1+5:CT'" + "".join(f"SGP+MSCU000000{n}+1'" for n in range(6)),
        "GID+1+5:CT'" + "FTX+AAA+++RICE'" * 30,
        "".join(f"GID+{n}+5:CT'" for n in range(3)) + "SGP+MSCU0000001'" + "GID+4+5:CT'" * 2 + "SGP+MSCU0000002'",
    ],
)
@pytest.mark.usefixtures("few")
def test_a_bill_with_too_much_is_refused_once(parts: str, tmp_path: Path) -> None:
    text = cargo_messages.interchange(
        cargo_messages.message(cargo_messages.HEADER + cargo_messages.BILL + parts + OTHER)
    )
    manifest = cargo_messages.manifest(tmp_path, text)
    assert manifest.consignments["bill_of_lading"].to_list() == ["B2"]
    assert manifest.quarantine["rule"].to_list() == ["too_large"]
    assert manifest.balance == 0


def test_a_consignment_without_anything_is_refused(tmp_path: Path) -> None:
    text = cargo_messages.interchange(cargo_messages.message(cargo_messages.HEADER + "CNI'CNI'" + OTHER))
    manifest = cargo_messages.manifest(tmp_path, text)
    assert manifest.consignments["bill_of_lading"].to_list() == ["B2"]
    assert manifest.quarantine["rule"].to_list() == ["empty_bill", "empty_bill"]


@pytest.mark.usefixtures("few")
def test_a_bill_of_x12_with_too_much_is_refused_once(tmp_path: Path) -> None:
    text = test_customs_309.interchange(test_customs_309.BILL)
    at = text.rindex("SE*")
    manifest = cargo_messages.manifest(tmp_path, text[:at] + "N10*5*RICE~" * 30 + text[at:])
    assert manifest.quarantine["rule"].to_list() == ["too_large"]
    assert manifest.balance == 0
