"""A few legal forms, so that no test here depends on the shipped table."""

import polars as pl
import pytest

from riskscore import reference

FORMS = [
    "co", "company", "corp", "ltd", "limited", "pvt", "llc", "inc", "gmbh", "s.a.", "as", "S.A. de C.V.", "S.à r.l.",
    "jsc", "sdn bhd", "Công ty TNHH", "\u041e\u041e\u041e", "有限公司", "有限责任公司", "株式会社",
]  # fmt: skip


@pytest.fixture(autouse=True)
def legal_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    table = pl.DataFrame({"form": FORMS, "canonical": FORMS})
    monkeypatch.setattr(reference, "legal_forms", lambda: table)
