"""Each brake by itself: what would be disabled is not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from accounts import Key, Password, Root, ServiceCredential, SshKey, alice, days, deploy, seen, seen_on
from builders import ACCOUNT
from quarantined import ENFORCED, KEY, ROLE, USER, entry_of, finding_of, heard, region, report_of

from activity.days import Days
from activity.finding import Kind
from quarantine.brakes import of_account, of_finding, of_listening
from quarantine.plan import Rules, plan
from reporter.inventory.account import Gap
from reporter.judgement.exemption import parse
from reporter.judgement.staleness import Status
from reporter.judgement.subjects import Limits
from reporter.listening.coverage import Trails

USED_KEY = Key("AKIA2", made=400, used=1)


def role_report(role=None, *more, **changes):
    return report_of(role or deploy(made=500, used=350), *more, **changes)


def changed(report, **of_subject):
    """The report, with its one finding about another subject."""
    (finding,) = report.findings
    return replace(report, findings=(replace(finding, subject=replace(finding.subject, **of_subject)),))


def test_nothing_speaks_against_a_role_that_both_sources_show_idle():
    report = role_report()

    assert of_account(report) == ""
    assert of_finding(finding_of(report, ROLE), report) == ""


def test_events_that_come_are_enough_while_the_first_test_call_of_a_region_is_on_its_way():
    assert of_account(role_report(coverage=heard(region(back=None)))) == ""


def test_nothing_speaks_against_a_user_of_whom_all_is_idle_nor_against_the_idle_key_of_one_in_use():
    idle = report_of(alice(Key(used=350), made=500))
    in_use = report_of(alice(Key(used=350), USED_KEY, made=500), seen(1, "ID#AIDAALICE"), seen(1, "KEY#AKIA2"))

    assert of_finding(finding_of(idle, USER), idle) == ""
    assert of_finding(finding_of(in_use, KEY), in_use) == ""


OF_ACCOUNT = [
    pytest.param({"coverage": heard(trails=Trails(("no trail logs management events",)))}, "events do not arrive", id="the tracker is deaf"),
    pytest.param({"coverage": heard(region(until=4, tested=3, back=4))}, "events do not arrive", id="the tracker is silent"),
    pytest.param({"coverage": heard(region(), region("us-east-1", until=4, tested=3, back=4))}, "events do not arrive", id="a region is silent"),
    pytest.param({"coverage": heard(region(), region("us-east-1", tested=3, back=4))}, "events do not arrive", id="no read-only events"),
    pytest.param({"coverage": heard(region(), region("us-east-1", since=None, until=None, tested=3, back=None))}, "no events come from us-east-1", id="a region is not connected"),
    pytest.param({"coverage": heard(replace(region(), sent=None), replace(region("us-east-1"), sent=None))}, "no events come from eu-west-1, us-east-1", id="no test calls show that events come"),
    pytest.param({"coverage": heard(region(), region("us-east-1", since=None, until=None, back=None))}, "no events come from us-east-1", id="a region has just been tested for the first time, and no event ever came"),
    pytest.param({"coverage": heard(basis="a case file")}, "no tracker is listening", id="no tracker"),
    pytest.param({"coverage": heard(trails=Gap("the trails of CloudTrail", "denied"))}, "the trails of CloudTrail could not be read", id="the trails are unreadable"),
    pytest.param({"coverage": heard(unlisted="AccessDenied")}, "the enabled regions could not be listed", id="the regions are not known"),
    pytest.param({"gaps": (Gap("users (ListUsers)", "denied"),)}, "the report could not check everything: users (ListUsers)", id="any gap in the report"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "why"), OF_ACCOUNT)
def test_the_whole_account_is_left(changes, why):
    report = role_report(**changes)
    gone = entry_of(report_of(alice(Key(used=350))), USER)
    decided = plan(report, {ROLE: entry_of(report, ROLE), USER: gone}, ENFORCED)

    assert decided.brake.startswith(why)
    assert (decided.disable, decided.announce, decided.withdrawn) == ((), (), ())
    assert [each.held for each in decided.held] == [decided.brake]


@pytest.mark.parametrize(
    ("coverage", "why"),
    [
        pytest.param(heard(region(since=89)), "events have been coming only since", id="listening for less than the threshold"),
        pytest.param(heard(region(since=None)), "events have been coming not at all yet", id="not listening at all"),
        pytest.param(heard(region(heard=[*range(50), *range(55, 431)])), f"no events came from {days(54):%Y-%m-%d} to {days(50):%Y-%m-%d}", id="five days unheard"),
        pytest.param(heard(region(heard=range(5, 431))), "no events came from", id="the last five days unheard"),
        pytest.param(heard(region(heard=range(86))), "no events came from", id="the first five days unheard"),
        pytest.param(heard(region(heard=())), "no events came from", id="no day on record"),
        pytest.param(heard(region(since=90)), "", id="listening for the threshold"),
        pytest.param(heard(region(heard=[*range(50), *range(54, 431)])), "", id="four days unheard"),
        pytest.param(heard(region(heard=range(91))), "", id="heard on every day of the threshold, and not before"),
    ],
)  # fmt: skip
def test_cloudtrails_silence_proves_something_only_where_it_was_heard(coverage, why):
    report = role_report(coverage=coverage)
    said = of_listening(report, timedelta(days=90))

    assert said.startswith(why)
    assert bool(said) == bool(why)
    assert of_finding(finding_of(report, ROLE), report) == said


@pytest.mark.parametrize(
    ("report", "id_", "why"),
    [
        pytest.param(report_of(alice(Password(used=1, changed=400), Key(used=200)), Root(0), seen(1, "ID#AIDAALICE")), KEY, "IAM knows of a use", id="missed events of that principal"),
        pytest.param(report_of(alice(Password(used=350), Key(used=350))), f"{ACCOUNT}:password:AIDAALICE", "quarantine doesn't touch passwords", id="a password"),
        pytest.param(report_of(alice(Key(used=350))), KEY, "the user is idle as a whole", id="a key whose user is idle, too"),
        pytest.param(report_of(deploy(made=500, used=350, path="/break-glass/")), ROLE, "quarantine doesn't touch what has /break-glass/ in its path", id="the path for emergencies"),
        pytest.param(report_of(deploy(made=500, used=350, path="/a/break-glass/b/")), ROLE, "quarantine doesn't touch what has /break-glass/ in its path", id="deeper in the path"),
        pytest.param(report_of(deploy(made=500, used=350, tag="last-activity:tracker")), ROLE, "quarantine doesn't touch the tracker's own roles", id="the tracker's own"),
        pytest.param(report_of(deploy(made=500, used=350, exempt="needed until=2026-01-01")), ROLE, "quarantine doesn't touch what has the tag of an exemption", id="exempt, though that is over"),
        pytest.param(report_of(deploy(made=179)), ROLE, "younger than 180 days", id="younger than twice its threshold"),
        pytest.param(report_of(alice(Key(made=179), USED_KEY), seen(1, "ID#AIDAALICE"), seen(1, "KEY#AKIA2")), KEY, "younger than 180 days", id="a young key"),
        pytest.param(report_of(alice(SshKey())), USER, "AWS does not record the last use of a credential of the user", id="an SSH key"),
        pytest.param(report_of(alice(ServiceCredential())), USER, "AWS does not record the last use of a credential of the user", id="a service's credential"),
        pytest.param(report_of(alice(Key(used=40), made=500), seen(40, "ID#AIDAALICE"), seen(40, "KEY#AKIA1"), Limits(user=30, access_key=90)), USER, "the user's keys count as stale only after 90 days", id="a key within its own threshold"),
        pytest.param(replace(report_of(deploy(made=500, used=350)), findings=tuple(replace(each, is_new=True) for each in report_of(deploy(made=500, used=350)).findings)), ROLE, "a mailed report has to name it first", id="flagged by no mail yet"),
    ],
)  # fmt: skip
def test_a_finding_is_left(report, id_, why):
    assert of_finding(finding_of(report, id_), report).startswith(why)


@pytest.mark.parametrize(
    ("subject", "why"),
    [
        pytest.param({"arn": f"arn:aws:iam::{ACCOUNT}:root"}, "quarantine doesn't touch the root user", id="the root user"),
        pytest.param({"arn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/x"}, "quarantine doesn't touch roles of AWS services", id="a service-linked role"),
        pytest.param({"arn": f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x"}, "quarantine doesn't touch roles of Identity Center", id="an Identity Center role"),
        pytest.param({"arn": f"arn:aws:iam::{ACCOUNT}:role/AWSReservedSSO_x"}, "quarantine doesn't touch roles of Identity Center", id="one by its name"),
        *(pytest.param({"name": each}, "quarantine doesn't touch the organization's ways into the account", id=each) for each in ("OrganizationAccountAccessRole", "AWSControlTowerExecution", "AWSCloudFormationStackSetExecutionRole", "stacksets-exec-0a1b")),
        pytest.param({"exemption": parse("needed")}, "quarantine doesn't touch what has the tag of an exemption", id="exempt"),
        pytest.param({"exemption": Gap("tags", "denied")}, "quarantine doesn't touch what has the tag of an exemption", id="its tags are unreadable"),
        pytest.param({"facets": ()}, "IAM and CloudTrail don't both have a record", id="the table has no place for it"),
    ],
)  # fmt: skip
def test_what_the_report_should_not_even_list_is_left(subject, why):
    report = changed(role_report(), **subject)

    assert of_finding(report.findings[0], report).startswith(why)


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.ACTIVE, Status.DORMANT, Status.EXEMPT])
def test_any_other_verdict_is_no_reason_to_act(status):
    report = role_report()
    (finding,) = report.findings
    finding = replace(finding, verdict=replace(finding.verdict, status=status))

    assert of_finding(finding, report) == "IAM and CloudTrail don't both have a record"


def test_what_could_not_be_read_of_it_leaves_it():
    report = role_report()
    (finding,) = report.findings
    unread = replace(finding, verdict=replace(finding.verdict, gaps=(Gap("x", "y"),)))
    unsaid = replace(finding.subject, claim=replace(finding.subject.claim, gap=Gap("x", "y")))

    assert of_finding(unread, report) == "IAM and CloudTrail don't both have a record"
    assert of_finding(replace(finding, subject=unsaid), report) == "IAM and CloudTrail don't both have a record"


def test_its_own_role_is_left_whatever_its_tags():
    report = role_report()

    assert (
        of_finding(finding_of(report, ROLE), report, own_id="AROADEPLOY")
        == "quarantine doesn't touch its own role"
    )
    assert of_finding(finding_of(report, ROLE), report, own_id="AROAOTHER") == ""
    assert plan(report, {}, ENFORCED, own_id="AROADEPLOY").announce == ()


QUARTERLY = seen_on((95, 185, 275, 365), "ID#AROADEPLOY", "role/deploy")


def test_what_is_dormant_is_no_finding():
    assert report_of(deploy(made=400, used=95), QUARTERLY).findings == ()


def test_a_rhythm_that_days_unheard_hide_is_left():
    """The report calls it stale, as it cannot be sure; quarantine can wait."""
    report = role_report()
    (finding,) = report.findings
    active = Days.of(*(days(each).date() for each in (95, 185, 275, 365)))
    verdict = replace(finding.verdict, at=days(95), active=replace(finding.verdict.active, days=active))
    report = replace(report, coverage=heard(region(heard=range(300))))

    assert of_finding(replace(finding, verdict=verdict), report) == "use seems to be rare and regular"


@pytest.mark.parametrize("where", ["exempt", "dormant", "snoozed"])
def test_the_key_of_a_user_who_is_spared_is_left(where):
    idle = report_of(alice(Key(used=350), made=500))
    (user,) = (each for each in idle.findings if each.subject.kind is Kind.USER)
    spared = replace(
        idle,
        findings=tuple(each for each in idle.findings if each is not user),
        **{where: ((user.subject, user.verdict),)},
    )

    assert of_finding(finding_of(spared, KEY), spared) == "the user is exempt, snoozed or used rarely"


@pytest.mark.parametrize("kind", [Kind.ACCESS_KEY, Kind.PASSWORD])
def test_a_user_of_whom_a_credential_is_snoozed_is_left(kind):
    report = report_of(alice(Password(used=350), Key(used=350), made=500))
    (spared,) = (each for each in report.findings if each.subject.kind is kind)
    report = replace(
        report,
        findings=tuple(each for each in report.findings if each is not spared),
        snoozed=((spared.subject, spared.verdict),),
    )

    assert of_finding(finding_of(report, USER), report) == "a credential of the user is snoozed"


def test_the_mode_is_a_brake():
    report = role_report()
    entries = {ROLE: entry_of(report, ROLE)}

    assert [each.id for each in plan(report, entries, ENFORCED).disable] == [ROLE]
    assert plan(report, entries, Rules()).disable == ()
