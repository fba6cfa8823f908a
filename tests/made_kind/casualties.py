"""Who came to harm: the dead and wounded of a nation's people."""

from typing import Literal

from app.record.kinds.fields import Day, Fields, Kind, Nation, Number, about, whom


class CasualtyFields(Fields):
    """What a casualty is about. Its count is of the dead."""

    nation: Nation = about("Whose people: alpha-3 code or name.")
    manner: Literal["hostile_act", "accident", "illness"] = about("How they died.")
    hostile: Literal["gang", "state"] | None = about("Whose act it was, if one.", default=None)
    wounded: Number | None = about("How many were wounded beside the dead.", default=None)
    notified: Day | None = about("The day their families were told.", default=None)
    inquiry: Nation | None = about("The nation that inquires into it.", default=None)


KIND = Kind(
    name="casualty",
    plural="casualties",
    one="casualty",
    about="The dead of a mission.",
    fields=CasualtyFields,
    headline=lambda said: f"{said['manner'].capitalize()}, {whom(said)}, {said['notified']}",
    heading="Dead and wounded",
    unit="dead",
)
