"""Every setting, from the environment: MUSTER_<NAME>. Read once, when the program starts."""

import os
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BeforeValidator, Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _listed(words: Any) -> Any:
    """A list as an operator writes one: with commas."""
    if not isinstance(words, str):
        return words
    return [word.strip() for word in words.split(",") if word.strip()]


Listed = (NoDecode, BeforeValidator(_listed))
HostPattern = Annotated[
    str, StringConstraints(to_lower=True, pattern=r"^(\*\.)?[A-Za-z0-9._:\[\]-]+$")
]


class Settings(BaseSettings):
    """What an operator can set. PORT is read too, as hosting platforms give it; MUSTER_PORT
    wins.
    """

    model_config = SettingsConfigDict(
        env_prefix="MUSTER_", frozen=True, extra="ignore", validate_by_name=True
    )

    database_url: Annotated[
        str,
        Field(
            description="SQLAlchemy address of the ledger: sqlite:///FILE or postgresql+psycopg://USER@HOST/NAME."
        ),
    ] = "sqlite:///muster.db"
    database_url_file: Annotated[
        str, Field(description="File that holds the address instead, as secrets are given.")
    ] = ""
    host: Annotated[str, Field(description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[
        int,
        Field(
            ge=1,
            le=65535,
            description="Port to listen on.",
            validation_alias=AliasChoices("MUSTER_PORT", "PORT"),
        ),
    ] = 8000
    public_url: Annotated[
        str,
        Field(
            pattern=r"^(https?://([A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?"
            r"(/[A-Za-z0-9._~-]+)*/?)?$",
            description="The address that callers know this server by, with the path it is under; "
            "empty: the one they asked at.",
        ),
    ] = ""
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...],
        *Listed,
        Field(
            description="Addresses or networks of proxies, with commas, whose X-Forwarded-For, "
            "-Proto, -Host and -Prefix are believed."
        ),
    ] = ()
    allowed_hosts: Annotated[
        tuple[HostPattern, ...],
        *Listed,
        Field(
            description="Hosts that may be asked for, with commas, as example.org or "
            "*.example.org; empty: any."
        ),
    ] = ()
    workers: Annotated[
        int,
        Field(
            ge=1,
            le=256,
            description="Processes that answer; each keeps its own claims ready, and counts its "
            "own limits.",
        ),
    ] = 1
    replica_urls: Annotated[
        str,
        Field(
            description="Addresses of PostgreSQL replicas, with spaces between: past states are "
            "read there."
        ),
    ] = ""
    pool_size: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Database connections kept for reading; as many as the server has threads.",
        ),
    ] = 40
    busy_timeout: Annotated[
        int,
        Field(
            ge=1,
            le=600,
            description="Seconds that a write waits for another to end before it gives up.",
        ),
    ] = 30
    request_timeout: Annotated[
        int,
        Field(
            ge=1,
            le=3600,
            description="Seconds that one question may take, from its arrival to its answer.",
        ),
    ] = 30
    stale_after: Annotated[
        int,
        Field(
            ge=1,
            description="Days after which a figure is stale: said as last known, not as there.",
        ),
    ] = 180
    max_reckonings: Annotated[
        int,
        Field(
            ge=1,
            description="Questions reckoned at the same time; more wait, up to the time that one "
            "may take.",
        ),
    ] = 2 * (os.cpu_count() or 1)
    max_exports: Annotated[
        int, Field(ge=1, description="Tables sent at the same time; more are asked to wait.")
    ] = 32
    max_exports_per_address: Annotated[
        int, Field(ge=1, description="Tables sent at the same time to one address.")
    ] = 8
    send_timeout: Annotated[
        int,
        Field(
            ge=1,
            le=3600,
            description="Seconds without progress after which an answer that nobody reads is "
            "ended.",
        ),
    ] = 20
    shutdown_timeout: Annotated[
        int,
        Field(
            ge=1,
            le=3600,
            description="Seconds that answers under way may go on once the server is told to end.",
        ),
    ] = 10
    rate_limit: Annotated[
        str,
        Field(
            pattern=r"^([1-9][0-9]{0,8}/(second|minute|hour|day))?$",
            description="Requests allowed per key or address, as 100/minute; empty: no limit.",
        ),
    ] = ""
    max_body: Annotated[
        int, Field(ge=0, description="Largest request body accepted, in bytes.")
    ] = 1_048_576
    max_import: Annotated[
        int, Field(ge=0, description="Largest document imported in one request, in bytes.")
    ] = 67_108_864
    max_query: Annotated[
        int, Field(ge=256, description="Longest query string accepted, in bytes.")
    ] = 4_096
    claims_in_memory: Annotated[
        int,
        Field(
            ge=10_000,
            description="Claims that stand ready for figures, at about 300 bytes each; "
            "the missions asked for longest ago give way to others.",
        ),
    ] = 4_000_000
    log_level: Annotated[
        str,
        Field(
            pattern="^(critical|error|warning|info|debug)$", description="How much the server logs."
        ),
    ] = "info"
    log_format: Annotated[
        str,
        Field(
            pattern="^(text|json)$",
            description="How the server logs: text, or json, one object a line on stderr.",
        ),
    ] = "text"

    @model_validator(mode="before")
    @classmethod
    def _read_file(cls, values: dict[str, Any]) -> dict[str, Any]:
        """The address of the ledger from its file, where one is named."""
        if not (file := values.get("database_url_file")):
            return values
        try:
            return {**values, "database_url": Path(file).read_text("utf-8").strip()}
        except OSError as error:
            raise ValueError(f"MUSTER_DATABASE_URL_FILE cannot be read: {error}") from error
