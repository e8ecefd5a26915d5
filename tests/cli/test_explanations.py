"""`evaluate --explanations`: what it is asked with, and what is refused."""

import pytest


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--explanations",), "give its --truth"),
        (("--keep", "--model", "x"), "--explanations"),
        (("--explanations", "--truth", "t.parquet", "--keep"), "give --model"),
    ],
)
def test_what_cannot_be_judged_is_one_line(riskscore, manifest, past, words, told):
    _, outcomes = past
    ran = riskscore("evaluate", "--manifests", manifest, "--outcomes", outcomes, *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert told in ran.err
