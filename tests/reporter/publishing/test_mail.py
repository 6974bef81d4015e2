"""The mail as text."""

import os
import re
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import ACCOUNT, NOON, activity
from hypothesis import given, settings
from hypothesis import strategies as st

from activity.item import Flag, Item
from reporter.inventory.account import (
    AccessKey,
    Credentials,
    Gap,
    Inventory,
    KeySlot,
    OldReport,
    Role,
    Undatable,
    Undated,
    Use,
    User,
)
from reporter.judgement.candidates import subjects
from reporter.judgement.judging import judge_account
from reporter.judgement.known import Known, Root, Terms
from reporter.judgement.owners import Remembered
from reporter.judgement.subjects import Limits
from reporter.listening.coverage import Coverage, Trails
from reporter.listening.region import Region, Sent
from reporter.listening.roads import Road
from reporter.publishing.document import document
from reporter.publishing.mail import body, subject_line

LIMITS = Limits(90, 60, 120)


def days(number):
    return NOON - timedelta(days=number)


def person(name, used=None, made=500, tags=None):
    credentials = Credentials(name, days(made), True, used and days(used), days(made), ())
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return User(name, arn, f"AIDA{name}", days(made), None, credentials, tags or {})


def role(name, used=None, made=500, path="/"):
    arn = f"arn:aws:iam::{ACCOUNT}:role{path}{name}"
    return Role(name, arn, f"AROA{name}", path, days(made), Use(used and days(used), "eu-west-1"), {})


WELL = (Region(ACCOUNT, "eu-west-1", NOON - timedelta(days=300), NOON),)


def report(*things, alias="acme", **more):
    users = tuple(thing for thing in things if isinstance(thing, User))
    roles = tuple(thing for thing in things if isinstance(thing, Role))
    return summed(Inventory(ACCOUNT, alias, users, roles), **more)


def summed(inventory, *, seen=None, gaps=(), flagged=None, previous=None, root=None, coverage=None, keys=None):
    flags = {key: Flag(at, at) for key, at in (flagged or {}).items()}
    return judge_account(
        Known(
            inventory,
            NOON,
            Terms(LIMITS),
            Remembered(flags, previous=previous or NOON - timedelta(days=7) if flags else previous),
            coverage or Coverage(WELL),
            subjects=tuple(subjects(inventory, keys or {}, tag="exempt")),
            items={key: Item(sighting) for key, sighting in (seen or {}).items()},
            root=root,
            gaps=gaps,
        )
    )


def table(text):
    """The rows of what to do, each as its cells."""
    (rows,) = re.findall(r"(?ms)^#  .*?\n(.*?)(?:^and |\n\n)", text)
    return [re.split(r"  +", row) for row in rows.splitlines()]


def last_uses(made):
    """Of each finding in the document: when it was used last, and on whose word."""
    return [(each["last_used"], each["last_used_source"]) for each in document(made)["findings"]]


@pytest.mark.parametrize(
    ("regions", "known_to"),
    [
        pytest.param((), "IAM", id="no table"),
        pytest.param(WELL, "CloudTrail or IAM", id="a case file"),
    ],
)
def test_a_report_without_a_tracker_says_on_top_what_it_rests_on(regions, known_to):
    made = report(role("batch", used=130), coverage=Coverage(regions, basis="By what there is."))
    text = body(made)

    assert text.split("\n\n")[1] == "By what there is."
    assert f"\nStale: no use known to {known_to} for " in text
    assert "Events come from" not in text
    assert document(made)["basis"] == "By what there is."


def test_a_finding_is_a_line_with_who_what_and_for_how_long_and_the_document_has_when_and_on_whose_word():
    made = report(person("carol", used=100))

    assert table(body(made)) == [
        ["1*", "password", "carol", "100", "opens the console"],
        ["2*", "user", "carol", "100"],
    ]
    assert last_uses(made) == [("2026-08-12T12:00:00Z", "iam")] * 2


def test_only_a_credential_whose_use_iam_never_forgets_is_said_to_be_never_used():
    key = KeySlot(is_active=True, rotated=days(200), last_used=Use(None))
    dave = person("dave", made=200)
    keys = {"AIDAdave": (AccessKey("AKIA1", days(200), True, Use(None)),)}
    dave = replace(dave, credentials=replace(dave.credentials, slots=(key,)))
    made = report(dave, role("batch", made=200), keys=keys)

    assert [row[1:] for row in table(body(made))] == [
        ["access key", "dave", "AKIA1", "200", "works from anywhere, never used"],
        ["password", "dave", "200", "opens the console, never used"],
        ["user", "dave", "200", "no recorded use"],
        ["role", "batch", "200", "no recorded use"],
    ]
    assert last_uses(made) == [(None, None)] * 4


def test_what_was_used_is_told_neither_as_never_used_nor_as_refused():
    text = body(report(person("carol", used=100), role("batch", used=300)))

    assert not re.search(r"never used|no recorded use|refused", text)


def test_a_sighting_is_told_as_cloudtrails_and_counts_the_days_idle():
    sighting = activity(-130 * 86_400, principal=f"arn:aws:iam::{ACCOUNT}:role/deploy", facet="ID#AROAdeploy")
    made = report(role("deploy", used=140), seen={sighting.key: sighting})

    assert table(body(made)) == [["1*", "role", "deploy", "130", "1"]]
    assert last_uses(made) == [("2026-07-13T12:00:00Z", "cloudtrail")]


def test_the_most_dangerous_comes_first_then_the_longest_idle():
    admin = replace(person("mallory", used=95), is_administrator=True)
    text = body(report(person("carol", used=100), role("batch", used=300), person("heidi", used=200), admin))

    assert [row[1:] for row in table(text)] == [
        ["password", "mallory", "95", "administrator"],
        ["password", "heidi", "200", "opens the console"],
        ["password", "carol", "100", "opens the console"],
        ["user", "mallory", "95", "administrator"],
        ["user", "heidi", "200"],
        ["user", "carol", "100"],
        ["role", "batch", "300"],
    ]


def test_commands_come_in_one_block_that_stops_in_another_account_and_then_how_to_undo_them():
    text = body(report(person("carol", used=100), role("batch", used=300)))
    deny = """--policy-name LastActivityDenyAll --policy-document '{"Version":"2012-10-17","Statement":"""

    block, rest = re.findall(r"(?ms)^\( set -e$(.*?)^\)$(.*?)^METHOD$", text)[0]
    assert [line.replace(deny, "...").partition("[")[0] for line in block.splitlines()[1:]] == [
        f"test \"$(aws sts get-caller-identity --query Account --output text)\" = {ACCOUNT} || {{ echo 'another account: nothing was done' >&2; exit 1; }}",
        "echo '1, 2'",
        "aws iam put-user-policy --user-name carol ...",
        "echo '3'",
        "aws iam put-role-policy --role-name batch ...",
    ]
    assert rest.startswith(
        "\n\nTo undo them, in order:\n\n"
        "aws iam delete-user-policy --user-name carol --policy-name LastActivityDenyAll\n"
        "aws iam delete-role-policy --role-name batch --policy-name LastActivityDenyAll\n\n"
        "Or delete the password (cannot be undone):\n\n"
        "1, 2  aws iam delete-login-profile --user-name carol\n\n"
    )


def test_idle_users_are_known_as_such_though_their_rows_are_cut():
    text = body(report(*(person(f"user-{number:02}", used=100) for number in range(15))))

    assert [[row[1], *row[3:]] for row in table(text)] == (
        [["password", "100", "opens the console"]] * 15 + [["user", "100"]] * 5
    )
    assert text.count("\naws iam put-user-policy ") == 15


def test_who_has_credentials_whose_use_nobody_records_is_denied_nothing():
    key = Undated(Undatable.SSH_PUBLIC_KEY, "carol", person("carol").arn, "APKA1", "Active", days(300))
    text = body(report(replace(person("carol", used=100), undated=(key,))))

    assert [[row[1], *row[3:]] for row in table(text)] == [
        ["password", "100", "opens the console, cannot be undone"],
        ["user", "100", "cannot be undone, has credentials whose use AWS does not record"],
    ]
    assert "( set -e" not in text
    assert (
        "\n\nAsk the owner first, since AWS does not record the use of these:\n\n"
        "2  aws iam update-ssh-public-key --user-name=carol --ssh-public-key-id APKA1 --status Inactive\n"
    ) in text


def test_an_attempt_that_was_refused_is_told_as_one():
    sighting = activity(
        -130 * 86_400, principal=f"arn:aws:iam::{ACCOUNT}:role/deploy", facet="DENIED#AROAdeploy"
    )
    made = report(role("deploy"), seen={sighting.key: sighting})

    assert table(body(made)) == [["1*", "role", "deploy", "130", "1", "last use refused"]]
    (finding,) = document(made)["findings"]
    assert (finding["last_used"], finding["reason"][:30]) == (
        "2026-07-13T12:00:00Z",
        "last attempted on 2026-07-13, ",
    )


@pytest.mark.parametrize(("account", "stops"), [(ACCOUNT, False), ("210987654321", True)])
def test_the_block_runs_in_its_own_account_alone(tmp_path, account, stops):
    aws = tmp_path / "aws"
    aws.write_text(
        f'#!/bin/sh\nif [ "$1" = sts ]; then echo {account}; else echo "$@" >> {tmp_path}/asked; fi\n'
    )
    aws.chmod(0o755)
    (block,) = re.findall(r"(?ms)^\( set -e$.*?^\)$", body(report(person("carol", used=100))))
    subprocess.run(["sh", "-c", block], env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, check=False)

    asked = (tmp_path / "asked").read_text() if (tmp_path / "asked").exists() else ""
    assert asked.startswith("" if stops else "iam put-user-policy --user-name carol")
    assert bool(asked) is not stops


def test_a_password_of_somebody_who_is_in_use_can_only_be_deleted():
    carol = person("carol", used=100)
    slot = KeySlot(is_active=True, rotated=days(200), last_used=Use(days(1)))
    text = body(report(replace(carol, credentials=replace(carol.credentials, slots=(slot,)))))

    assert table(text) == [["1*", "password", "carol", "100", "opens the console, cannot be undone"]]
    assert (
        "\n\nOr delete the password (cannot be undone):\n\n1  aws iam delete-login-profile --user-name carol\n"
        in text
    )
    assert "( set -e" not in text


def test_the_mail_says_what_to_do_before_how_it_was_judged():
    made = report(person("carol", used=100), role("batch", used=130))
    text = body(made)

    assert text.startswith(
        f"IAM last activity in account {ACCOUNT} (acme), 2026-11-20 12:00 UTC\n"
        "\n"
        "WHAT TO DO: 3 findings, the most dangerous first\n"
        "\n"
        "#   what      whose  idle  note\n"
        "1*  password  carol  100   opens the console\n"
        "2*  user      carol  100\n"
        "3*  role      batch  130\n"
        "\n"
        "Commands, by number; the first error stops them:\n"
    )
    assert text.endswith(
        "METHOD\n"
        "\n"
        "Stale: no use known to CloudTrail or IAM for 90 days (users, passwords), 60 (access keys), 120 (roles).\n"
        "Events come from eu-west-1, since 2026-01-24.\n"
        "Judged: 1 user, 1 password, 0 access keys, 1 role.\n"
    )


def test_the_head_tells_from_where_and_when_events_came():
    regions = tuple(Region(ACCOUNT, f"region-{number}", days(30), days(number)) for number in range(7))

    def head(regions):
        return body(report(coverage=Coverage(regions)))

    assert "\nEvents come from region-0, since 2026-10-21.\n" in head(regions[:1])
    assert ", region-4 and 2 more regions, since 2026-10-21.\n" in head(regions)
    by_both = (Road("events", days(0), timedelta(seconds=3)), Road("logs", days(0), timedelta(minutes=6)))
    heard = replace(regions[0], roads=by_both), replace(regions[1], roads=by_both[1:])
    assert (
        ", since 2026-10-21: by EventBridge, latest after 3 s (1 region),"
        " by log files, latest after 6 min (2 regions).\n"
    ) in head(heard)
    assert ("\nIt is not known whether events arrive: the findings may rest on IAM's word alone.\n") in head(
        Gap("x", "y")
    )


def test_a_tracker_of_two_hours_says_since_when_it_listens_and_that_is_no_alarm():
    began = NOON - timedelta(hours=2)
    young = report(coverage=Coverage((Region(ACCOUNT, "eu-west-1", sent=Sent(began, began)),)))

    assert "\nListening since 20 November 2026 10:00 UTC (2 hours); no events yet.\n" in body(young)
    assert (young.warnings, "ARRIVING" in subject_line(young)) == ((), False)


def test_nothing_stale_is_a_short_mail_that_says_what_was_checked():
    assert body(report(person("alice", made=1), role("deploy", made=1))) == (
        f"IAM last activity in account {ACCOUNT} (acme), 2026-11-20 12:00 UTC\n"
        "\n"
        "Nothing is stale.\n"
        "\n"
        "METHOD\n"
        "\n"
        "Stale: no use known to CloudTrail or IAM for 90 days (users, passwords), 60 (access keys), 120 (roles).\n"
        "Events come from eu-west-1, since 2026-01-24.\n"
        "Judged: 1 user, 1 password, 0 access keys, 1 role.\n"
    )


def test_a_gap_is_to_be_mended_and_nothing_looks_clean():
    text = body(report(gaps=[Gap("credential report", "AccessDenied")]))

    assert "Nothing is stale among what was checked.\n" in text
    assert (
        "TO FIX IN THE TRACKER ('make' in its checkout)\n\n- Not checked: credential report: AccessDenied. Fix: "
        in text
    )


def test_what_could_not_be_judged_is_counted_apart():
    gap = Gap("credential report", "AccessDenied")
    arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
    text = body(report(User("alice", arn, "AIDAalice", days(500), None, gap, {}), role("deploy", used=1)))

    assert "\nJudged: 0 users, 0 passwords, 0 access keys, 1 role; not judged: 1 user.\n" in text
    assert "- Not checked: credential report: AccessDenied. Fix: " in text


@pytest.mark.parametrize("link", ["https://console.aws.amazon.com/s3/object/x", ""])
def test_the_evidence_is_linked_where_the_consoles_address_is_known(link):
    text = body(report(), "s3://reports/1/", link)

    assert ("\nFull report: " in text) is bool(link)
    assert text.endswith("\nFiles: s3://reports/1/\n")


def test_many_gaps_are_counted():
    text = body(report(gaps=[Gap(f"key {number}", "AccessDenied") for number in range(25)]))

    assert (
        "- Not checked: key 19: AccessDenied. Fix: nothing, if the next report has it; otherwise make verify\n- and 5 more\n"
        in text
    )


def test_what_is_left_out_is_counted_together_and_by_kind_in_the_document():
    made = report(
        role("slr", path="/aws-service-role/x.amazonaws.com/"),
        role("slr-2", path="/aws-service-role/y.amazonaws.com/"),
        role("sso", path="/aws-reserved/sso.amazonaws.com/"),
    )

    assert "\nJudged: 0 users, 0 passwords, 0 access keys, 0 roles; left out: 3.\n" in body(made)
    assert document(made)["counts"]["left_out"] == {
        "service_linked_role": 2,
        "identity_center_role": 1,
        "disabled_key": 0,
        "undated_credential": 0,
    }


def test_what_could_not_be_judged_is_told_before_what_is_left_out():
    alice = replace(person("alice"), credentials=Gap("credential report", "AccessDenied"))
    text = body(report(alice, role("sso", path="/aws-reserved/sso.amazonaws.com/")))

    assert ", 0 roles; not judged: 1 user; left out: 1.\n" in text


def test_exemptions_are_named_with_their_end_and_the_document_has_their_reason():
    frank = person("frank", used=100, tags={"exempt": "CISO until=2027-01-31"})
    made = report(frank, replace(role("dr", used=130), tags={"exempt": "audit"}))

    assert (
        "\nExempt by tag: user frank (until 2027-01-31), the console password of user frank (until 2027-01-31),"
        " role dr.\n"
    ) in body(made)
    assert [
        (each["kind"], each["name"], each["idle_days"], each["reason"], each["until"])
        for each in document(made)["exempt"]
    ] == [
        ("user", "frank", 100, "CISO", "2027-01-31"),
        ("password", "frank", 100, "CISO", "2027-01-31"),
        ("role", "dr", 130, "audit", None),
    ]


@pytest.mark.parametrize(("number", "ends"), [(20, ", role dr-19."), (25, ", role dr-19 and 5 more.")])
def test_of_many_exemptions_the_rest_is_counted(number, ends):
    roles = [replace(role(f"dr-{each:02}", used=200), tags={"exempt": "audit"}) for each in range(number)]
    (line,) = re.findall(r"(?m)^Exempt by tag: .*", body(report(*roles)))

    assert line.endswith(ends)
    assert line.count("role dr-") == 20


def test_where_nobody_is_exempt_there_is_no_word_of_it():
    assert "xempt" not in body(report(person("carol", used=100)))


def test_the_tag_of_an_exemption_counts_in_any_case_and_with_blanks_around_it():
    made = report(person("frank", used=100, tags={" Exempt": "CISO"}), role("dr", used=200))

    assert [subject.kind for subject, _ in made.exempt] == ["user", "password"]
    assert [each.subject.name for each in made.findings] == ["dr"]


@pytest.mark.parametrize(
    ("keys", "held"),
    [(0, "no access keys"), (1, "1 active access key: delete it"), (2, "2 active access keys: delete them")],
)
def test_root_has_a_line_of_its_own(keys, held):
    text = body(report(root=Root(days(9), days(3), keys)))

    assert text.endswith(f"Root user: last used, says IAM, on 2026-11-17; {held}.\n")


def test_roots_line_says_on_whose_word():
    assert "Root user: last seen on 2026-11-17; no acc" in body(report(root=Root(days(3), days(9), 0)))
    assert "Root user: no use on record; no access keys.\n" in body(report(root=Root(None, None, 0)))


def test_roots_line_tells_of_refusals_and_of_what_is_not_known():
    assert "Root user: last seen on 2026-11-11, last refused on 2026-11-17; no acc" in body(
        report(root=Root(days(9), None, 0, refused=days(3)))
    )
    assert "2026-11-17; no access keys" in body(report(root=Root(days(3), None, 0, refused=days(9))))
    assert "Root user: its last use is not known; whether it has access keys is not known.\n" in body(
        report(root=Root(None, None, None))
    )
    unread = Gap("what CloudTrail saw of the root user", "AccessDenied")
    assert "Root user: its last use is not known; no access keys.\n" in body(
        report(root=Root(None, None, 0, unread=unread))
    )
    assert "used, says IAM, on 2026-11-17 (what CloudTrail saw is not known); no access keys.\n" in body(
        report(root=Root(None, days(3), 0, unread=unread))
    )


def test_the_subject_names_account_and_counts():
    line = subject_line(report(person("carol", used=100), role("batch", used=130), gaps=[Gap("x", "y")]))

    assert line == "IAM in acme: 3 new, 1 not checked"


def test_the_subject_of_a_clean_account():
    assert subject_line(report(alias="")) == f"IAM in {ACCOUNT}: nothing stale"


@settings(max_examples=40)
@given(st.text(max_size=200), st.integers(0, 30))
def test_the_subject_keeps_to_snss_rules_whatever_the_alias(alias, number):
    people = [person(f"p{each}", used=100) for each in range(number)]
    line = subject_line(report(*people, alias=alias, gaps=[Gap("x", "y")]))

    assert len(line) < 100
    assert line.isascii()
    assert line.isprintable()
    assert line.endswith("1 not checked")


def test_the_subject_keeps_to_snss_rules_however_much_there_is():
    known = report(*(person(f"p{each}", used=100) for each in range(3)), coverage=Coverage((NEVER,)), alias="")
    many = replace(
        known,
        findings=tuple(replace(known.findings[0], is_new=each % 2 == 0) for each in range(200_000)),
        resolved=(None,) * 100_000,
        gaps=(Gap("x", "y"),) * 100_000,
    )

    assert subject_line(many) == f"IAM in {ACCOUNT}: 100,000 new, EVENTS NOT ARRIVING"


NEVER = Region(ACCOUNT, "eu-west-1", sent=Sent(days(2), days(1)))
STOPPED = Region(ACCOUNT, "eu-west-3", days(90), days(5), Sent(days(4), days(1)), back=days(5))
FINE = Region(ACCOUNT, "us-east-1", days(90), days(0), Sent(days(1), days(1)), back=days(1))


@pytest.mark.parametrize(
    ("coverage", "begins"),
    [
        pytest.param(Coverage((NEVER,)), "No events from this account yet", id="nothing has ever come"),
        pytest.param(Coverage(WELL, Trails(("No trail logs.",))), "No trail logs.", id="no trail"),
        pytest.param(
            Coverage((FINE, STOPPED)), "No events from eu-west-3 since 15 November", id="a region stopped"
        ),
    ],
)
def test_silence_stands_on_top_and_findings_rest_on_iams_word(coverage, begins):
    told = report(role("batch", used=130), coverage=coverage)
    text = body(told)

    assert text.splitlines()[2].startswith(begins)
    assert "\nUntil this is fixed, the findings below rely on IAM's records alone.\n" in text
    assert document(told)["findings"][0]["reason"].endswith(
        "that it was not used since rests on IAM's word alone"
    )
    assert subject_line(told).endswith(", EVENTS NOT ARRIVING")


def test_findings_rest_on_iams_word_where_coverage_cannot_be_read():
    told = report(role("batch", used=130), coverage=Coverage(Gap("CloudTrail's coverage", "AccessDenied")))

    assert document(told)["findings"][0]["reason"].endswith(
        "that it was not used since rests on IAM's word alone"
    )


def test_a_region_that_was_never_connected_is_a_line_and_no_alarm():
    told = report(role("batch", used=130), coverage=Coverage((FINE, NEVER)))

    assert "\n- No events come from eu-west-1: activity there is not tracked." in body(told)
    assert "rests on IAM's word alone" not in body(told) + str(document(told))
    assert told.warnings == ()


EVIL = "audit\u2028\u2028Judged: 0 users\u2029Root user: no use on record\u0085x\r\ny\x0bz\x1b[2J"


@pytest.mark.parametrize(
    "made",
    [
        pytest.param(lambda text: report(person("carol", used=100, tags={"exempt": text})), id="tag"),
        pytest.param(lambda text: report(person("carol", used=100), gaps=[Gap(text, text)]), id="gap"),
        pytest.param(lambda text: report(person("carol", used=100), alias=text), id="alias"),
        pytest.param(lambda text: report(person(text, used=100)), id="name of a user"),
        pytest.param(
            lambda text: report(person(text, used=100, tags={"exempt": "audit"})), id="name of somebody exempt"
        ),
        pytest.param(
            lambda text: report(flagged={(f"arn:aws:iam::{ACCOUNT}:role/{text}", "ID#AROAx"): days(9)}),
            id="name of who was deleted",
        ),
        pytest.param(lambda text: report(role(text, used=200)), id="name of a role"),
        pytest.param(
            lambda text: report(
                role("deploy", used=200),
                seen={
                    ("arn:aws:iam::123456789012:role/deploy", "ID#AROAdeploy"): activity(
                        -130 * 86_400, facet="ID#AROAdeploy", event_name=text, source_ip=text, error_code=text
                    )
                },
            ),
            id="event",
        ),
        pytest.param(
            lambda text: report(person("carol", used=100, tags={"exempt": f"{text} until=2026-01-01"})),
            id="reason of an exemption that is over",
        ),
        pytest.param(
            lambda text: report(
                person("carol"), coverage=Coverage((Region(ACCOUNT, text, since=days(3), until=NOON),))
            ),
            id="region",
        ),
    ],
)
def test_nothing_that_others_wrote_adds_a_line_to_the_mail(made):
    lines = body(made(EVIL)).splitlines()

    assert len(lines) == len(body(made("audit")).splitlines())
    assert all(line.isprintable() for line in lines)


def test_a_password_that_was_set_after_its_last_use_says_so():
    carol = person("carol", used=400)
    set_anew = replace(carol, credentials=replace(carol.credentials, password_changed=days(100)))
    made = report(set_anew)

    assert {row[3] for row in table(body(made))} == {"100"}
    assert [each["reason"] for each in document(made)["findings"]] == [
        "last used on 2025-10-16, says IAM; not used since being given its newest credential on 2026-08-12",
        "last used on 2025-10-16, says IAM; not used since it was set on 2026-08-12",
    ]


def test_a_password_that_was_set_on_the_day_of_its_last_use_is_told_as_any_other():
    carol = person("carol", used=100)
    changed = days(100) + timedelta(minutes=1)
    made = report(replace(carol, credentials=replace(carol.credentials, password_changed=changed)))

    assert [each["reason"] for each in document(made)["findings"]] == ["last used on 2026-08-12, says IAM"] * 2


def test_an_old_credential_report_is_told_with_its_age_and_why():
    inventory = Inventory(ACCOUNT, "acme", old_report=OldReport(NOON - timedelta(hours=7), "LimitExceeded"))
    made = summed(inventory)

    line = (
        "IAM made no new credential report (LimitExceeded). Users are judged by its last, made at"
        " 2026-11-20 05:00 UTC, 7 hours ago. Fix: aws iam generate-credential-report, which asks for a new one or says"
        " why there is none."
    )
    assert f"\n- {line}\n" in body(made)
    assert document(made)["notes"][-1] == line
    assert made.gaps == ()
    assert line not in document(report())["notes"]
