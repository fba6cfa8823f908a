"""The document and the page that people browse: valid, whole, true to what is really answered, and
without the internet.
"""

import re
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as how
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.record.kinds import KINDS
from app.web.formats import PICTURES, TABLES
from tests.conftest import Twins
from tests.write_docs import SHOWN

METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
# What goes wrong at the door of every read, whatever it asks.
AT_THE_DOOR = {"400", "414"}
# How an address ends, and what it then answers.
FORMS = {
    ".csv": "text/csv",
    ".ndjson": "application/x-ndjson",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".atom": "application/atom+xml",
    ".txt": "text/plain",
    ".sqlite": "application/vnd.sqlite3",
}
# What no example shows: bytes, pictures, and all tables described at once.
BINARY = [form for form in (*TABLES.values(), *PICTURES.values()) if form.binary]
UNSHOWN = (".svg", ".sqlite", ".json", *(f".{form.name}" for form in BINARY))


@cache
def document(read: Twins) -> Any:
    """The OpenAPI document as it is served."""
    return read.json("/openapi.json")


def operations(read: Twins) -> Iterator[tuple[str, str, Any]]:
    """Every operation: path, method, what is said of it."""
    for path, methods in document(read)["paths"].items():
        for method, operation in methods.items():
            if method in METHODS:
                yield path, method, operation


def reads(read: Twins) -> Iterator[tuple[str, Any]]:
    """Every operation that reads."""
    return ((path, operation) for path, method, operation in operations(read) if method == "get")


# Of one thing of a kind that the seeds do not tell of, there is no answer to show.
UNTOLD = [f"get_{kind}" for kind in KINDS if kind not in SHOWN]


def example_address(operation: Any) -> str | None:
    """The address whose real answer is the example of an operation, as its description gives it."""
    found = re.findall(r"`(/[^`\s]*)`", operation["description"])
    return found[-1] if found else None


def validator(read: Twins, schema: Any) -> Draft202012Validator:
    """A validator of one of the document's schemas, its references resolved in the document."""
    return Draft202012Validator(
        {**schema, "components": document(read)["components"]},
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )


def faults(read: Twins, schema: Any, instance: Any) -> list[str]:
    """Where an instance is not as a schema says."""
    return [
        f"{error.json_path}: {error.message[:150]}"
        for error in validator(read, schema).iter_errors(instance)
    ]


class TestDocument:
    def test_it_is_valid_openapi(self, read: Twins) -> None:
        assert document(read)["openapi"].startswith("3.1")
        OpenAPIV31SpecValidator(document(read)).validate()

    def test_every_reference_leads_somewhere(self, read: Twins) -> None:
        def references(part: Any) -> Iterator[str]:
            if isinstance(part, dict):
                if isinstance(part.get("$ref"), str):
                    yield part["$ref"]
                for each in part.values():
                    yield from references(each)
            elif isinstance(part, list):
                for each in part:
                    yield from references(each)

        schemas = document(read)["components"]["schemas"]
        named = {
            reference.removeprefix("#/components/schemas/")
            for reference in references(document(read))
        }
        assert named - set(schemas) == set()
        assert set(schemas) - named - {"Problem"} == set(), (
            "nothing is described that nobody refers to"
        )

    def test_it_says_what_it_is(self, read: Twins) -> None:
        info = document(read)["info"]
        assert info["title"] == "Muster"
        assert info["version"] == read.json("/health/live")["version"]
        for name in ("summary", "description", "license"):
            assert info[name]

    def test_every_operation_has_an_id_of_its_own(self, read: Twins) -> None:
        ids = [operation["operationId"] for _, _, operation in operations(read)]
        assert len(ids) > 40
        assert len(set(ids)) == len(ids)
        assert [each for each in ids if not re.fullmatch(r"[a-z]+(_[a-z]+)+", each)] == []

    def test_every_operation_has_a_summary_a_description_and_a_tag_that_is_described(
        self, read: Twins
    ) -> None:
        tags = {tag["name"] for tag in document(read)["tags"] if tag["description"]}
        bare = {
            operation["operationId"]: [
                name for name in ("summary", "description") if not operation.get(name)
            ]
            for _, _, operation in operations(read)
            if not (operation.get("summary") and operation.get("description"))
        }
        assert bare == {}
        assert [
            each["operationId"]
            for _, _, each in operations(read)
            if not set(each.get("tags", ())) & tags
        ] == []
        assert {tag for _, _, operation in operations(read) for tag in operation["tags"]} == tags

    def test_every_operation_documents_its_error_answers_as_problems(self, read: Twins) -> None:
        wrong: dict[str, Any] = {}
        for path, operation in reads(read):
            if path == "/health/live":
                continue
            statuses = set(operation["responses"])
            wanted = {"500", "503"}
            if path.startswith("/v1/"):
                wanted |= {"304", "406", "422"} | AT_THE_DOOR
                names = {each["name"]: each["in"] for each in operation["parameters"]}
                wanted |= ({"409"} if "cursor" in names else set()) | (
                    {"404"} if names.keys() & {"key", "slug", "code", "number"} else set()
                )
            if wanted - statuses:
                wrong[operation["operationId"]] = sorted(wanted - statuses)
            for status, response in operation["responses"].items():
                if status[0] in "45":
                    assert response["content"]["application/problem+json"]["schema"] == {
                        "$ref": "#/components/schemas/Problem"
                    }
                    assert list(response["content"]) == ["application/problem+json"]
        assert wrong == {}

    def test_an_answer_is_documented_in_the_forms_it_has_and_no_other(self, read: Twins) -> None:
        wrong = {}
        for path, operation in reads(read):
            expected = next(
                (told for end, told in FORMS.items() if path.endswith(end)), "application/json"
            )
            if list(operation["responses"]["200"]["content"]) != [expected]:
                wrong[path] = sorted(operation["responses"]["200"]["content"])
        assert wrong == {}

    def test_every_answer_is_described(self, read: Twins) -> None:
        for _, _, operation in operations(read):
            assert all(response["description"] for response in operation["responses"].values())

    def test_every_parameter_has_a_description(self, read: Twins) -> None:
        bare = [
            (operation["operationId"], parameter["name"])
            for _, _, operation in operations(read)
            for parameter in operation.get("parameters", [])
            if not parameter.get("description")
        ]
        assert bare == []

    def test_every_parameter_says_which_words_or_numbers_it_takes(self, read: Twins) -> None:
        told = {
            p["name"]: p["schema"]
            for _, operation in reads(read)
            for p in operation.get("parameters", [])
        }
        words = (
            str(told["policy"])
            + str(told["category"])
            + str(told["status"])
            + str(told["kind"])
            + str(told["item"])
        )
        for word in ("graded", "staff_officer", "cancelled", "strength_report", "mrap"):
            assert word in words
        assert "1000" in str(told["size"])
        assert "^[A-F][1-6]$" in str(told["min_grade"])

    def test_every_property_of_every_schema_has_a_description(self, read: Twins) -> None:
        bare = [
            f"{name}.{field}"
            for name, schema in document(read)["components"]["schemas"].items()
            for field, told in schema.get("properties", {}).items()
            if not told.get("description")
        ]
        assert bare == []

    def test_every_schema_has_a_description(self, read: Twins) -> None:
        schemas = document(read)["components"]["schemas"]
        assert [name for name, schema in schemas.items() if not schema.get("description")] == []

    def test_every_parameter_of_a_read_is_one_that_it_takes(self, read: Twins) -> None:
        for path, operation in reads(read):
            if path == "/v1/movements":
                names = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
                problem = read.problem("/v1/movements?nonsense=1", 422)
                assert all(name in problem["detail"] for name in names)
                assert len(set(names)) == len(names)


class TestExamples:
    def test_parameters_come_as_people_want_them(self, read: Twins) -> None:
        operations = read.json("/openapi.json")["paths"]
        for path, methods in operations.items():
            names = [each["name"] for each in methods.get("get", {}).get("parameters", ())]
            for first, then in (("mission", "policy"), ("as_of", "min_grade"), ("q", "sort")):
                if {first, then} <= set(names):
                    assert names.index(first) < names.index(then), path
            if "known_at" in names:
                assert names[-2:] == ["revision", "known_at"], path
        strength = [each["name"] for each in operations["/v1/strength"]["get"]["parameters"]]
        assert strength[:3] == ["mission", "nation", "as_of"]

    def test_every_read_has_an_example_of_its_answer(self, read: Twins) -> None:
        without = []
        for path, operation in reads(read):
            content = operation["responses"]["200"]["content"]
            if path.startswith("/health") or path.endswith(UNSHOWN):
                continue
            if not any("example" in each or each.get("examples") for each in content.values()):
                without.append(operation["operationId"])
        assert without == UNTOLD

    def test_every_example_is_the_real_answer_of_the_address_that_is_named(
        self, read: Twins
    ) -> None:
        wrong: dict[str, Any] = {}
        for path, operation in reads(read):
            content = next(iter(operation["responses"]["200"]["content"].values()))
            address = example_address(operation)
            if path.endswith((".atom", *UNSHOWN)):
                continue  # it holds the address of its server, or is not shown
            if operation["operationId"] in UNTOLD:
                continue
            if "example" not in content or address is None:
                wrong[path] = "no example with an address"
                continue
            answer = read(address)
            real = (
                answer.json()
                if answer.headers["content-type"] == "application/json"
                else answer.text
            )
            if real != content["example"]:
                wrong[path] = address
        assert wrong == {}

    def test_examples_hold_nothing_of_a_machine(self, read: Twins) -> None:
        assert (
            re.findall(
                r"localhost|127\.0\.0\.1|/wo" r"rk/|/tmp/|/ro" r"ot/", read("/openapi.json").text
            )
            == []
        )


class TestAnswers:
    def test_every_example_is_as_its_schema_says(self, read: Twins) -> None:
        wrong: dict[str, Any] = {}
        for path, operation in reads(read):
            for media_type, content in operation["responses"]["200"]["content"].items():
                if (
                    media_type == "application/json"
                    and "example" in content
                    and (found := faults(read, content["schema"], content["example"]))
                ):
                    wrong[path] = found[:3]
        assert wrong == {}

    def test_every_row_of_every_real_answer_is_as_its_schema_says(self, read: Twins) -> None:
        wrong: dict[str, Any] = {}
        for path, operation in reads(read):
            if path.endswith(tuple(FORMS)):
                continue
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            parent, _, _name = path.partition("/{")
            more = "?size=1000" if path in ("/v1/claims", "/v1/sources") else ""
            more = (
                "?as_of=2024-12-31&explain=true&group_by=mission,nation,category"
                if path == "/v1/strength"
                else more
            )
            addresses = [path + more]
            if "{" in path:
                rows = read.json(f"{parent}?size=1000")["data"]
                addresses = [
                    f"{parent}/{next(iter(row.values()))}"
                    for row in (*rows[:1], *rows[len(rows) // 2 :][:1], *rows[-1:])
                ]
            for address in addresses:
                answer = read.json(address, headers={"Host": "muster.example"})
                if found := faults(read, schema, answer):
                    wrong[address] = found[:3]
        assert wrong == {}

    @pytest.mark.parametrize(
        "more",
        [
            "",
            "&explain=true",
            "&group_by=category",
            "&group_by=mission&explain=true",
            "&fields=present,nation",
            "&revision=0",
            "&mission=haiti-mss&size=2",
            "&policy=latest&min_grade=B2&published_by=2024-09-30",
        ],
    )
    def test_every_answer_of_strength_is_as_its_schema_says(self, read: Twins, more: str) -> None:
        schema = document(read)["paths"]["/v1/strength"]["get"]["responses"]["200"]["content"][
            "application/json"
        ]["schema"]
        for day in ("2024-07-01", "2024-12-31"):
            assert faults(read, schema, read.json(f"/v1/strength?as_of={day}{more}")) == []

    @pytest.mark.parametrize(
        "address",
        [
            "/v1/movements?fields=key",
            "/v1/claims?fields=key,count&history=true",
            "/v1/nations?fields=code",
        ],
    )
    def test_an_answer_with_few_fields_is_as_its_schema_says_too(
        self, read: Twins, address: str
    ) -> None:
        path = address.partition("?")[0]
        schema = document(read)["paths"][path]["get"]["responses"]["200"]["content"][
            "application/json"
        ]["schema"]
        assert faults(read, schema, read.json(address)) == []

    @pytest.mark.parametrize(
        ("address", "headers"),
        [
            ("/v1/movements?size=0", {}),
            ("/v1/movements?nation=Kenia", {}),
            ("/v1/movements?sort=nope", {}),
            ("/v1/movements?cursor=x", {}),
            ("/v1/movements?q=%00", {}),
            ("/v1/movements?q=" + "x" * 5000, {}),
            ("/v1/movements", {"Accept": "text/html"}),
            ("/v1/movements/nope", {}),
            ("/v1/movements/haiti-mss-ken-second-grop", {}),
            ("/v1/nope", {}),
        ],
    )
    def test_every_problem_is_as_its_schema_says(
        self, read: Twins, address: str, headers: dict[str, str]
    ) -> None:
        answer = read(address, headers=headers)
        assert answer.status_code >= 400
        assert faults(read, {"$ref": "#/components/schemas/Problem"}, answer.json()) == []

    def test_every_documented_problem_is_as_its_schema_says(self, read: Twins) -> None:
        wrong: dict[str, Any] = {}
        for _, _, operation in operations(read):
            for status, response in operation["responses"].items():
                for content in response.get("content", {}).values():
                    if status[0] in "45" and (
                        found := faults(read, content["schema"], content["example"])
                    ):
                        wrong[status] = found
        assert wrong == {}


class Referring(HTMLParser):
    """Collects every address that a page loads or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [
            value
            for name, value in attrs
            if name in ("src", "href", "action", "data", "srcset") and value
        ]


class TestPage:
    def test_it_refers_to_no_other_host_and_what_it_loads_is_there(self, read: Twins) -> None:
        page = read("/docs")
        assert page.status_code == 200
        found = Referring()
        found.feed(page.text)
        assert len(found.addresses) >= 2
        for address in found.addresses:
            assert (urlsplit(address).netloc, urlsplit(address).scheme) == ("", ""), address
            loaded = read(address)
            assert loaded.status_code == 200, address
            assert len(loaded.content) > 100, address
        assert re.findall(r"https?://|['\"]//", page.text) == []

    def test_it_shows_the_document_of_this_server(self, read: Twins) -> None:
        assert "/openapi.json" in read("/docs").text

    def test_the_front_door_leads_to_it(self, read: Twins) -> None:
        # The page writes addresses with the host it was asked at, and the two servers have
        # different ports.
        answer = read("/", headers={"Host": "muster.example"})
        assert answer.status_code == 200
        assert '<a href="/docs">' in answer.text

    def test_the_document_refers_to_no_other_host_to_be_loaded(self, read: Twins) -> None:
        assert "servers" not in document(read) or all(
            server["url"].startswith("/") for server in document(read)["servers"]
        )


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


class TestSchemathesis:
    @pytest.mark.parametrize("mode", list(GenerationMode))
    def test_it_finds_nothing_on_the_reads(self, read: Twins, mode: GenerationMode) -> None:
        described = schemathesis.openapi.from_dict(document(read)).include(method="GET")
        found: dict[str, str] = {}
        asked: set[str] = set()
        for result in described.get_all_operations():
            assert isinstance(result, Ok)
            operation = result.ok()
            if mode is GenerationMode.NEGATIVE and not list(operation.iter_parameters()):
                continue

            @how(
                max_examples=3 if mode is GenerationMode.POSITIVE else 2,
                deadline=None,
                database=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            )
            @given(operation.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case[Any]) -> None:
                told = case.as_transport_kwargs(base_url="http://muster")
                sent = requests.Request(**told).prepare()
                assume(len(sent.path_url) < 20_000)  # more than that no server reads
                asked.add(sent.path_url)
                answer = read(sent.path_url, headers={**sent.headers, "Host": "muster.example"})
                case.validate_response(answer, checks=CHECKS)

            try:
                ask()
            except (AssertionError, FailureGroup) as error:
                told = error.exceptions if isinstance(error, FailureGroup) else [error]
                found[operation.label] = "; ".join(str(each)[:200] for each in told)
        assert found == {}
        assert len(asked) > 50
