"""The reporter Lambda: reviews the account, publishes what is stale and answers it; alone, or one of many."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

from reporter.organization.steps import step
from reporter.publishing.message import fitting_answer
from reporter.run import Reporter
from reporter.telling import Deadline, logger, tell, time


class NothingRead(Exception):
    """Neither users nor roles could be listed. The mail that says so is out."""


@cache
def reporter() -> Reporter:
    return Reporter.from_env(os.environ)


def lambda_handler(event: Any, context: Any) -> dict[str, Any]:
    """Takes any event; `{"publish": false}` has it review and measure only, and mail and flag nothing.

    So has `{"scheduled_at": …}` if a report was mailed since, or another run mails it: EventBridge Scheduler
    may deliver twice. Answers `{"findings", "gaps", "exempt", "dormant", "counts"}`. If not all findings fit
    into an answer, `truncated` says how many there are, and where. Raises NothingRead.

    An event with a `step` is one of the state machine's, for an organization: see organization/steps.py.
    """
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    asked = event if isinstance(event, Mapping) else {}
    deadline = Deadline(context)
    if "step" in asked:
        return step(asked, deadline)
    run = reporter().report(
        datetime.now(UTC),
        publishes=asked.get("publish") is not False,
        scheduled_at=time(asked.get("scheduled_at")),
        run=getattr(context, "aws_request_id", None) or str(uuid4()),
        is_late=deadline.is_late,
        is_over=deadline.is_over,
    )
    tell(run)
    if run.report.is_empty:
        raise NothingRead(
            f"neither users nor roles of {run.report.account} could be listed: see the gaps above"
        )
    return fitting_answer(run.report, run.files)
