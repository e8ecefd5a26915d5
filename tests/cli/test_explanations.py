"""`riskscore evaluate --explanations`: the options that it needs."""

import pytest


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--explanations",), "give the --truth"),
        (("--keep", "--model", "x"), "--explanations"),
        (("--explanations", "--truth", "t.parquet", "--keep"), "give --model"),
    ],
)
def test_errors_of_evaluate_are_one_line(riskscore, manifest, past, words, expected):
    _, outcomes = past
    ran = riskscore("evaluate", "--manifests", manifest, "--outcomes", outcomes, *words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert expected in ran.err
