"""How rows leave: one file a form. To add a form of tables or pictures, add a file and list it."""

from app.record.kinds.fields import any_of
from app.web.formats import csv, ndjson, parquet, png, svg, xlsx
from app.web.formats.pictures import PictureForm
from app.web.formats.tables import TableForm
from app.web.http.answers import Form

__all__ = ["JSON", "PICTURES", "TABLES"]

TABLES: dict[str, TableForm] = {
    module.FORM.name: module.FORM for module in (csv, ndjson, parquet, xlsx)
}
PICTURES: dict[str, PictureForm] = {module.FORM.name: module.FORM for module in (svg, png)}
JSON = Form(
    "json",
    "application/json",
    otherwise="This address answers application/json; tables end in "
    f"{any_of(f'.{name}' for name in TABLES)}.",
)
