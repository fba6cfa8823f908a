"""In what words a figure is told: what is old says so."""

from app.estimate.contingents import Figure
from app.estimate.entries import Fact
from app.estimate.questions import Question
from app.estimate.strength import Strength
from app.web.pages.wording import edtf, rests_on
from tests.builders import day, report

OCTOBER = day("2024-10-31")


def present(*told: Fact) -> Figure:
    """Who is present at the end of October 2024."""
    return Strength.of(told, {}).table(Question(as_of=OCTOBER)).total.figures["present"]


def test_one_fresh_part_lends_no_youth_to_the_whole() -> None:
    old, fresh = report("KEN", "2017-03-31", "100"), report("JAM", "2024-10-18", "6")
    words = rests_on(present(old, fresh, report("BEN", "1991-03-31", "0")), OCTOBER)
    assert (
        "newest evidence 18 October 2024 (13 days old), oldest 31 March 2017 (2,771 days old)"
        in words
    )


def test_parts_of_one_month_are_of_one_age() -> None:
    words = rests_on(
        present(report("KEN", "2024-09-30", "100"), report("JAM", "2024-10-18", "6")), OCTOBER
    )
    assert "oldest" not in words


def test_dates_are_read_in_words() -> None:
    said = {
        "2024-07-16~": "about 16 July 2024",
        "2024-07-14/2024-07-16": "14 July 2024 to 16 July 2024",
        "1980-01-XX": "some day in January 1980",
        "1980-XX": "some month in 1980",
        "1980-XX-XX": "some day in 1980",
        "198X": "the 1980s",
        "19XX?": "perhaps 1900 to 1999",
        "2024-33": "first quarter of 2024",
        "2024-36/..": "fourth quarter of 2024 or later",
        "2024-39~": "about last third of 2024",
        "../2024-40": "first half of 2024 or earlier",
    }
    assert {words: edtf(words) for words in said} == said
