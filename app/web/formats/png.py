"""Pictures as PNG."""

from app.web.formats.extras import extra
from app.web.formats.pictures import Picture, PictureForm


def _drawn(picture: Picture) -> bytes:
    """The picture in pixels, two for each of its width."""
    return bytes(extra("vl_convert", "pictures").vegalite_to_png(picture.spec, scale=2))


FORM = PictureForm(
    "png",
    "image/png",
    binary=True,
    words="Draw troop totals over time, as PNG",
    about="The same picture as series.svg in pixels, two for each of `width`.",
    draw=_drawn,
)
