"""Own features: declared fields and profiles become columns of the matrix, from earlier days only, with sentences."""

import tomllib

import declarations
import polars as pl
import pytest

import riskscore
from riskscore import settings
from riskscore.errors import CatalogueError, SettingsError
from riskscore.features import build, catalogue, own
from riskscore.history.past import Past
from riskscore.manifest import read
from riskscore.manifest.outcomes import read_findings


@pytest.fixture(scope="module")
def past(tmp_path_factory):
    folder = tmp_path_factory.mktemp("past")
    path = declarations.file(folder, "past.csv", declarations.rows(days=30, per_day=20))
    ours = declarations.ours()
    return read.read(path, settings=ours).consignments, read_findings([path], ours), ours


def test_shipped_features_are_kept_unless_the_service_lacks_a_column():
    ours = own.catalogue(declarations.ours())
    lacks = set(declarations.ours().lacks)
    shipped = catalogue.load()
    left_out = set(shipped.names) - set(ours.names)
    assert left_out == {name for name, feature in shipped.features.items() if set(feature.needs) & lacks}
    assert [name for name in ours.names if name not in shipped.names] == [
        "use", "price", "mass", "price_per_kg",
        "goods_before", "goods_seizure_rate", "goods_tax_before", "goods_tax_seizure_rate",
    ]  # fmt: skip
    assert own.catalogue() is catalogue.load()


def test_values_match_the_rows_and_their_history(past):
    rows, outcomes, ours = past
    matrix = build.build(rows, Past(history=rows, outcomes=outcomes), own.catalogue(ours))
    assert matrix["use"].to_list() == [["home", "trade"].index(use) for use in rows["use"]]
    assert matrix["price_per_kg"].to_list() == pytest.approx((rows["price"] / rows["mass"]).to_list(), rel=1e-6)
    days = rows["filed_at"].dt.date().to_list()
    goods, taxes = rows["hs_codes"].list.first().to_list(), rows["tax_type"].to_list()
    findings = dict(
        zip(
            outcomes["bill_of_lading"],
            zip(outcomes["known_at"].dt.date(), outcomes["finding"], strict=True),
            strict=True,
        )
    )
    for at in range(0, rows.height, 37):
        same = [
            other for other in range(rows.height)
            if days[other] < days[at] and (goods[other], taxes[other]) == (goods[at], taxes[at])
        ]  # fmt: skip
        assert matrix["goods_tax_before"][at] == len(same)
        alike = [findings[rows["bill_of_lading"][other]] for other in same]
        alike = [finding for day, finding in alike if day < days[at]]
        every = [finding for day, finding in findings.values() if day < days[at]]
        profiles = own.catalogue(ours).profiles
        base = (every.count("seizure") + profiles.base_strength * profiles.base_rate) / (
            len(every) + profiles.base_strength
        )
        rate = (alike.count("seizure") + 5 * base) / (len(alike) + 5) if alike else None
        assert matrix["goods_tax_seizure_rate"][at] == (pytest.approx(rate, rel=1e-5) if alike else None)


def test_later_outcomes_do_not_change_a_row(past):
    rows, outcomes, ours = past
    day = rows["filed_at"].dt.date()
    last_day = rows.filter(day == day.max())
    service = own.catalogue(ours)
    before = build.build(last_day, Past(history=rows, outcomes=outcomes), service)
    is_late = outcomes["known_at"].dt.date() >= day.max()
    changed = outcomes.with_columns(finding=pl.when(is_late).then(pl.lit("seizure")).otherwise("finding"))
    assert not changed.equals(outcomes)
    assert build.build(last_day, Past(history=rows, outcomes=changed), service).equals(before)


def test_reasons_quote_own_fields_and_name_a_record_once(past, tmp_path):
    rows, outcomes, ours = past
    riskscore.train(rows, outcomes, settings=ours, out=tmp_path / "model")
    scored = riskscore.score(
        rows, Past(history=rows, outcomes=outcomes), model=tmp_path / "model", settings=ours, explained=1
    )
    reasons = scored.explode("reasons")["reasons"].struct.unnest()
    record = reasons.filter(pl.col("feature").str.starts_with("goods_tax_seizure_rate"))["sentence"]
    assert record.str.contains(
        r"^Earlier declarations with HS code \d+, tax type \w+ had (?:no|\d+) inspections?"
    ).any()
    records = scored["reasons"].list.eval(pl.element().struct.field("feature").str.starts_with("goods").cast(pl.Int64))
    assert records.list.sum().max() == 1
    with pytest.raises(Exception, match="was trained on other features"):
        riskscore.score(rows, model=tmp_path / "model")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[profile.lane]\ncolumns=['hs6']\nstats=['before']", "riskscore has a profile of that name"),
        ("[profile.x]\ncolumns=['hs7']\nstats=['before']", "has an unknown column 'hs7'"),
        ("[profile.x]\ncolumns=['hs6']\nstats=['after']", "unknown statistic after"),
        ("[profile.x]\ncolumns=['hs6']\nstats=['seizure_rate']", "needs a strength"),
        ("[profile.x]\ncolumns=['hs6']\nstats=['chapters']", "chapters cannot be a feature"),
        ("[field.price_deviation]\nfrom='x'\nkind='number'", "which exists already"),
        ("[field.x]\nfrom='x'\nkind='number'\nindicator=999", "there is no red flag 999"),
    ],
)
def test_impossible_declarations_are_refused(text, message):
    with pytest.raises((SettingsError, CatalogueError)) as refused:
        own.catalogue(settings.parse_settings(tomllib.loads(text)))
    assert message in str(refused.value)


def test_a_field_made_from_a_missing_column_is_refused(past):
    rows, _, _ = past
    parsed = settings.parse_settings(tomllib.loads("[field.x]\nof='nowhere'\nkind='number'"))
    with pytest.raises(SettingsError, match="made from nowhere, but no row has that column"):
        build.build(rows.head(1), catalogue=own.catalogue(parsed))


def test_names_in_the_settings_are_not_read_as_templates():
    text = declarations.SETTINGS.replace('name = "declaration"', 'name = "PARENT {x}"').replace(
        'from = "Tax"', 'from = "Tax"\nmeaning = "NAME of {the} ROW"'
    )
    parsed = settings.parse_settings(tomllib.loads(text))
    reason = own.catalogue(parsed).features["goods_tax_before"].reason
    assert reason == (
        "The history shows {value:,.0f earlier PARENT {{x}}(s)} with HS code {hs6}, NAME of {{the}} ROW {own_tax_type}."
    )
