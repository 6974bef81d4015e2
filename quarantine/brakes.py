"""What keeps a finding from being disabled, each brake by itself: of the account, and of the finding."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase

from activity.arn import is_root, is_shared_by_people, parts
from activity.finding import Kind
from reporter.inventory.account import Gap
from reporter.judgement.dormancy import dormancy, silence
from reporter.judgement.findings import FLAGGED, Finding
from reporter.judgement.report import Report
from reporter.listening.region import Region, State

# Never touched, whatever else is said of what has it in its path.
BREAK_GLASS = "/break-glass/"
_OF_SERVICES = "/aws-service-role/"
_OF_IDENTITY_CENTER = "/aws-reserved/"
# By which an organization reaches an account, seldom and when it must: the last by their prefix.
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
# https://docs.aws.amazon.com/controltower/latest/userguide/awscontroltowerexecution.html
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/CloudFormationStackSetsOrgAdminServiceRolePolicy.html
WAYS_IN = (
    "OrganizationAccountAccessRole",
    "AWSControlTowerExecution",
    "AWSCloudFormationStackSetExecutionRole",
    "stacksets-exec-*",
)


def of_account(report: Report) -> str:
    """Why nothing in the account may be disabled now; "" if nothing speaks against it."""
    coverage, now = report.coverage, report.at
    if report.warnings:
        return f"events do not arrive as they should: {report.warnings[0]}"
    if report.gaps:
        return f"the report could not check everything: {report.gaps[0].what}"
    if coverage.basis:
        return "no tracker is listening"
    if isinstance(coverage.trails, Gap):
        return "the trails of CloudTrail could not be read"
    if coverage.unlisted:
        return "the enabled regions could not be listed"
    unheard = [each.region for each in coverage.known if not _is_heard(each, now)]
    return f"no events come from {', '.join(unheard)}" if unheard else ""


def _is_heard(region: Region, now: datetime) -> bool:
    """Whether its events come, and test calls show it; or it is not enabled, so that nobody can be there."""
    state = region.state(now)
    return state in (State.RECEIVING, State.DISABLED) or (state is State.WAITING and region.until is not None)


def of_listening(report: Report, window: timedelta) -> str:
    """Why CloudTrail's silence about the last days proves nothing."""
    coverage, now = report.coverage, report.at
    since = coverage.since
    if since is None or now - since < window:
        told = f"only since {since:%Y-%m-%d}" if since else "not at all yet"
        return f"events have been coming {told}, and {window.days} days are needed"
    first, today = (each.astimezone(UTC).date() for each in (now - window, now))
    unheard = silence(coverage.days, first, today)
    return f"no events came from {unheard[0]} to {unheard[1]}" if unheard else ""


def of_finding(finding: Finding, report: Report, *, own_id: str = "") -> str:
    """`own_id`: of quarantine's own role."""
    if own_id and finding.subject.id == own_id:
        return "quarantine doesn't touch its own role"
    every = (brake(finding, report) for brake in BRAKES)
    return next(filter(None, every), "")


def _password(finding: Finding, _: Report) -> str:
    return "quarantine doesn't touch passwords" if finding.subject.kind is Kind.PASSWORD else ""


def _root(finding: Finding, _: Report) -> str:
    return "quarantine doesn't touch the root user" if is_root(finding.subject.arn) else ""


def _of_aws(finding: Finding, _: Report) -> str:
    """The report lists neither; this holds if it should."""
    about = finding.subject
    path = parts(about.arn).resource
    if _OF_SERVICES in path:
        return "quarantine doesn't touch roles of AWS services"
    if _OF_IDENTITY_CENTER in path or is_shared_by_people(about.arn):
        return "quarantine doesn't touch roles of Identity Center: take the assignment away there"
    return ""


def _way_in(finding: Finding, _: Report) -> str:
    about = finding.subject
    is_one = about.kind is Kind.ROLE and any(fnmatchcase(about.name, each) for each in WAYS_IN)
    return "quarantine doesn't touch the organization's ways into the account" if is_one else ""


def _own(finding: Finding, _: Report) -> str:
    return "quarantine doesn't touch the tracker's own roles" if finding.subject.is_own else ""


def _break_glass(finding: Finding, _: Report) -> str:
    is_one = BREAK_GLASS in parts(finding.subject.arn).resource
    return f"quarantine doesn't touch what has {BREAK_GLASS} in its path" if is_one else ""


def _exempt(finding: Finding, _: Report) -> str:
    """Even if the exemption is over: somebody asked for it, and IAM refuses the act while the tag is there."""
    return (
        "quarantine doesn't touch what has the tag of an exemption"
        if finding.subject.exemption is not None
        else ""
    )


def _snoozed(finding: Finding, report: Report) -> str:
    """What is snoozed itself is no finding. To deny a user disables its credentials, too."""
    about = finding.subject
    is_one = any(each.arn == about.arn for each, _ in report.snoozed)
    return "a credential of the user is snoozed" if is_one and about.kind is Kind.USER else ""


def _rhythm(finding: Finding, report: Report) -> str:
    verdict, today = finding.verdict, report.at.astimezone(UTC).date()
    last = verdict.at.astimezone(UTC).date() if verdict.at else None
    heard = report.coverage.days
    is_rare = last and dormancy(verdict.active.days, last, heard, today)
    return "use seems to be rare and regular" if is_rare else ""


def _undated(finding: Finding, _: Report) -> str:
    about = finding.subject
    if about.kind is not Kind.USER:
        return ""
    return "AWS does not record the last use of a credential of the user" if about.has_undated else ""


def _missed(finding: Finding, report: Report) -> str:
    is_missed = any(each.subject.arn == finding.subject.arn for each in report.missed)
    return "IAM knows of a use that never came as an event" if is_missed else ""


def _young(finding: Finding, report: Report) -> str:
    about, days = finding.subject, 2 * finding.threshold_days
    is_young = report.at - max(about.created, about.exists_since) < timedelta(days=days)
    return f"younger than {days} days" if is_young else ""


def _both_sources(finding: Finding, report: Report) -> str:
    """IAM's word and CloudTrail's."""
    about, verdict = finding.subject, finding.verdict
    if verdict.status not in FLAGGED or verdict.gaps or about.claim.gap or not about.facets:
        return "IAM and CloudTrail don't both have a record"
    return of_listening(report, timedelta(days=finding.threshold_days))


def _keys_of_user(finding: Finding, report: Report) -> str:
    """To deny a user disables its keys, too, which may have a threshold of more days."""
    days = report.limits.access_key
    is_early = finding.subject.kind is Kind.USER and finding.verdict.idle < timedelta(days=days)
    return f"the user's keys count as stale only after {days} days" if is_early else ""


def _idle_user(finding: Finding, report: Report) -> str:
    """A key alone is disabled only if its user is in use."""
    about = finding.subject
    if about.kind is not Kind.ACCESS_KEY:
        return ""
    others = *report.exempt, *report.dormant, *report.snoozed
    spared = {each.arn for each, _ in others if each.kind is Kind.USER}
    idle = {each.subject.arn for each in report.findings if each.subject.kind is Kind.USER}
    if about.arn in idle:
        return "the user is idle as a whole, and is judged instead"
    return "the user is exempt, snoozed or used rarely" if about.arn in spared else ""


def _new(finding: Finding, _: Report) -> str:
    return "a mailed report has to name it first" if finding.is_new else ""


BRAKES: tuple[Callable[[Finding, Report], str], ...] = (
    _password,
    _root,
    _of_aws,
    _way_in,
    _own,
    _break_glass,
    _exempt,
    _snoozed,
    _rhythm,
    _undated,
    _missed,
    _young,
    _both_sources,
    _keys_of_user,
    _idle_user,
    _new,
)
