"""What a report of a large account costs in calls, and what becomes of it when IAM throttles them.

Rate limits of IAM are not published, and it may fill a page with less than is asked for: the budget of 41 calls
holds as long as GetAccountAuthorizationDetails answers 313 users and roles a page, of the 1,000 that are asked for.
"""

from dataclasses import replace

import boto3
import pytest
from builders import ACCOUNT
from crowd import Crowd
from wire import Wire, plugged

from reporter.judgement.questions import needs_key_ids
from reporter.publishing.document import answer
from reporter.review.review import review
from reporter.run import Reporter

ENVIRONMENT = {
    "ACTIVITY_TABLE": "activity",
    "REPORT_TOPIC_ARN": f"arn:aws:sns:us-east-1:{ACCOUNT}:reports",
    "REPORT_BUCKET": "reports",
}
IAMS_CALLS = (
    "GenerateCredentialReport",
    "GetCredentialReport",
    "GetAccountAuthorizationDetails",
    "ListUsers",
    "ListServiceSpecificCredentials",
    "ListAccountAliases",
    "ListAccessKeys",
    "GetAccessKeyLastUsed",
)


class Clock:
    """Time that passes only while somebody waits before a call is made again."""

    def __init__(self):
        self.pauses = []

    def sleep(self, seconds):
        self.pauses.append(seconds)

    @property
    def remaining(self):
        return 900_000 - 1000 * sum(self.pauses)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("botocore.endpoint.time", clock)
    return clock


@pytest.fixture
def plug(monkeypatch):
    """Has all clients that are made from now on talk to a wire."""

    def plug(wire):
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", plugged(wire))
        return wire

    return plug


@pytest.fixture
def reviewed(plug, clock):
    def report(wire):
        plug(wire)
        reporter = patient(clock)
        return review(reporter.sources, ACCOUNT, reporter.terms, wire.crowd.now)

    return report


def patient(clock):
    """The reporter as it is deployed, but for its waiting."""
    reporter = Reporter.from_env(ENVIRONMENT)
    return replace(
        reporter,
        sources=replace(
            reporter.sources,
            iam=replace(reporter.sources.iam, pause=clock.sleep, clock=lambda: sum(clock.pauses)),
        ),
    )


def flagged(report):
    return {(str(f.subject.kind), f.subject.access_key_id or f.subject.name) for f in report.findings}


def kinds(report):
    return {kind for kind, _ in flagged(report)}


def test_5000_users_and_5000_roles_cost_41_calls_and_one_for_each_user_with_a_suspect_key(plug):
    wire = plug(Wire(Crowd(users=5000, roles=5000), page=313))
    reporter = Reporter.from_env(ENVIRONMENT)
    inventory = reporter.sources.iam.list(ACCOUNT)
    suspects = [user for user in inventory.users if needs_key_ids(user, reporter.terms.limits, wire.crowd.now)]

    assert (len(inventory.users), len(inventory.roles), inventory.gaps) == (5000, 5000, ())
    assert sum(wire.of("iam").values()) == 41
    assert len(suspects) == 1000


def test_a_report_asks_only_for_suspects_keys_and_for_what_the_table_may_know_of_what_exists(reviewed):
    wire = Wire(Crowd(users=200, roles=200), page=313)
    report = reviewed(wire)

    stale = {kind: report.counts[kind]["stale"] for kind in ("user", "password", "access_key", "role")}
    assert stale == {"user": 0, "password": 7, "access_key": 40, "role": 20}
    assert wire.of("iam") == {
        "GenerateCredentialReport": 1,
        "GetCredentialReport": 1,
        "GetAccountAuthorizationDetails": 2,
        "ListServiceSpecificCredentials": 1,
        "ListUsers": 1,
        "ListAccountAliases": 1,
        "ListAccessKeys": 40,
    }
    # Four items of each user, and eight of a role (all have a path, which some sessions leave out), two of a password
    # and of a suspect's key, 100 at a time; the last report, root, and whether regions could be listed. Of each of
    # the 60 under suspicion, who else has its id and was refused with it; all that is flagged, all that is exempt,
    # the coverage and its roads, test calls sent and come back, and what is snoozed.
    items = 4 * 200 + 8 * 200 + 2 * 67 + 2 * 80
    assert wire.of("dynamodb") == {"BatchGetItem": -(-items // 100) + 3, "Query": 2 * 60 + 8}


def test_service_specific_credentials_of_all_users_cost_a_call_and_users_without_credentials_200_at_most(plug):
    wire = plug(Wire(Crowd(users=400, roles=0, bare=True), page=1000))
    reporter = Reporter.from_env(ENVIRONMENT)
    report = review(reporter.sources, ACCOUNT, reporter.terms, wire.crowd.now)

    assert report.counts["user"]["never_used"] == 400
    assert wire.of("iam")["ListServiceSpecificCredentials"] == 1
    assert wire.of("iam")["ListSSHPublicKeys"] == 200
    assert "ListSigningCertificates" not in wire.of("iam")
    assert "ListAccessKeys" not in wire.of("iam")


def test_keys_that_are_used_at_different_times_are_told_apart_by_the_table_and_cost_no_call_of_iam(reviewed):
    wire = Wire(Crowd(users=200, roles=200, staggered=True), page=313)
    report = reviewed(wire)

    assert wire.of("iam")["ListAccessKeys"] == 40
    assert wire.of("iam").get("GetAccessKeyLastUsed", 0) == 0
    assert (report.missed, report.gaps) == ((), ())
    # Of each of the 160 others, the keys that were seen, and those that were refused.
    assert wire.of("dynamodb")["Query"] == 2 * 60 + 8 + 2 * 160


def test_throttled_calls_are_made_again_after_a_pause_and_the_report_is_the_same(reviewed, clock):
    crowd = Crowd(users=30, roles=20, toggled=6)
    undisturbed = answer(reviewed(Wire(crowd, page=20)))
    wire = Wire(crowd, page=20, fails=lambda operation, count: "Throttling" if count <= 2 else None)
    throttled = answer(reviewed(wire))

    assert throttled == undisturbed
    assert throttled["gaps"] == []
    assert set(wire.of("iam")) == set(IAMS_CALLS)
    assert len(clock.pauses) == sum(wire.of("iam").values()) * 2 / 3


@pytest.mark.parametrize(
    ("operation", "gap", "flags"),
    [
        pytest.param(operation, gap, flags, id=operation)
        for operation, gap, flags in (
            ("GetCredentialReport", "credential report", {"role"}),
            ("GetAccountAuthorizationDetails", "roles, and the tags of users", set()),
            ("ListUsers", "users (ListUsers)", {"role"}),
            (
                "ListServiceSpecificCredentials",
                "service-specific credentials",
                {"password", "access_key", "role"},
            ),
            ("ListAccountAliases", "account alias", {"password", "access_key", "role"}),
            ("ListAccessKeys", "access keys of arn:", {"password", "role"}),
            ("GetAccessKeyLastUsed", "last use of access key AKIA", {"password", "role"}),
        )
    ],
)
def test_throttling_without_end_is_a_gap_and_flags_nothing(reviewed, clock, operation, gap, flags):
    crowd = Crowd(users=30, roles=20, toggled=30)
    everything = flagged(reviewed(Wire(crowd)))
    wire = Wire(crowd, fails=lambda each, count: "Throttling" if each == operation else None)
    report = reviewed(wire)

    assert flagged(report) == {each for each in everything if each[0] in flags}
    assert any(each.what.startswith(gap) and "Throttling" in each.reason for each in report.gaps)
    assert clock.pauses


@pytest.mark.parametrize("operation", ["ListUsers", "ListAccessKeys"])
def test_a_call_that_is_always_throttled_is_given_up_after_minutes(reviewed, clock, operation):
    reviewed(
        Wire(Crowd(users=5, roles=1), fails=lambda each, count: "Throttling" if each == operation else None)
    )

    assert 90 < sum(clock.pauses) < 900


def test_throttling_that_outlasts_botocores_patience_leaves_no_gap(reviewed, clock):
    wire = Wire(
        Crowd(users=30, roles=1, idle_in=1), fails=lambda _, count: "Throttling" if count <= 5 else None
    )
    report = reviewed(wire)

    assert report.gaps == ()
    assert report.counts["access_key"]["stale"] == 60


def test_the_asking_ends_in_time_for_the_mail_and_what_is_left_is_a_gap(plug, clock):
    slow = Wire(
        Crowd(users=300, roles=1, idle_in=1), fails=lambda _, count: "Throttling" if count <= 7 else None
    )
    plug(slow)
    reporter = patient(clock)
    report = reporter.report(slow.crowd.now, is_late=lambda: clock.remaining < 180_000).report

    read = {finding.subject.arn for finding in report.findings if finding.subject.access_key_id}
    unread = {gap.what for gap in report.gaps}
    assert 0 < len(read) < 300
    assert len(read) + len(unread) == 300
    assert {gap.reason for gap in report.gaps} == {"not read before the function's deadline"}
    assert not any(f"access keys of {arn}" in unread for arn in read)
    assert report.counts["user"]["stale"] == len(read)
    assert report.counts["user"]["unknown"] == len(unread)
    assert clock.remaining > 0
    ((subject, _),) = slow.mails
    assert f"{len(unread)} not checked" in subject
