"""In what words a figure is told: what is old says so."""

from app.estimate.contingents import Figure
from app.estimate.entries import Fact
from app.estimate.strength import Question, Strength
from app.web.wording import rests_on
from tests.said import day, report

OCTOBER = day("2024-10-31")


def present(*told: Fact) -> Figure:
    """Who is present at the end of October 2024."""
    return Strength(told, {}).table(Question(as_of=OCTOBER)).total.figures["present"]


def test_one_fresh_part_lends_no_youth_to_the_whole() -> None:
    old, fresh = report("KEN", "2017-03-31", "100"), report("JAM", "2024-10-18", "6")
    words = rests_on(present(old, fresh, report("BEN", "1991-03-31", "0")), OCTOBER)
    assert "newest evidence 18 October 2024 (13 days old), oldest 31 March 2017 (2,771 days old)" in words


def test_parts_of_one_month_are_of_one_age() -> None:
    words = rests_on(present(report("KEN", "2024-09-30", "100"), report("JAM", "2024-10-18", "6")), OCTOBER)
    assert "oldest" not in words
