import shutil
import subprocess
from datetime import date
from hashlib import sha256

import polars as pl
import pytest

from riskscore.errors import SettingsError
from riskscore.selection import tickets

DAY = date(2024, 5, 1)
ROWS = pl.DataFrame(
    {
        "port": ["VNHPH", None, "SGSIN"],
        "bill_of_lading": ["BL0001", "Ø/7", "BL|3"],
        "container_number": ["MSCU1234565", "X", "Y"],
    }
)
TEXTS = ["7f3a|2024-05-01|VNHPH|BL0001|MSCU1234565", "7f3a|2024-05-01||Ø/7|X", "7f3a|2024-05-01|SGSIN|BL|3|Y"]


def _tickets() -> tickets.Words:
    return tickets.tickets(ROWS.select(tickets.texts(date=DAY, seed="7f3a"))["text"])


def test_a_ticket_is_the_hash_of_the_documented_text() -> None:
    digits = tickets.raw(_tickets()).bin.encode("hex")
    assert digits.to_list() == [sha256(text.encode()).hexdigest() for text in TEXTS]


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is not installed")
def test_sha256sum_prints_the_same_ticket() -> None:
    completed = subprocess.run(["sha256sum"], input=TEXTS[0].encode(), capture_output=True, check=True)  # noqa: S607
    assert tickets.raw(_tickets()).bin.encode("hex")[0] == completed.stdout.split()[0].decode()


def test_the_two_orders_sort_the_two_halves_of_the_digits() -> None:
    words = tickets.tickets(pl.Series([f"text {number}".encode() for number in range(500)]))
    digits = tickets.raw(words).bin.encode("hex").to_list()
    assert tickets.random_order(words).tolist() == sorted(range(500), key=lambda row: digits[row])
    assert tickets.exploring_order(words).tolist() == sorted(range(500), key=lambda row: digits[row][32:])


def test_hashing_in_parts_gives_the_same_tickets(monkeypatch: pytest.MonkeyPatch) -> None:
    complete = _tickets()
    monkeypatch.setattr(tickets, "_AT_ONCE", 2)
    assert (_tickets() == complete).all()


def test_no_rows_have_no_tickets() -> None:
    assert tickets.tickets(pl.Series([], dtype=pl.Binary)).shape == (0, 4)


def test_the_start_of_a_port_is_the_hash_of_its_text() -> None:
    expected = int(sha256(b"7f3a|2024-05-01|VNHPH").hexdigest()[:13], 16) / 16**13
    assert tickets.start("VNHPH", date=DAY, seed="7f3a") == expected
    assert tickets.start(None, date=DAY, seed="7f3a") != expected
    assert 0 <= expected < 1


def test_without_a_seed_the_date_is_used() -> None:
    assert tickets.seed_text(None, DAY) == "2024-05-01"
    assert tickets.seed_text("draw 41: 03 17 22", DAY) == "draw 41: 03 17 22"


@pytest.mark.parametrize("seed", ["", "  ", "a|b", "a\nb", "a\0b"])
def test_a_seed_that_cannot_be_typed_again_is_refused(seed: str) -> None:
    with pytest.raises(SettingsError, match="published value as printable text"):
        tickets.seed_text(seed, DAY)
