"""Who allowed it: the decisions that authorise a mission, their term, and the ceiling they set."""

from app.record.kinds.fields import Edtf, Fields, Kind, Words, about


class MandateFields(Fields):
    """What a mandate is. Its count is the authorised ceiling, in people."""

    body: Words = about("Who decided.", examples=["UN Security Council"])
    instrument: Words = about("The decision, as it is cited.", examples=["resolution 2699 (2023)"])
    expires: Edtf | None = about(
        "Last day of the term, as an EDTF date; null = none is known.", default=None
    )


KIND = Kind(
    name="mandate",
    plural="mandates",
    one="mandate",
    about="Decisions that authorise a mission, with their term and ceiling.",
    fields=MandateFields,
    headline=lambda words: f"{words['body']}: {words['instrument']}",
    heading="Mandates",
    example={
        "body": "UN Security Council",
        "instrument": "a resolution to come",
        "claim": {"status": "expected", "count": 2500, "date": "2024-10"},
    },
)
