"""Owners and snoozes in the mail, the files and the page."""

import csv
import io
import json
from datetime import date

from accounts import Key, alice, days, deploy, review_of
from builders import ACCOUNT, ALICE

from activity.finding import FindingId
from activity.snooze import Snooze
from reporter.judgement.known import Terms
from reporter.publishing.document import answer, document
from reporter.publishing.mail import body
from reporter.publishing.message import message
from reporter.publishing.spreadsheet import rows

OWNERS = Terms(owner_tags=("owner", "team"))
ROLE = FindingId(ACCOUNT, "role", "AROADEPLOY")


def snoozed(of=ROLE, reason="moves in January", by=ALICE, until=date(2026, 12, 31)):
    return Snooze(of, until, reason, by, days(5))


def others(number):
    return [deploy(name=f"role-{each}", id=f"AROA{each}", used=100) for each in range(number)]


def test_the_mail_counts_first_what_has_no_owner_and_names_the_others():
    text = body(review_of(OWNERS, alice(Key(used=100), owner="data platform"), *others(1)))
    lines = text.splitlines()
    todo = next(number for number, each in enumerate(lines) if each.startswith("WHAT TO DO"))

    assert lines[todo + 1] == "1 finding has no owner (by tag: owner, team)."
    assert "owner" in lines[todo + 3].split()
    assert sum("data platform" in each for each in lines) == 2


def test_where_all_has_an_owner_nothing_is_said_of_that():
    assert "no owner" not in body(review_of(OWNERS, alice(Key(used=100), owner="ann")))


def test_without_owner_tags_the_mail_is_as_it_was():
    assert "owner" not in body(review_of(alice(Key(used=100), owner="ann")))


def test_a_long_owner_is_cut_in_the_table_and_is_whole_in_the_files():
    report = review_of(OWNERS, deploy(used=100, owner="x" * 200))
    (row,) = csv.DictReader(io.StringIO(rows(report)))

    assert f"{'x' * 21}..." in body(report)
    assert "x" * 25 not in body(report)
    assert (row["owner"], answer(report)["findings"][0]["owner"]) == ("x" * 200, "x" * 200)


def test_no_owner_in_the_csv_is_a_formula():
    (row,) = csv.DictReader(io.StringIO(rows(review_of(OWNERS, deploy(used=100, owner="=HYPERLINK(1)")))))

    assert row["owner"] == "'=HYPERLINK(1)"


def test_json_has_owners_and_how_many_findings_have_none():
    report = review_of(OWNERS, deploy(used=100), alice(Key(used=100), owner="ann"))
    told, sent = document(report), json.loads(json.loads(message(report).text)["default"])

    assert [each["owner"] for each in told["findings"]] == ["ann", "ann", None]
    assert (told["owner_tags"], told["unowned"]) == (["owner", "team"], 1)
    assert ([each["owner"] for each in sent["findings"]], sent["unowned_total"]) == (["ann", "ann", None], 1)


def test_the_mail_lists_apart_what_is_snoozed_with_who_asked_and_why():
    by = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/judy@example.com"
    text = body(review_of(deploy(used=100), *others(1), snoozed(by=by)))

    assert "WHAT TO DO: 1 finding," in text
    assert (
        "SNOOZED (1)\n"
        "- until 2026-12-31, by assumed-role/Admin/judy@example.com: role deploy (moves in January)\n"
    ) in text
    assert "put-role-policy --role-name deploy" not in text


def test_a_snoozed_key_is_told_by_its_id():
    text = body(review_of(alice(Key("AKIA1", used=100)), snoozed(FindingId(ACCOUNT, "access_key", "AKIA1"))))

    assert ": access key AKIA1 of user alice (moves in January)\n" in text


def test_the_mail_says_of_a_finding_that_its_snooze_ended():
    text = body(review_of(deploy(used=100), snoozed(until=date(2026, 11, 10))))

    assert "snooze ended on 2026-11-10" in text
    assert "SNOOZED" not in text


def test_many_snoozes_by_long_names_are_cut():
    many = [snoozed(FindingId(ACCOUNT, "role", f"AROA{each}"), "r" * 200, "b" * 2048) for each in range(50)]
    text = body(review_of(*others(50), *many))

    assert "- and 30 more" in text
    assert max(map(len, text.splitlines())) < 400


def test_json_has_what_is_snoozed_and_by_which_id_to_end_it():
    report = review_of(deploy(used=100, owner="ann"), snoozed(), OWNERS)
    sent = json.loads(json.loads(message(report).text)["default"])
    (told,) = document(report)["snoozed"]

    assert (answer(report)["snoozed"], sent["snoozed_total"], sent["findings_total"]) == ([told], 1, 0)
    assert told == {
        "account": ACCOUNT,
        "kind": "role",
        "name": "deploy",
        "arn": f"arn:aws:iam::{ACCOUNT}:role/deploy",
        "id": "AROADEPLOY",
        "owner": "ann",
        "would_be": "stale",
        "last_used": "2026-08-12T12:00:00Z",
        "idle_days": 100,
        "finding_id": f"{ACCOUNT}:role:AROADEPLOY",
        "until": "2026-12-31",
        "reason": "moves in January",
        "asked_by": ALICE,
        "asked_at": "2026-11-15T12:00:00Z",
    }


def test_the_page_lists_what_is_snoozed_and_counts_it(opened):
    run = opened(document(review_of(deploy(used=100), *others(1), snoozed(reason="<b>moves</b>"))))
    text = run("document.querySelector('#snoozed').innerText")

    assert "<b>moves</b>" in text
    assert f"{ACCOUNT}:role:AROADEPLOY" in text
    assert "snoozed" in run("document.querySelector('#judged').innerText")
    assert run("document.querySelector('#owner').parentElement.hidden") is True


def test_the_page_has_a_view_by_owner_which_filters(opened):
    hostile = "<img src=x onerror=alert(1)>"
    things = alice(Key(used=100), owner="ann"), deploy(used=100, owner=hostile), *others(1)
    run = opened(document(review_of(OWNERS, *things)))
    rows = (
        "[...document.querySelectorAll('#owners tbody tr')].map((row) => row.innerText.split('\\t')[0].trim())"
    )

    assert run(rows) == ["no owner", "ann", hostile]
    run("document.querySelector('#owners tbody button').click()")
    assert run("document.querySelector('#found').innerText") == "1 of 4 findings"
    assert run("location.hash") == "#owner=none"
    run("choose({ owner: '=ann' })")
    assert run("document.querySelector('#found').innerText") == "2 of 4 findings"
    assert run("document.querySelectorAll('#findings img').length") == 0
    assert "owner" in run("asCsv(found).split('\\r\\n')[0].split(',')")
