"""Nations by code, name or alias: every code of ISO 3166-1 and Kosovo, the names people type, and no name for two."""

import pycountry
import pytest

from app.record.nations import fold, nation_code, nation_name, nations, near_nation

TYPED = {
    "TUR": ["Turkey", "Türkiye", "Turkiye", "TÜRKİYE", "Tu\u0308rkiye", "turkey", "Republic of Turkey"],
    "CIV": ["Ivory Coast", "Côte d'Ivoire", "Côte d’Ivoire", "Cote d'Ivoire", "COTE D'IVOIRE", "the Ivory Coast"],
    "COD": ["DR Congo", "D.R. Congo", "DRC", "Democratic Republic of the Congo", "Congo, Dem. Rep.", "Congo-Kinshasa"],
    "COG": ["Congo", "Republic of the Congo", "Congo-Brazzaville", "Congo, Rep."],
    "GBR": ["UK", "U.K.", "the UK", "uk", "Britain", "Great Britain", "United Kingdom", "The United Kingdom"],
    "USA": [
        "USA",
        "U.S.A.",
        "US",
        "U.S.",
        "u.s.",
        "the US",
        "United States",
        "the United States of America",
        "America",
    ],
    "XKX": ["Kosovo", "XKX", "kosovo", "Republic of Kosovo"],
    "BHS": ["the Bahamas", "Bahamas", "The Bahamas", "Bahamas, The"],
    "GMB": ["the Gambia", "Gambia", "Gambia, The"],
    "TTO": ["Trinidad & Tobago", "Trinidad and Tobago", "Trinidad&Tobago", "TRINIDAD AND TOBAGO", "Trinidad"],
    "ATG": ["Antigua & Barbuda", "Antigua and Barbuda"],
    "KEN": ["KEN", "ken", "Ken", "Kenya", "kenya", " Kenya ", "KENYA", "Republic of Kenya"],
    "JAM": ["Jamaica"],
    "BLZ": ["Belize"],
    "BRB": ["Barbados"],
    "BGD": ["Bangladesh"],
    "DZA": ["Algeria"],
    "HTI": ["Haiti", "Haïti"],
    "SLV": ["El Salvador"],
    "TCD": ["Chad"],
    "NOR": ["NOR", "Norway"],
    "NAM": ["NAM", "Namibia"],
    "KOR": ["South Korea", "Republic of Korea", "Korea, Republic of", "ROK", "S. Korea"],
    "PRK": ["North Korea", "DPRK"],
    "VNM": ["Vietnam", "Viet Nam"],
    "CZE": ["Czechia", "Czech Republic"],
    "SWZ": ["Eswatini", "Swaziland"],
    "CPV": ["Cape Verde", "Cabo Verde"],
    "MKD": ["North Macedonia", "Macedonia", "FYROM"],
    "MMR": ["Myanmar", "Burma"],
    "BIH": ["Bosnia", "Bosnia and Herzegovina", "Bosnia-Herzegovina", "Bosnia & Herzegovina"],
    "LCA": ["St. Lucia", "Saint Lucia", "St Lucia"],
    "TLS": ["Timor-Leste", "Timor Leste", "East Timor"],
    "STP": ["São Tomé and Príncipe", "Sao Tome & Principe"],
    "NLD": ["the Netherlands", "Holland"],
    "PHL": ["the Philippines", "Philippines"],
    "GIN": ["Guinea"],
    "GNB": ["Guinea-Bissau", "Guinea Bissau"],
    "GNQ": ["Equatorial Guinea"],
    "NER": ["Niger"],
    "NGA": ["Nigeria"],
    "DMA": ["Dominica"],
    "DOM": ["Dominican Republic", "the Dominican Republic"],
    "VIR": ["US Virgin Islands", "U.S. Virgin Islands"],
    "ARE": ["UAE", "U.A.E.", "United Arab Emirates"],
}


def test_the_codes_are_those_of_iso_3166_and_kosovo() -> None:
    assert set(nations()) == {country.alpha_3 for country in pycountry.countries} | {"XKX"}
    assert list(nations()) == sorted(nations())


def test_every_name_of_the_standard_is_known() -> None:
    for country in pycountry.countries:
        for attribute in ("alpha_3", "name", "official_name", "common_name"):
            if words := getattr(country, attribute, None):
                assert nation_code(words) == country.alpha_3, words


@pytest.mark.parametrize("code", TYPED)
def test_people_type_many_names(code: str) -> None:
    assert {words: nation_code(words) for words in TYPED[code]} == dict.fromkeys(TYPED[code], code)


def test_no_name_stands_for_two() -> None:
    meant: dict[str, str] = {}
    for code, (name, aliases) in nations().items():
        for words in (code, name, *aliases):
            assert fold(words), words
            assert meant.setdefault(fold(words), code) == code, f"{words!r} is {meant[fold(words)]} and {code}"


def test_every_nation_has_a_name_of_its_own() -> None:
    names = [name for name, _ in nations().values()]
    assert len(set(names)) == len(names)
    for code, (name, aliases) in nations().items():
        assert isinstance(name, str)
        assert all(isinstance(alias, str) for alias in aliases)
        assert nation_name(code) == name
    assert nation_name(None) is None


def test_no_code_is_read_as_something_else_by_yaml_or_a_spreadsheet() -> None:
    assert all(isinstance(code, str) and len(code) == 3 and code.isupper() for code in nations())


@pytest.mark.parametrize(
    ("words", "near"),
    [
        ("Kenia", "Kenya"),
        ("Untied States", "United States"),
        ("Jamiaca", "Jamaica"),
        ("Bahama", "Bahamas"),
        ("Turkei", "Türkiye"),
        ("Cote dIvoire", "Côte d'Ivoire"),
        ("Trinidad and Tabago", "Trinidad and Tobago"),
        ("Salvador", "El Salvador"),
        ("Democratic Rep. of the Congo", "DR Congo"),
    ],
)
def test_a_wrong_name_is_refused_with_the_nearest(words: str, near: str) -> None:
    assert near_nation(words) == near
    with pytest.raises(ValueError, match=f"did you mean {near}"):
        nation_code(words)


def test_what_is_no_name_is_refused_in_a_short_sentence() -> None:
    for words in (
        "",
        " ",
        "the",
        "...",
        "Xyz",
        "404",
        "🇰🇪",
        "é",
        "\ud800",
        "K" * 10_000,
        "Ruritania",
        "Virgin Islands",
    ):
        with pytest.raises(ValueError, match="is not a nation") as refused:
            pytest.fail(f"{words!r} is {nation_code(words)}")
        assert len(str(refused.value)) < 250
        str(refused.value).encode()


def test_alpha_2_codes_are_no_codes() -> None:
    """NA is missing to pandas and NO is false to older YAML; US and UK are names, not codes."""
    for words in ("NA", "NO", "KE", "GB", "DE", "FR", "CD", "ZZ"):
        with pytest.raises(ValueError, match="is not a nation"):
            pytest.fail(f"{words!r} is {nation_code(words)}")


def test_words_with_a_character_that_is_no_text_are_no_name() -> None:
    for words in ("KEN\0", "\0Kenya", "Ken\x7fya", "KEN\x1b"):
        with pytest.raises(ValueError, match="is not a nation"):
            pytest.fail(f"{words!r} is {nation_code(words)}")


def test_case_accents_and_punctuation_are_nothing() -> None:
    assert fold("  The  CÔTE-d'Ivoire. ") == fold("cote d ivoire") == "cote d ivoire"
    assert fold("Trinidad & Tobago") == "trinidad and tobago"
    assert fold("Thebes") == "thebes"
