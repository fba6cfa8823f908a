"""The one document shape: what YAML makes of words, what is refused and where it says so, and the
real seeds.
"""

import re
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.estimate.categories import PARENTS
from app.record.database import Database
from app.record.documents import (
    ClaimDraft,
    ContingentDraft,
    Document,
    EntryDraft,
    MissionDraft,
    SourceDraft,
    load_yaml,
    read_document,
)
from app.record.kinds import KINDS
from app.record.kinds.fields import field_types
from app.record.ledger import ChangeNote, record
from app.record.problems import Mend, Refused
from app.record.proof import verify
from app.record.tables import claims, entries
from tests.conftest import AFTER, FORCE, ROOT, SEEDS
from tests.record.test_ledger import ABOUT, SUBJECTS, commit, entry, rows, told


def limited() -> None:
    """Five seconds of work and a gibibyte of memory, and no more."""
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    """Where a test writes its document."""
    return tmp_path / "facts.yaml"


def wrong(path: Path, content: str | bytes) -> list[Mend]:
    """What is wrong with a file that must be refused."""
    path.write_bytes(
        content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    )
    with pytest.raises(Refused) as refused:
        pytest.fail(f"was read as {load_yaml(path)}")
    assert all(mend.where.startswith(str(path)) for mend in refused.value.mends)
    return [
        Mend(m.where.removeprefix(str(path)), m.detail, m.did_you_mean) for m in refused.value.mends
    ]


def refused(**document: Any) -> list[Mend]:
    """What is wrong with a document that must be refused."""
    with pytest.raises(Refused) as caught:
        pytest.fail(f"was read as {read_document(document)}")
    return caught.value.mends


def claimed(words: str) -> str:
    """A document with one claim, of which the words are a part."""
    return f"""
entries:
  - key: the-entry
    kind: pledge
    mission: haiti
    nation: KEN
    claims:
      - {{source: nation, status: occurred, {words}}}
"""


class TestWordsOfYaml:
    def test_a_date_without_quotes_stays_the_words_it_is(self, seed: Path) -> None:
        for words in (
            "2024-07-16",
            "2024-07",
            "2024-07-14/2024-07-16",
            "2024-07-17/..",
            "2024-07-16~",
            "2024-07-16?",
        ):
            seed.write_text(claimed(f"date: {words}"))
            assert load_yaml(seed).entries[0].claims[0].date == words

    def test_no_is_the_word_no(self, seed: Path) -> None:
        for word in (
            "NO",
            "No",
            "no",
            "Yes",
            "on",
            "off",
            "1_000",
            "0x1F",
            "1e3",
            "1.50",
            "2024-07-16",
            "12:30:45",
        ):
            seed.write_text(f"message: {word}")
            assert load_yaml(seed).message == word

    def test_norway_may_be_written_in_short(self, seed: Path) -> None:
        seed.write_text("sources: [{slug: vg, publisher: VG, language: no}]")
        assert load_yaml(seed).sources[0].language == "no"

    def test_counts_are_read_with_and_without_quotes(self, seed: Path) -> None:
        for word in ("200", "0", "~200", "<=2500", "150..200", "some", "unknown", "'>=600'"):
            ranges = set()
            for written in (word, f"'{word.strip(chr(39))}'", f'"{word.strip(chr(39))}"'):
                seed.write_text(claimed(f'date: "2024", count: {written}'))
                ranges.add(load_yaml(seed).entries[0].claims[0].range())
            assert len(ranges) == 1, word

    def test_only_plain_numbers_are_counts(self, seed: Path) -> None:
        for word in (
            "1_000",
            "'1_000'",
            "1,000",
            "0x1F",
            "0o17",
            "1e3",
            "200.0",
            ".5",
            "-5",
            "+5",
            ".nan",
            ".inf",
            "true",
        ):
            assert wrong(
                seed,
                claimed(
                    f'date: "2024", count: "{word}"'
                    if "," in word
                    else f'date: "2024", count: {word}'
                ),
            )

    def test_a_key_stands_once(self, seed: Path) -> None:
        for twice in (
            "message: a\nmessage: b",
            "sources:\n- {slug: a, publisher: A, slug: b}",
            claimed("date: x, date: x"),
        ):
            (mend,) = wrong(seed, twice)
            assert "duplicate key" in mend.detail

    def test_an_empty_file_says_nothing(self, seed: Path) -> None:
        for nothing in (b"", b"\n", b"# a comment", b"---\n", b"null", b"\xef\xbb\xbf", b"{}"):
            seed.write_bytes(nothing)
            assert load_yaml(seed) == Document()

    def test_a_byte_order_mark_and_windows_line_ends_are_nothing(self, seed: Path) -> None:
        seed.write_bytes("\ufeffmessage: a\r\nsources:\r\n- slug: b\r\n  publisher: B\r\n".encode())
        assert (load_yaml(seed).message, load_yaml(seed).sources[0].publisher) == ("a", "B")

    def test_what_is_no_document_is_refused(self, seed: Path) -> None:
        for content in (
            *(
                b"\xff\xfe\x00",
                b"caf\xe9: 1",
                "message: a".encode("utf-16"),
                b"message: \x00",
                b"\xed\xa0\x80",
            ),
            *(
                "[",
                "a: b: c",
                "*nobody",
                "{a: 1}: 2",
                "message: |\n\ta",
                "--- {}\n---\n{}",
                "%YAML 9.9\n---\n{}",
                "@",
            ),
            *(
                "[]",
                "5",
                "text",
                "- a",
                "true",
                "2024-07-16",
                "'message: a'",
                "? [1]\n: 2",
                "1: 2",
                "~: 1",
            ),
            *(
                "!!python/object/apply:os.system [exit]",
                "message: !!python/name:os.system",
                "message: !custom a",
            ),
        ):
            assert wrong(seed, content)

    def test_a_tag_that_does_not_fit_is_refused(self, seed: Path) -> None:
        for content in (
            "!!bool maybe",
            "!!int [1]",
            "!!int {}",
            "!!float [1]",
            "!!timestamp {a: b}",
            "!!null [a]",
        ):
            for written in (f"message: {content}", f"a: {content}"):
                assert wrong(seed, written)
        assert wrong(seed, "message: !!binary '%'")

    def test_a_surrogate_or_a_control_character_in_an_escape_is_refused(self, seed: Path) -> None:
        for escape in (r"\uD800", r"\uDC00", r"\0", r"\x07", r"\x7f", r"\x1b"):
            (mend,) = wrong(seed, f'message: "a{escape}"')
            assert mend.where == "/message"

    def test_deep_nesting_is_refused(self, seed: Path) -> None:
        for content in ("[" * 2000, "{a: " * 2000, "- " * 2000):
            assert wrong(seed, content)


# Loads a file with one gigabyte and five seconds of processor time, and says how it went.
LOADER = """
import sys
from pathlib import Path
from app.record.documents import load_yaml
from app.record.problems import Refused
try:
    load_yaml(Path(sys.argv[1]))
except Refused as refused:
    sys.exit("refused" if len(str(refused)) < 100_000 else "refused at length")
"""


class TestBombs:
    """A short file that grows as it is read must not take the machine with it."""

    def growing(self, line: str) -> str:
        first = "a: &a {x: 1}\n"
        return first + "".join(
            line.format(new=chr(ord("a") + nth), old=",".join(["*" + chr(ord("a") + nth - 1)] * 9))
            for nth in range(1, 12)
        )

    @pytest.mark.parametrize("bomb", ["laughs", "merges", "claims", "wrong claims"])
    def test_is_refused_quickly_and_in_few_words(self, seed: Path, bomb: str) -> None:
        claim = "{source: nation, status: occurred, date: '2024'}"
        if bomb == "laughs":
            content = (
                self.growing("{new}: &{new} [{old}]\n") + "message: *l\nsources: *l\nentries: *l\n"
            )
        elif bomb == "merges":
            content = self.growing("{new}: &{new} {{<<: [{old}]}}\n")
        else:
            said = [
                f"&c {claim if bomb == 'claims' else claim.replace('occurred', 'x')}",
                *["*c"] * 3000,
            ]
            named = (
                f"{{key: a, kind: pledge, mission: haiti, nation: KEN, claims: [{','.join(said)}]}}"
            )
            content = f"entries: [&e {named},{','.join(['*e'] * 3000)}]"
        seed.write_text(content)
        ended = subprocess.run(
            [sys.executable, "-c", LOADER, str(seed)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=limited,
        )
        assert (ended.stderr.strip()[-200:], ended.returncode) == ("refused", 1)


class TestWhereItIsWrong:
    def test_file_entry_and_field_are_named(self, seed: Path) -> None:
        fields = {
            'date: "2024-02-30"': "date",
            'date: "0"': "date",
            "date: 0": "date",
            'date: "2024", grade: G7': "grade",
            'date: "2024", count: true': "count",
            'date: "2024", count: [1]': "count",
            'date: "2024", count: "1_000"': "count",
            'date: "2024", count: 2000000000': "count",
            'date: "2024", count_low: -1': "count_low",
            'date: "2024", count_high: 9223372036854775808': "count_high",
            'date: "2024", nubmer: 5': "nubmer",
            'date: "2024", key: "Not A Slug"': "key",
        }
        found = {words: wrong(seed, claimed(words)) for words in fields}
        named = {words: {mend.where for mend in mends} for words, mends in found.items()}
        assert named == {words: {f"/entries/0/claims/0/{field}"} for words, field in fields.items()}
        assert all("the-entry" in mend.detail for mends in found.values() for mend in mends)

    def test_fields_that_are_missing_are_named(self, seed: Path) -> None:
        found = wrong(seed, "entries: [{key: the-entry, kind: movement, claims: [{}]}]")
        assert {mend.where for mend in found} == {
            *(f"/entries/0/{name}" for name in ("mission", "nation", "category", "direction")),
            *(f"/entries/0/claims/0/{name}" for name in ("source", "status", "date")),
        }

    def test_an_unknown_field_is_named_whatever_it_is_called(self) -> None:
        for name in ("event", "pledge", "movement", "nobody"):
            (mend,) = refused(entries=[entry("pledge") | {name: 1}])
            assert name in mend.where, mend
            (mend,) = refused(**{name: []})
            assert name in mend.where, mend

    def test_an_unknown_kind_is_named_with_the_known_ones(self) -> None:
        for kind in ("movment", "movements", "", 5, None):
            (mend,) = refused(entries=[entry("pledge") | {"kind": kind}])
            assert mend.where.startswith("/entries/0")
            assert "kind" in mend.where + mend.detail
        (mend,) = refused(entries=[entry("pledge") | {"kind": "movment"}])
        assert "movement" in mend.detail

    def test_a_field_of_another_kind_is_unknown(self) -> None:
        (mend,) = refused(entries=[entry("pledge", direction="arrival")])
        assert mend.where == "/entries/0/direction"

    def test_lists_of_the_wrong_shape_are_named(self) -> None:
        shapes: tuple[Any, ...] = ({}, "text", [[]], [None], ["text"], [5])
        for wrong_shape in shapes:
            for part in ("missions", "contingents", "sources", "entries"):
                assert all(
                    mend.where.startswith(f"/{part}") for mend in refused(**{part: wrong_shape})
                )

    def test_every_mistake_is_named_at_once(self) -> None:
        found = refused(
            missions=[{"slug": "Bad Slug", "name": "M"}],
            sources=[{"slug": "nation"}],
            entries=[entry("pledge", nation="Kenia"), entry("mandate", told(status="maybe"))],
        )
        assert [mend.where for mend in found] == [
            "/missions/0/slug",
            "/sources/0/publisher",
            "/entries/0/nation",
            "/entries/1/claims/0/status",
        ]
        assert "Kenya" in found[2].detail

    def test_what_is_said_of_a_mistake_can_be_printed_and_is_short(self, seed: Path) -> None:
        long = "x" * 100_000
        for document in (
            'entries: [{key: "a\\uD800", kind: pledge, claims: []}]',
            'entries: [{"\\uD800": 1, kind: pledge, key: a}]',
            f"entries: [{{key: {long}, kind: pledge, claims: []}}]",
            f"entries: [{{key: a, kind: {long}}}]",
            f"entries: [{{key: a, kind: pledge, nation: {long}}}]",
            f"entries: [{{key: a, kind: movement, category: {long}}}]",
            claimed(f"date: {long}"),
            claimed(f"date: '2024', count: {long}"),
            claimed(f"date: '2024', count: {'9' * 5000}"),
        ):
            for mend in wrong(seed, document):
                (mend.where + mend.detail).encode()
                assert len(mend.where) < 1000
                assert len(mend.detail) < 2000


NUMBERS = {"count_low", "count_high"}
# The fields of each part of a document that hold words; the kinds' own are added below.
TEXTS: dict[str, list[str]] = {
    "missions": list(MissionDraft.model_fields),
    "contingents": list(ContingentDraft.model_fields),
    "sources": list(SourceDraft.model_fields),
    "entries": [name for name in EntryDraft.model_fields if name != "claims"],
    "claims": [name for name in ClaimDraft.model_fields if name not in NUMBERS],
}
FIELDS = [(part, field) for part, fields in TEXTS.items() for field in fields]
FIELDS += [
    (name, field)
    for name, kind in KINDS.items()
    for field, of in field_types(kind.fields).items()
    if of.sort != "number"
]

GOOD: dict[str, dict[str, Any]] = {
    "missions": {"slug": "m", "name": "M"},
    "contingents": {"mission": "m", "nation": "KEN", "category": "police"},
    "sources": {"slug": "s", "publisher": "P"},
    "claims": told(),
}


def placed(part: str, field: str, value: Any) -> dict[str, Any]:
    """A document that is right but for one field of one part; a kind's own fields stand under its
    name.
    """
    if part == "claims":
        return {"entries": [entry("pledge", GOOD[part] | {field: value})]}
    if part in KINDS or part == "entries":
        return {"entries": [entry(part if part in KINDS else "pledge") | {field: value}]}
    return {part: [GOOD[part] | {field: value}]}


class TestBadWords:
    """Refused before any database is asked, so that the verdict is the same on each."""

    def test_are_tried_in_documents_that_are_right_otherwise(self) -> None:
        for part, good in GOOD.items():
            for field, value in good.items():
                assert read_document(placed(part, field, value))

    @pytest.mark.parametrize("bad", ["\0", "\ud800", "\x1b", "\x7f", "", " ", "long"], ids=ascii)
    def test_are_refused_in_every_field(self, bad: str) -> None:
        """A character that is no text after words that are fine; no words at all; five thousand
        letters.
        """
        fine = {
            "nation": "KEN",
            "url": "https://a.example/b",
            "archive_url": "https://a.example/b",
            "count": "200",
        }
        taken = []
        for part, field in FIELDS:
            start = (
                fine.get(field)
                or ABOUT.get(part, {}).get(field)
                or GOOD.get(part, {}).get(field)
                or "abc"
            )
            words = {"": "", " ": " ", "long": start + "a" * 5000}.get(bad, f"{start}{bad}")
            try:
                read_document(placed(part, field, words))
                taken.append(f"{part}.{field}")
            except Refused:
                pass
        assert taken == []

    def test_are_refused_where_another_type_stands(self) -> None:
        taken = []
        for part, field in FIELDS:
            for value in (
                True,
                1.5,
                float("nan"),
                [],
                {},
                b"abc",
                *([] if field == "count" else [0, 2024]),
            ):
                try:
                    read_document(placed(part, field, value))
                    taken.append(f"{part}.{field}: {value!r}")
                except Refused:
                    pass
        assert taken == ["sources.complete: True"]  # which may be a list of missions too

    def test_are_refused_for_counts(self) -> None:
        bad: list[Any] = [
            2**31,
            2**63,
            10**30,
            -1,
            1.0,
            float("inf"),
            True,
            "1_000",
            "１２",
            "200\0",
            [200],
            {},
        ]
        for field in ("count", *NUMBERS):
            for value in (*bad, *(["200"] if field != "count" else [])):
                assert refused(**placed("claims", field, value)), (field, value)


class TestCounts:
    @pytest.mark.parametrize(
        ("notation", "fields"),
        [
            ("200", {"count_low": 200, "count": 200, "count_high": 200}),
            ("~200", {"count_low": 180, "count": 200, "count_high": 220}),
            (">=600", {"count_low": 600, "count": 600, "count_high": None}),
            (">=600", {"count_low": 600, "count": 600}),
            ("<=2500", {"count_low": 0, "count": None, "count_high": 2500}),
            ("<=2500", {"count_high": 2500}),
            ("150..200", {"count_low": 150, "count": 175, "count_high": 200}),
            ("some", {"count_low": 1}),
            ("unknown", {"count_low": 0}),
            ("unknown", {}),
            ("unknown", {"count": None}),
            ("200", {"count": 200}),
        ],
    )
    def test_may_be_written_in_fields(self, notation: str, fields: dict[str, Any]) -> None:
        said: dict[str, Any] = {"source": "nation", "status": "occurred", "date": "2024"}
        assert ClaimDraft(**said, **fields).range() == ClaimDraft(**said, count=notation).range()

    def test_in_fields_and_in_notation_are_the_same_claim(self, database: Database) -> None:
        with database.writing() as connection:
            commit(connection, **SUBJECTS, entries=[entry("movement", told(count="~200"))])
            same = told(count_low=180, count=200, count_high=220)
            assert commit(connection, entries=[entry("movement", same)]) is None

    def test_in_fields_stand_in_order_and_are_plain(self) -> None:
        for fields in (
            {"count_low": 5, "count": 4},
            {"count_low": 5, "count_high": 4},
            {"count": 5, "count_high": 4},
            {"count_low": 1, "count": "200"},
            {"count_low": 1, "count": "some"},
            {"count_high": 9, "count": "~5"},
        ):
            assert refused(entries=[entry("movement", told(**{"count": None} | fields))]), fields


def test_the_examples_in_the_documentation_can_be_loaded(database: Database, seed: Path) -> None:
    examples = re.findall(
        r"```yaml\n(.*?)```", (ROOT / "docs" / "documents.md").read_text(), re.DOTALL
    )
    documents = []
    for example in examples:
        seed.write_text(example)
        documents.append(load_yaml(seed))
        with database.writing() as connection:
            assert record(connection, documents[-1], ChangeNote("reader", "tries it"))
            assert record(connection, documents[-1], ChangeNote("reader", "tries it")) is None
    first = documents[0]
    assert (first.missions[0].lead_nation, first.entries[0].claims[1].count) == ("KEN", ">=200")


EVERY = [*SEEDS, AFTER, FORCE]


class TestTheSeeds:
    def test_load_once_and_change_nothing_the_second_time(self, database: Database) -> None:
        for first in (True, False):
            for path in EVERY:
                with database.writing() as connection:
                    assert (
                        record(connection, load_yaml(path), ChangeNote("test", "seed")) is not None
                    ) is first
        with database.reading() as connection:
            assert verify(connection) == []
            live = rows(connection, claims)
            assert all(row["until"] is None for row in live)
            assert {row["key"] for row in rows(connection, entries)} == {
                row["entry"] for row in live
            }

    def test_are_all_that_is_known_of_the_missions(self) -> None:
        assert sorted((ROOT / "seeds").glob("haiti-*/*")) == sorted(EVERY)

    @pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
    def test_say_of_every_claim_where_it_stands_and_how_good_it_is(self, path: Path) -> None:
        document = load_yaml(path)
        for drafted in document.entries:
            for claim in drafted.claims:
                name = f"{drafted.key}, {claim.source}"
                assert claim.grade, name
                assert claim.summary, name
                assert claim.locator or path.stem in ("press", "after", "force"), name
                assert claim.count is None or claim.count_text or claim.count == "some", name

    def test_tell_the_article_s_facts_as_graded_b2(self) -> None:
        document = load_yaml(SEEDS[0])
        assert {claim.grade for drafted in document.entries for claim in drafted.claims} == {"B2"}
        assert {claim.source for drafted in document.entries for claim in drafted.claims} == {
            "heed-2024-07-17"
        }

    def test_keep_contradictions_as_claims_of_one_entry(self) -> None:
        press = load_yaml(SEEDS[1])
        assert max(len(drafted.claims) for drafted in press.entries) > 5
        assert sum(source.derived_from is not None for source in press.sources) > 5

    @pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
    def test_hold_nothing_about_single_persons(self, path: Path) -> None:
        """Office-holders may be named in a summary of an event; a movement, report or pledge is
        about numbers.
        """
        names = re.compile(
            r"Otunge|Conille|Ch[eé]rizier|Ruto|Masengeli|Koome|Holness|Guterres", re.IGNORECASE
        )
        for drafted in load_yaml(path).entries:
            fields = drafted.model_dump(exclude={"claims"})
            assert not names.search(str(fields)), drafted.key
            if drafted.kind != "event":
                told_of = " ".join(claim.summary or "" for claim in drafted.claims)
                assert not re.search(r"Otunge|Conille|Ch[eé]rizier", told_of), drafted.key

    @pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
    def test_use_words_the_vocabulary_knows_and_nothing_twice(self, path: Path) -> None:
        document = load_yaml(path)
        keys = [drafted.key for drafted in document.entries]
        slugs = [source.slug for source in document.sources]
        assert len(keys) == len(set(keys))
        assert len(slugs) == len(set(slugs))
        assert all(
            getattr(drafted, "category", None) in {None, *PARENTS} for drafted in document.entries
        )
        used = {claim.source for drafted in document.entries for claim in drafted.claims}
        repeated = {source.derived_from for source in document.sources}
        assert set(slugs) <= used | repeated

    def test_do_not_repeat_the_article_word_for_word(self) -> None:
        for path in EVERY:
            for drafted in load_yaml(path).entries:
                for claim in drafted.claims:
                    assert len((claim.count_text or "").split()) <= 8, claim.count_text
                    assert len((claim.date_text or "").split()) <= 10, claim.date_text
