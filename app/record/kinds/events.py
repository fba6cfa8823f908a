"""What else happened or was said. A visit has a count but never adds to strength."""

from typing import Literal

from app.record.kinds.fields import Fields, Kind, Nation, Words, about


class EventFields(Fields):
    """What an event is."""

    event_type: Literal[
        "visit", "statement", "agreement", "ceremony", "incident", "decision", "other"
    ] = about("Sort of event.")
    title: Words = about("The event in a few words.")
    nation: Nation | None = about(
        "The nation it concerns most: alpha-3 code; null = none.", default=None
    )


KIND = Kind(
    name="event",
    plural="events",
    one="event",
    about="Visits, statements, agreements, ceremonies, incidents and decisions.",
    fields=EventFields,
    headline=lambda words: words["title"],
    example={
        "event_type": "visit",
        "title": "A commander looks at the base",
        "claim": {"status": "occurred", "date": "2024-08-02"},
    },
)
