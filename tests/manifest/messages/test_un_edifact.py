"""Files of EDIFACT: what is left aside, what is mixed, and what is mangled."""

import random

import pytest

from messages.cargo_messages import BILL, BOXES, HEADER, interchange, manifest, message
from riskscore.errors import LeftAsideError, ManifestError
from riskscore.manifest.formats.messages.un_edifact.files import NAMES

CARGO = message(f"{HEADER}{BOXES}{BILL}GID+1+2:CT'FTX+AAA+++LAMPS'MEA+AAE+G+KGM:30'SGP+NRDU4100239+2'MEA+AAE+G+KGM:30'")


@pytest.mark.parametrize(
    "kind", ["COPRAR", "COARRI", "CODECO", "IFTMBC", "IFTMIN", "IFTSTA", "CUSRES", "CUSDEC", "VERMAS"]
)
def test_other_messages_are_left_aside_by_name(tmp_path, kind):
    with pytest.raises(LeftAsideError) as told:
        manifest(tmp_path, message("BGM+1+1'", f"{kind}:D:95B:UN"))
    assert f"m.edi is {NAMES[kind]} (EDIFACT {kind}), not a manifest, so it is left aside" in str(told.value)


def test_a_type_that_is_not_known_is_left_aside_too(tmp_path):
    with pytest.raises(LeftAsideError, match=r"a message \(EDIFACT SLSRPT\)"):
        manifest(tmp_path, interchange(message("BGM+1'", "SLSRPT:D:95B:UN")))


def test_a_manifest_beside_other_messages_is_read(tmp_path):
    found = manifest(tmp_path, interchange(message("BGM+1'", "CONTRL:4:1:UN"), CARGO))
    assert found.accepted == 1
    assert "1 message left aside: a receipt of an interchange (EDIFACT CONTRL)" in found.understood.notes


def test_an_interchange_without_a_message_is_refused_in_one_line(tmp_path):
    with pytest.raises(ManifestError, match="no EDIFACT message in it; ask its sender"):
        manifest(tmp_path, "UNB+UNOA:1+A+B+260702:0900+1'UNZ+0+1'")


def test_a_message_without_bills_is_a_manifest_of_none(tmp_path):
    found = manifest(tmp_path, interchange(message(HEADER)))
    assert found.rows_in == 0
    assert any("without a consignment" in note for note in found.understood.notes)


def test_a_message_without_an_interchange_is_read(tmp_path):
    assert manifest(tmp_path, CARGO).accepted == 1


def mangle(text: str, chance: random.Random) -> str:
    """Cut, repeat, swap or overwrite parts of a message."""
    pieces = text.split("'")
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(1, len(pieces))
        kind = chance.randrange(8)
        if kind == 0:
            del pieces[at]
        elif kind == 1:
            pieces.insert(at, pieces[chance.randrange(len(pieces))])
        elif kind == 2:
            pieces[at] = pieces[at][: chance.randint(0, len(pieces[at]))]
        elif kind == 3:
            pieces[at] = pieces[at].replace(chance.choice("+:"), chance.choice(["", "?", "+", ":", "++++", "?'"]))
        elif kind == 4:
            pieces[at] += chance.choice(["?", "\0", "é", "+" * 3000, ":" * 3000, "9" * 400, "\r\n" * 50, "UNA:+.? "])
        elif kind == 5:
            other = chance.randrange(1, len(pieces))
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif kind == 6:
            pieces[at:] = [pieces[at][:3]]
        else:
            pieces[at] = "".join(chance.choice("AZ09+:?. -,") if chance.random() < 0.2 else sign for sign in pieces[at])
        if len(pieces) < 2:
            break
    return "'".join(pieces)


@pytest.mark.parametrize("seed", range(8))
def test_mangled_messages_are_read_or_refused_in_one_line(tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311
    iftmcs = message(f"BGM+705+B1+9'{BILL[10:]}GID+1+2:CT'EQD+CN+NRDU4100239+22G1'TMP+2+4:CEL'", "IFTMCS:D:99B:UN")
    for _ in range(25):
        text = mangle(interchange(CARGO, iftmcs, CARGO.replace("+9'", "+4'")), chance)
        try:
            found = manifest(tmp_path, text)
        except ManifestError as error:
            assert "\n" not in str(error)
        else:
            assert found.balance == 0
