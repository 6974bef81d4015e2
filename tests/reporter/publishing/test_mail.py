"""The mail as text."""

import os
import re
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest
from builders import ACCOUNT, NOON, activity
from hypothesis import given
from hypothesis import strategies as st

from activity.item import Flag, Item
from reporter.inventory.account import (
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
from reporter.judgement.judging import judge_account
from reporter.judgement.known import Known, Root, Terms
from reporter.judgement.owners import Remembered
from reporter.judgement.subjects import Limits, subjects
from reporter.listening.coverage import Coverage, Trails
from reporter.listening.region import Region, Sent
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


def summed(inventory, *, seen=None, gaps=(), flagged=None, previous=None, root=None, coverage=None):
    flags = {key: Flag(at, at) for key, at in (flagged or {}).items()}
    return judge_account(
        Known(
            inventory,
            NOON,
            Terms(LIMITS),
            Remembered(flags, previous=previous or NOON - timedelta(days=7) if flags else previous),
            coverage or Coverage(WELL),
            subjects=tuple(subjects(inventory, {}, tag="exempt")),
            items={key: Item(sighting) for key, sighting in (seen or {}).items()},
            root=root,
            gaps=gaps,
        )
    )


def table(text):
    """The rows of what to do, each as its cells."""
    (rows,) = re.findall(r"(?ms)^#  .*?\n(.*?)(?:^and |\n\n)", text)
    return [re.split(r"  +", row) for row in rows.splitlines()]


def test_a_finding_is_a_line_with_who_what_since_when_and_on_whose_word():
    text = body(report(person("carol", used=100)))

    assert table(text) == [
        ["1*", "password", "carol", "100 days", "12 Aug 2026 (IAM)", "yes", "opens the console"],
        ["2*", "user", "carol", "100 days", "12 Aug 2026 (IAM)", "yes"],
    ]


def test_what_has_no_recorded_use_says_so():
    rows = table(body(report(person("dave", made=200), role("batch", made=200))))

    assert [(row[1], row[3], row[4]) for row in rows] == [
        (kind, "200 days", "none on record") for kind in ("password", "user", "role")
    ]


def test_a_sighting_is_told_as_cloudtrails():
    sighting = activity(-130 * 86_400, principal=f"arn:aws:iam::{ACCOUNT}:role/deploy", facet="ID#AROAdeploy")
    ((*_, when, _),) = table(body(report(role("deploy", used=140), seen={sighting.key: sighting})))

    assert when == "13 Jul 2026 (CloudTrail)"


def test_the_most_dangerous_comes_first_then_the_longest_idle():
    admin = replace(person("mallory", used=95), is_administrator=True)
    text = body(report(person("carol", used=100), role("batch", used=300), person("heidi", used=200), admin))

    assert [(row[1], row[2], row[-1]) for row in table(text)] == [
        ("password", "mallory", "administrator"),
        ("password", "heidi", "opens the console"),
        ("password", "carol", "opens the console"),
        ("user", "mallory", "yes"),
        ("user", "heidi", "yes"),
        ("user", "carol", "yes"),
        ("role", "batch", "yes"),
    ]


def test_commands_come_in_one_block_that_stops_in_another_account_and_then_how_to_undo_them():
    text = body(report(person("carol", used=100), role("batch", used=300)))
    deny = """--policy-name LastActivityDenyAll --policy-document '{"Version":"2012-10-17","Statement":"""

    block, rest = re.findall(r"(?ms)^\( set -e$(.*?)^\)$(.*?)^HOW", text)[0]
    assert [line.replace(deny, "...").partition("[")[0] for line in block.splitlines()[1:]] == [
        f'test "$(aws sts get-caller-identity --query Account --output text)" = {ACCOUNT}',
        ": 1",
        "aws iam put-user-policy --user-name carol ...",
        ": 3",
        "aws iam put-role-policy --role-name batch ...",
    ]
    assert rest.startswith(
        "\n\nTo undo them:\n\n"
        "1  aws iam delete-user-policy --user-name carol --policy-name LastActivityDenyAll\n"
        "3  aws iam delete-role-policy --role-name batch --policy-name LastActivityDenyAll\n\n"
        "Cannot be undone, since a new password would have to be set:\n\n"
        "1  aws iam delete-login-profile --user-name carol\n\n"
    )


def test_idle_users_are_known_as_such_though_their_rows_are_cut():
    text = body(report(*(person(f"user-{number:02}", used=100) for number in range(15))))

    assert [row[1] for row in table(text)] == ["password"] * 15 + ["user"] * 5
    assert {row[5] for row in table(text)} == {"yes"}
    assert text.count("\naws iam put-user-policy ") == 15


def test_who_has_credentials_whose_use_nobody_records_is_denied_nothing():
    key = Undated(Undatable.SSH_PUBLIC_KEY, "carol", person("carol").arn, "APKA1", "Active", days(300))
    text = body(report(replace(person("carol", used=100), undated=(key,))))

    assert [(row[1], row[5], row[-1]) for row in table(text)] == [
        ("password", "no", "opens the console"),
        ("user", "no", "has credentials whose use AWS does not record"),
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
    ((*_, when, _),) = table(body(report(role("deploy"), seen={sighting.key: sighting})))

    assert when == "13 Jul 2026 (refused)"


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

    assert [(row[1], row[5]) for row in table(text)] == [("password", "no")]
    assert "Cannot be undone, since a new password would have to be set:\n\n1  aws iam delete-login" in text
    assert "( set -e" not in text


def test_the_mail_says_what_to_do_before_how_it_was_judged():
    text = body(report(person("carol", used=100), role("batch", used=130)))

    assert text.startswith(
        f"IAM last activity in account {ACCOUNT} (acme), 2026-11-20 12:00 UTC\n"
        "\n"
        "WHAT TO DO: 1 user, 1 password, 1 role, the most dangerous first\n"
        "\n"
        "#   what      whose  idle for  last use           can be undone  note\n"
        "1*  password  carol  100 days"
    )
    assert text.endswith(
        "HOW THIS WAS JUDGED\n"
        "\n"
        "Stale: no use known to CloudTrail or IAM for 90 days (users, passwords), 60 (access keys), 120 (roles).\n"
        "CloudTrail's events came from eu-west-1, the first on 24 January 2026.\n"
        "Judged: 1 user, 1 password, 0 access keys, 1 role.\n"
        "Left out: 0 service-linked roles, 0 Identity Center roles, 0 disabled access keys.\n"
    )


def test_the_head_tells_from_where_and_when_events_came():
    regions = tuple(Region(ACCOUNT, f"region-{number}", days(30), days(number)) for number in range(7))

    def head(regions):
        return body(report(coverage=Coverage(regions)))

    assert "\nCloudTrail's events came from region-0, the first on 21 October 2026.\n" in head(regions[:1])
    assert ", region-4 and 2 more regions, the first on 21 October 2026.\n" in head(regions)
    assert "not known whether events arrive: the findings may rest on IAM's word" in head(Gap("x", "y"))


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
        "HOW THIS WAS JUDGED\n"
        "\n"
        "Stale: no use known to CloudTrail or IAM for 90 days (users, passwords), 60 (access keys), 120 (roles).\n"
        "CloudTrail's events came from eu-west-1, the first on 24 January 2026.\n"
        "Judged: 1 user, 1 password, 0 access keys, 1 role.\n"
        "Left out: 0 service-linked roles, 0 Identity Center roles, 0 disabled access keys.\n"
    )


def test_a_gap_is_to_be_mended_and_nothing_looks_clean():
    text = body(report(gaps=[Gap("credential report", "AccessDenied")]))

    assert "Nothing is stale among what was checked.\n" in text
    assert "TO MEND IN THE TRACKER\n\n- Not checked: credential report: AccessDenied\n" in text


def test_what_could_not_be_judged_is_counted_apart():
    gap = Gap("credential report", "AccessDenied")
    arn = f"arn:aws:iam::{ACCOUNT}:user/alice"
    text = body(report(User("alice", arn, "AIDAalice", days(500), None, gap, {}), role("deploy", used=1)))

    assert "Judged: 0 users, 0 passwords, 0 access keys, 1 role.\nNot judged: 1 user.\n" in text
    assert "- Not checked: credential report: AccessDenied\n" in text


def test_many_gaps_are_counted():
    text = body(report(gaps=[Gap(f"key {number}", "AccessDenied") for number in range(25)]))

    assert "- Not checked: key 19: AccessDenied\n- and 5 more\n" in text


def test_exemptions_are_listed_with_reason_and_end():
    text = body(report(person("frank", used=100, tags={"exempt": "CISO until=2027-01-31"})))

    assert (
        "EXEMPT BY TAG\n"
        "- user frank, idle for 100 days: CISO (until 2027-01-31)\n"
        "- the console password of user frank, idle for 100 days: CISO (until 2027-01-31)\n"
    ) in text


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
    assert "Root user: last seen by CloudTrail on 2026-11-17; no acc" in body(
        report(root=Root(days(3), days(9), 0))
    )
    assert "Root user: no use on record; no access keys.\n" in body(report(root=Root(None, None, 0)))


def test_roots_line_tells_of_refusals_and_of_what_is_not_known():
    assert "Root user: last seen by CloudTrail on 2026-11-11, last refused on 2026-11-17; no acc" in body(
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
    assert "\nUntil that is mended, what follows rests on IAM's word alone.\n" in text
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

    assert {row[3] for row in table(body(made))} == {"100 days"}
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
        " 2026-11-20 05:00 UTC, 7 hours ago."
    )
    assert f"\n- {line}\n" in body(made)
    assert document(made)["notes"][-1] == line
    assert made.gaps == ()
    assert line not in document(report())["notes"]
