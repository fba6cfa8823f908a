"""Writes openapi.json and the examples in it: real answers of the seeds, under a clock and salts
that never change.

`make docs` runs it; a test fails when what it would write is not what is committed.
"""

# Addresses, a line each.
# ruff: noqa: E501

import json
import tempfile
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from app.main import create_app
from app.record.database import migrate
from app.record.kinds import KINDS
from app.settings import Settings
from app.web.formats import TABLES
from app.web.schemas.openapi import EXAMPLES
from tests.conftest import ROOT, SEEDS, load

STRENGTH = "mission=haiti-mss&as_of=2024-12-31"
SERIES = "mission=haiti-mss&from=2024-06-01&to=2024-12-31"

# An entry of each kind that the seeds tell of.
SHOWN = {
    "movement": "haiti-mss-ken-second-group",
    "strength_report": "haiti-mss-ken-strength-2024-07-16",
    "pledge": "haiti-mss-ben-pledge",
    "delivery": "haiti-mss-usa-mraps-2024-07",
    "mandate": "haiti-mss-resolution-2699",
    "event": "haiti-mss-jam-previsit",
}
# Operation: the address whose real answer is its example.
ADDRESSES = {
    "get_strength": "/v1/strength?mission=haiti-mss&nation=KEN&as_of=2024-07-18&revision=1&explain=true",
    "csv_of_strength": f"/v1/strength.csv?{STRENGTH}&nation=KEN&nation=JAM&fields=nation,present_low,present,present_high,method",
    "text_of_strength": f"/v1/strength.txt?{STRENGTH}",
    "compare_strength": "/v1/strength/compare?mission=haiti-mss&nation=KEN&as_of=2024-06-30&published_by=2024-06-30&b_published_by=2024-12-31",
    "csv_of_comparison": "/v1/strength/compare.csv?mission=haiti-mss&as_of=2024-07-01&b_as_of=2024-12-31&fields=nation,a,b,difference,ranges_meet&size=5",
    "get_series": f"/v1/strength/series?{SERIES}&group_by=none&interval=quarter&size=2",
    "csv_of_series": f"/v1/strength/series.csv?{SERIES}&nation=KEN&interval=month&fields=date,nation,present_low,present,present_high,method",
    "svg_of_series": f"/v1/strength/series.svg?{SERIES}&nation=KEN",
    "png_of_series": f"/v1/strength/series.png?{SERIES}&nation=KEN",
    "get_fulfilment": f"/v1/fulfilment?{STRENGTH}&nation=KEN&nation=BEN",
    "csv_of_fulfilment": f"/v1/fulfilment.csv?{STRENGTH}&fields=nation,pledged,arrived,present,outstanding,state&size=5",
    "list_promises": f"/v1/promises?{STRENGTH}&kind=movement&nation=KEN",
    "csv_of_promises": f"/v1/promises.csv?{STRENGTH}&kind=movement&fields=key,first_due_latest,times_moved,came_on,late_days,outcome,lapsed",
    "list_reconciliation": f"/v1/reconciliation?{STRENGTH}&nation=KEN",
    "csv_of_reconciliation": f"/v1/reconciliation.csv?{STRENGTH}&fields=nation,to_date,reckoned,reported,difference,agrees",
    "list_conflicts": f"/v1/conflicts?{STRENGTH}&size=2",
    "csv_of_conflicts": f"/v1/conflicts.csv?{STRENGTH}&fields=what,kind,nation,date,low,high,stands,against&size=4",
    "list_timeline": "/v1/timeline?nation=KEN&date_from=2024-07-01&size=2",
    "csv_of_timeline": "/v1/timeline.csv?nation=KEN&date_from=2024-07-01&size=5&fields=date,kind,key,status,count",
    "list_claims": "/v1/claims?entry=haiti-mss-ken-strength-2024-07-16&size=2",
    "csv_of_claims": "/v1/claims.csv?entry=haiti-mss-ken-strength-2024-07-16&fields=key,source,count,date,grade",
    "get_claim": "/v1/claims/haiti-mss-ken-strength-2024-07-16--heed-2024-07-17",
    "get_head": "/v1/revisions/head",
    "list_revisions": "/v1/revisions",
    "csv_of_revisions": "/v1/revisions.csv?fields=number,recorded_at,message",
    "get_revision": "/v1/revisions/1",
    "feed_of_revisions": "/v1/revisions.atom",
    "feed_of_timeline": "/v1/timeline.atom?nation=JAM",
    "list_missions": "/v1/missions",
    "csv_of_missions": "/v1/missions.csv",
    "get_mission": "/v1/missions/haiti-mss",
    "list_contingents": "/v1/contingents?nation=KEN&nation=JAM",
    "csv_of_contingents": "/v1/contingents.csv?fields=slug,nation,category",
    "get_contingent": "/v1/contingents/haiti-mss-ken-police",
    "list_sources": "/v1/sources?size=2&sort=-published_latest",
    "csv_of_sources": "/v1/sources.csv?size=3&fields=slug,publisher,published,grade",
    "get_source": "/v1/sources/citizen-tz-2024-07-17",
    "list_nations": "/v1/nations?q=congo",
    "csv_of_nations": "/v1/nations.csv?q=congo",
    "get_nation": "/v1/nations/kenya",
    "sqlite_of_ledger": "/v1/ledger.sqlite?revision=1",
    "get_live": "/health/live",
    "get_ready": "/health/ready",
    **{
        f"list_{kind.plural.replace('-', '_')}": f"/v1/{kind.plural}?mission=haiti-mss&size=2"
        for kind in KINDS.values()
    },
    **{
        f"csv_of_{kind.plural.replace('-', '_')}": f"/v1/{kind.plural}.csv?size=3&fields=key,status,count,date,disputed"
        for kind in KINDS.values()
    },
    **{f"get_{name}": f"/v1/{KINDS[name].plural}/{key}" for name, key in SHOWN.items()},
}

for _name, _address in list(ADDRESSES.items()):
    for _form in TABLES.keys() - {"csv"} if _name.startswith("csv_of_") else ():
        ADDRESSES[_name.replace("csv", _form, 1)] = _address.replace(".csv", f".{_form}", 1)


def written() -> dict[Path, str]:
    """The files and what should stand in them."""
    with tempfile.TemporaryDirectory() as place:
        settings = Settings(database_url=f"sqlite:///{place}/docs.db")
        migrate(settings)
        load(settings, SEEDS)
        with TestClient(create_app(settings)) as client:
            examples = {
                operation: _answer(client, address)
                for operation, address in sorted(ADDRESSES.items())
            }
        text = json.dumps(examples, indent=1, ensure_ascii=False) + "\n"
    return {EXAMPLES: text}


def _answer(client: TestClient, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.text}"
    if not answer.headers["content-type"].startswith(
        ("application/json", "application/x-ndjson", "application/atom", "text/")
    ):
        return {"address": address}
    is_json = answer.headers["content-type"].startswith("application/json")
    return {"address": address, "answer": answer.json() if is_json else answer.text}


def openapi() -> str:
    """The OpenAPI document, as it should be committed."""
    app = create_app(Settings(database_url="sqlite:///nowhere.db"))
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    import subprocess
    import sys

    if "--openapi" not in sys.argv:
        for path, text in written().items():
            path.write_text(text, "utf-8")
        # The examples are read when the routes are made, so the document is written by a process
        # that begins anew.
        subprocess.run([sys.executable, "-m", "tests.write_docs", "--openapi"], check=True)
    else:
        (ROOT / "openapi.json").write_text(openapi(), "utf-8")
