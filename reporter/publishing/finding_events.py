"""What is new in a report and what is resolved, as events."""

from collections.abc import Iterator

from activity.finding_events import DetailType, FindingEvent
from reporter.judgement.report import Report
from reporter.publishing.document import listed, resolved_as_dict


def events_of(report: Report) -> Iterator[FindingEvent]:
    """The details are those of report.json."""
    for finding in listed(report):
        if finding["is_new"]:
            yield FindingEvent(DetailType.OPENED, report.at, finding["arn"], finding)
    for each in report.resolved:
        yield FindingEvent(DetailType.RESOLVED, report.at, each.arn, resolved_as_dict(each))
