"""What came after: a mission that follows another, with its people and promises or without them."""

from typing import Literal

from app.record.kinds.fields import Fields, Kind, Mission, about


class SuccessionFields(Fields):
    """What a succession is about: the entry's mission is the one that follows."""

    predecessor: Mission = about("Slug of the mission that is followed.", examples=["haiti-mss"])
    mode: Literal["continues", "replaces"] = about(
        "continues: people and open promises pass over on its day; replaces: nothing does."
    )


KIND = Kind(
    name="succession",
    plural="successions",
    one="succession",
    about="Missions that follow others, and on which day.",
    fields=SuccessionFields,
    headline=lambda words: f"Succession: {words['mode']} {words['predecessor']}",
    heading="What came before and after",
    example={
        "mission": "haiti-gsf",
        "predecessor": "haiti-mss",
        "mode": "replaces",
        "claim": {"status": "cancelled", "date": "2025-10-02"},
    },
)
