"""The use of something flagged, as events: one for each finding that it ends."""

from collections.abc import Iterator

from activity.finding_events import DetailType, FindingEvent
from awakened.flagged import Notice
from awakened.message import use_as_dict


def events_of(notice: Notice) -> Iterator[FindingEvent]:
    """None for the root user, which no report flags."""
    for use in notice.uses:
        detail = use_as_dict(use, notice.account_name)
        yield FindingEvent(DetailType.USED_AGAIN, use.at, use.subject.arn, detail)
