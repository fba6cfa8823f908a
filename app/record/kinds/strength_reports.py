"""How many a source says are there: a stock at the end of a day, of a mission, a nation, a category
or a contingent.
"""

from app.record.kinds.fields import Category, Fields, Kind, Nation, about


class StrengthReportFields(Fields):
    """What a strength report speaks for."""

    nation: Nation | None = about(
        "The nation it speaks for: alpha-3 code; null = all nations of the mission.", default=None
    )
    category: Category | None = about(
        "The category it speaks for; null = all categories.", default=None
    )


KIND = Kind(
    name="strength_report",
    plural="strength-reports",
    one="strength report",
    about="Reports of how many people are present at the end of a day, for a whole mission or a "
    "part of it.",
    fields=StrengthReportFields,
    has_contingent=True,
    heading="Reports of strength",
    example={
        "nation": "KEN",
        "category": "police",
        "claim": {"status": "occurred", "count": "~390", "date": "2024-08-01"},
    },
)
