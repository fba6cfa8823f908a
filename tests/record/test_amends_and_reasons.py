"""What a pledge amends, why somebody left, who gave: taken where it can be, else refused with
nothing stored. On both databases.
"""

from typing import Any

import pytest
from sqlalchemy import Connection

from tests.record.test_ledger import commit, entry, everything, kept, ledger, refusals, told

__all__ = ["kept", "ledger"]

PLEDGES = [
    entry("pledge", key="first", nation="BEN"),
    entry("pledge", key="of-jamaica", nation="JAM"),
    entry("movement", key="came", nation="BEN"),
]


@pytest.mark.parametrize(
    ("named", "detail"),
    [
        ("of-jamaica", "of-jamaica is a pledge of JAM, not of BEN"),
        ("came", "came is no pledge"),
        ("frist", "there is no entry 'frist'"),
        ("raised", "raised would amend itself"),
    ],
)
@pytest.mark.parametrize("apart", [True, False], ids=["in the ledger", "in the document"])
def test_a_pledge_amends_only_one_of_its_nation(
    ledger: Connection, named: str, detail: str, apart: bool
) -> None:
    raised = entry("pledge", key="raised", nation="BEN", amends=named)
    if apart:
        commit(ledger, entries=PLEDGES)
    before = everything(ledger)
    mends = refusals(ledger, entries=[raised] if apart else [*PLEDGES, raised])
    assert mends[0].where == f"/entries/{0 if apart else 3}/amends"
    assert detail in mends[0].detail
    assert everything(ledger) == before


def test_a_pledge_to_another_mission_is_not_amended(ledger: Connection) -> None:
    other = entry("pledge", key="elsewhere", nation="BEN", mission="other")
    raised = entry("pledge", key="raised", nation="BEN", amends="elsewhere")
    document: dict[str, Any] = {"missions": [{"slug": "other", "name": "Other"}]}
    (mend,) = refusals(ledger, **document, entries=[other, raised])
    assert "elsewhere is a pledge to other, not to haiti" in mend.detail


def test_two_accounts_of_one_pledge_stay_claims_of_one_entry(ledger: Connection) -> None:
    commit(ledger, entries=PLEDGES)
    raised = entry("pledge", told(), told("echo", count=300), key="raised", amends="first")
    recorded = commit(ledger, entries=[raised])
    assert recorded is not None
    assert recorded.opened == {"entries": 1, "claims": 2}


def test_a_loop_of_amendments_is_refused(ledger: Connection) -> None:
    ring = [
        entry("pledge", key=key, amends=other)
        for key, other in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    assert {mend.where for mend in refusals(ledger, entries=ring)} == {
        f"/entries/{n}/amends" for n in range(3)
    }


def test_only_who_leaves_has_a_reason(ledger: Connection) -> None:
    left = entry("movement", key="left", direction="departure", reason="illness")
    assert commit(ledger, entries=[left]) is not None
    before = everything(ledger)
    came = entry("movement", key="came", direction="arrival", reason="illness")
    (mend,) = refusals(ledger, entries=[came])
    assert mend.where == "/entries/0/reason"
    assert "only a departure has a reason" in mend.detail
    assert everything(ledger) == before


def test_a_reason_is_one_of_the_list(ledger: Connection) -> None:
    left = entry("movement", key="left", direction="departure", reason="tired")
    (mend,) = refusals(ledger, entries=[left])
    assert (mend.where, "hostile_act" in mend.detail) == ("/entries/0/reason", True)


def test_who_gives_may_be_left_out(ledger: Connection) -> None:
    kit = {name: said for name, said in entry("delivery").items() if name != "donor"}
    assert commit(ledger, entries=[kit]) is not None
