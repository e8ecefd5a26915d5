"""A message stays short, whatever a file makes it repeat, and still ends with what to do."""

from riskscore.errors import LONGEST, ManifestError


def test_a_message_that_repeats_a_huge_value_is_shortened_in_its_middle() -> None:
    said = str(ManifestError(f"a.csv: the heading {'x' * 100_000!r} is not a column; rename it"))

    assert len(said) <= LONGEST
    assert said.startswith("a.csv: the heading 'xxx")
    assert said.endswith("xxx' is not a column; rename it")


def test_a_message_of_usual_length_is_left_as_it_is() -> None:
    said = "a  b.csv:\nthe heading 'Date' is not a column"

    assert str(ManifestError(said)) == said
