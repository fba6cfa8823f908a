"""What was delivered: equipment, supplies and money, from whom, to whom."""

from typing import Literal

from app.record.kinds.fields import Fields, Kind, Nation, Slug, Words, about


class DeliveryFields(Fields):
    """What a delivery is about. Its count is of items, never of people."""

    donor: Nation | None = about(
        "The nation or organisation that gives: alpha-3 code or name; null = nobody is named.",
        default=None,
        examples=["USA"],
    )
    item: Literal[
        "apc",
        "mrap",
        "vehicle",
        "weapon",
        "ammunition",
        "aircraft",
        "vessel",
        "communications",
        "medical",
        "funds",
        "other",
    ] = about("What is delivered, from a fixed list.")
    item_text: Words | None = about("What is delivered, in words.", default=None)
    recipient: Literal["mission", "contingent", "host_police", "host_government", "unclear"] = (
        about("Who receives it.")
    )
    nation: Nation | None = about(
        "Whose contingent receives it, if one does: alpha-3 code or name.", default=None
    )
    fulfils: Slug | None = about(
        "Key of the expected delivery that this one keeps, in part or whole.", default=None
    )


KIND = Kind(
    name="delivery",
    plural="deliveries",
    one="delivery",
    about="Deliveries of equipment, supplies and money, expected or received.",
    fields=DeliveryFields,
    headline=lambda words: (
        f"{words['donor'] or 'Donor not named'}: {words['item_text'] or words['item']}"
    ),
    heading="Deliveries",
    unit="items",
    example={
        "donor": "USA",
        "item": "mrap",
        "recipient": "mission",
        "claim": {"status": "expected", "count": 24, "date": "2024-08"},
    },
)
