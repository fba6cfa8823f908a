"""Pictures as SVG."""

from html import escape

from app.web.formats.extras import extra
from app.web.formats.pictures import Picture, PictureForm


def _drawn(picture: Picture) -> bytes:
    """The picture with its title and its numbers in words, for who cannot see it."""
    svg = str(extra("vl_convert", "pictures").vegalite_to_svg(picture.spec))
    words = f"<title>{escape(picture.title)}</title><desc>{escape(picture.words)}</desc>"
    start = svg.index(">", svg.index("<svg")) + 1
    return (svg[: start - 1] + ' role="img">' + words + svg[start:]).encode()


FORM = PictureForm(
    "svg",
    "image/svg+xml",
    words="Draw troop totals over time",
    about="The series as a picture: a step line for present with its low and high as a band, "
    "arrivals and departures marked, what is expected apart; what is not known is drawn as a gap, "
    "not as zero. With a text that says the numbers.",
    draw=_drawn,
)
