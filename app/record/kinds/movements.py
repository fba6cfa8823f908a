"""Who came and who left: the arrivals and departures of a nation's people."""

from typing import Literal

from app.record.kinds.fields import Category, Fields, Kind, Nation, Slug, about, whom


class MovementFields(Fields):
    """What a movement is about."""

    nation: Nation = about(
        "Whose people moved: alpha-3 code or name, as in /v1/nations.", examples=["KEN"]
    )
    category: Category = about("Personnel category of those who moved.", examples=["police"])
    direction: Literal["arrival", "departure"] = about("Into the mission, or out of it.")
    fulfils: Slug | None = about(
        "Key of the expected movement or pledge that this one keeps, in part or whole.",
        default=None,
    )
    reason: (
        Literal[
            "rotation",
            "end_of_tour",
            "withdrawal",
            "hostile_act",
            "accident",
            "illness",
            "missing",
            "evacuated",
            "not_said",
        ]
        | None
    ) = about(
        "Of a departure: why they left. hostile_act, accident and illness are deaths, and with "
        "missing they are lost; the wounded who stay are an event. Null = left out.",
        default=None,
    )


KIND = Kind(
    name="movement",
    plural="movements",
    one="movement",
    about="Arrivals and departures: people of one nation and category who came into a mission or "
    "left it.",
    fields=MovementFields,
    has_contingent=True,
    headline=lambda words: f"{words['direction'].capitalize()}: {whom(words)}",
    heading="Arrivals and departures",
    example={
        "nation": "KEN",
        "category": "police",
        "direction": "arrival",
        "claim": {"status": "expected", "count": 200, "date": "2024-08"},
    },
)
