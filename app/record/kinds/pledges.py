"""Who promised: people a nation said it would send. A pledge made has occurred; one withdrawn is
cancelled.
"""

from app.record.kinds.fields import Category, Fields, Kind, Nation, Slug, about


class PledgeFields(Fields):
    """What a pledge is about."""

    nation: Nation = about(
        "The nation that promised: alpha-3 code or name, as in /v1/nations.", examples=["BEN"]
    )
    category: Category | None = about(
        "Personnel category that was promised; null = not said.", default=None
    )
    amends: Slug | None = about(
        "Key of the pledge of the same nation in whose place this one stands from its day on.",
        default=None,
    )


KIND = Kind(
    name="pledge",
    plural="pledges",
    one="pledge",
    about="Promises of people by a nation. A pledge never counts as anybody present.",
    fields=PledgeFields,
    heading="Pledges",
    example={
        "nation": "BEN",
        "category": "military",
        "claim": {"status": "occurred", "count": 1500, "date": "2024-02-27"},
    },
)
