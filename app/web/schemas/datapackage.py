"""A Data Package (Frictionless, version 1): what its descriptor says, as the document of the API
describes it.
"""

from typing import Literal

from pydantic import BaseModel, Field

FieldKind = Literal["string", "integer", "boolean", "date"]


class Constraints(BaseModel):
    """What holds of every value of a column."""

    required: bool = Field(description="A value is always known.")


class Column(BaseModel):
    """A column of a table."""

    name: str = Field(description="Its name, as in the header.")
    type: FieldKind = Field(description="What stands in it.")
    description: str = Field(description="What it means.")
    constraints: Constraints = Field(description="What holds of every value.")


class Reference(BaseModel):
    """Where the rows are that a column names."""

    resource: str = Field(description="Name of the resource; empty for the table itself.")
    fields: str = Field(description="Its key.")


class ForeignKey(BaseModel):
    """A column whose values are keys of rows elsewhere, where they are known."""

    fields: str = Field(description="The column.")
    reference: Reference = Field(description="Where the rows are.")


class TableSchema(BaseModel):
    """The columns of a table, and what they name."""

    fields: list[Column] = Field(description="The columns in their order.")
    missingValues: list[str] = Field(description="How a cell says that nothing is known.")  # noqa: N815
    primaryKey: str | None = Field(  # noqa: N815
        default=None, description="The column that names a row, where there is one."
    )
    foreignKeys: list[ForeignKey] = Field(description="The columns that name rows.")  # noqa: N815


class File(BaseModel):
    """A file of the package: a table, or the whole ledger."""

    profile: Literal["tabular-data-resource", "data-resource"] = Field(
        description="Which rules it keeps."
    )
    name: str = Field(description="Its name within the package.")
    path: str = Field(description="Its address, at the revision of the package.")
    title: str = Field(description="What it is called.")
    description: str = Field(description="What is in it.")
    format: str = Field(description="csv or sqlite.")
    mediatype: str = Field(description="Its media type.")
    encoding: str | None = Field(default=None, description="How its text is written.")
    table: TableSchema | None = Field(
        default=None, alias="schema", description="Its columns, where it is a table."
    )


class Origin(BaseModel):
    """Where the facts come from."""

    title: str = Field(description="What it is.")
    path: str = Field(description="Its address.")


class Datapackage(BaseModel):
    """The ledger at a revision, as a package of files."""

    profile: Literal["data-package"] = Field(description="Which rules it keeps.")
    name: str = Field(description="Always muster.")
    id: str = Field(description="The chain of the revision, which names it wherever it is copied.")
    title: str = Field(description="What it is called.")
    description: str = Field(description="How it is to be read.")
    homepage: str = Field(description="The page of this server.")
    version: str = Field(description="The revision.")
    created: str | None = Field(
        default=None,
        description="When the revision was recorded, in UTC; left out before the first.",
    )
    sources: list[Origin] = Field(description="Where the sources of the claims are listed.")
    resources: list[File] = Field(description="The files.")
