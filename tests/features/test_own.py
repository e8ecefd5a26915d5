"""Own features: what a service declares becomes columns of the matrix, past only, with sentences that can be read."""

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


def test_what_ships_stays_but_for_what_the_service_lacks():
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


def test_values_are_those_of_the_rows_and_of_their_past(past):
    rows, found, ours = past
    matrix = build.build(rows, Past(history=rows, outcomes=found), own.catalogue(ours))
    assert matrix["use"].to_list() == [["home", "trade"].index(use) for use in rows["use"]]
    assert matrix["price_per_kg"].to_list() == pytest.approx((rows["price"] / rows["mass"]).to_list(), rel=1e-6)
    days = rows["filed_at"].dt.date().to_list()
    goods, taxes = rows["hs_codes"].list.first().to_list(), rows["tax_type"].to_list()
    known = dict(
        zip(found["bill_of_lading"], zip(found["known_at"].dt.date(), found["finding"], strict=True), strict=True)
    )
    for at in range(0, rows.height, 37):
        same = [
            other for other in range(rows.height)
            if days[other] < days[at] and (goods[other], taxes[other]) == (goods[at], taxes[at])
        ]  # fmt: skip
        assert matrix["goods_tax_before"][at] == len(same)
        told = [known[rows["bill_of_lading"][other]] for other in same]
        told = [finding for day, finding in told if day < days[at]]
        every = [finding for day, finding in known.values() if day < days[at]]
        profiles = own.catalogue(ours).profiles
        base = (every.count("seizure") + profiles.base_strength * profiles.base_rate) / (
            len(every) + profiles.base_strength
        )
        rate = (told.count("seizure") + 5 * base) / (len(told) + 5) if told else None
        assert matrix["goods_tax_seizure_rate"][at] == (pytest.approx(rate, rel=1e-5) if told else None)


def test_nothing_that_is_known_later_changes_a_row(past):
    rows, found, ours = past
    day = rows["filed_at"].dt.date()
    asked = rows.filter(day == day.max())
    known = own.catalogue(ours)
    before = build.build(asked, Past(history=rows, outcomes=found), known)
    last = found["known_at"].dt.date() >= day.max()
    turned = found.with_columns(finding=pl.when(last).then(pl.lit("seizure")).otherwise("finding"))
    assert not turned.equals(found)
    assert build.build(asked, Past(history=rows, outcomes=turned), known).equals(before)


def test_reasons_speak_of_own_fields_and_tell_a_record_once(past, tmp_path):
    rows, found, ours = past
    riskscore.train(rows, found, settings=ours, out=tmp_path / "model")
    scored = riskscore.score(
        rows, Past(history=rows, outcomes=found), model=tmp_path / "model", settings=ours, explained=1
    )
    told = scored.explode("reasons")["reasons"].struct.unnest()
    record = told.filter(pl.col("feature").str.starts_with("goods_tax_seizure_rate"))["sentence"]
    assert record.str.contains(
        r"^The record of declarations with HS code \d+, tax type \w+ holds \d+ inspections?"
    ).any()
    records = scored["reasons"].list.eval(pl.element().struct.field("feature").str.starts_with("goods").cast(pl.Int64))
    assert records.list.sum().max() == 1
    with pytest.raises(Exception, match="was trained on other features"):
        riskscore.score(rows, model=tmp_path / "model")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[profile.lane]\ncolumns=['hs6']\nstats=['before']", "riskscore has a profile of that name"),
        ("[profile.x]\ncolumns=['hs7']\nstats=['before']", "has a column 'hs7'"),
        ("[profile.x]\ncolumns=['hs6']\nstats=['after']", "unknown statistic after"),
        ("[profile.x]\ncolumns=['hs6']\nstats=['seizure_rate']", "needs a strength"),
        ("[profile.x]\ncolumns=['hs6']\nstats=['chapters']", "chapters is no feature"),
        ("[field.price_deviation]\nfrom='x'\nkind='number'", "which ships already"),
        ("[field.x]\nfrom='x'\nkind='number'\nindicator=999", "there is no red flag 999"),
    ],
)
def test_declarations_that_cannot_be_are_refused(text, told):
    with pytest.raises((SettingsError, CatalogueError)) as wrong:
        own.catalogue(settings.parse_settings(tomllib.loads(text)))
    assert told in str(wrong.value)


def test_a_field_made_of_nothing_is_refused(past):
    rows, _, _ = past
    made = settings.parse_settings(tomllib.loads("[field.x]\nof='nowhere'\nkind='number'"))
    with pytest.raises(SettingsError, match="made of nowhere, which no row has"):
        build.build(rows.head(1), catalogue=own.catalogue(made))


def test_names_of_the_settings_are_no_templates():
    text = declarations.SETTINGS.replace('name = "declaration"', 'name = "PARENT {x}"').replace(
        'from = "Tax"', 'from = "Tax"\nmeaning = "NAME of {the} ROW"'
    )
    made = settings.parse_settings(tomllib.loads(text))
    reason = own.catalogue(made).features["goods_tax_before"].reason
    assert reason == ("{value:,.0f earlier PARENT {{x}}(s)} with HS code {hs6}, NAME of {{the}} ROW {own_tax_type}.")
