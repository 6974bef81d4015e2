"""The steps of the organization's state machine, one a call of the reporter: "list", "review", "sum_up"."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from activity.accounts import Account
from activity.model import to_text
from reporter.inventory.account import Gap
from reporter.organization.run import Organization
from reporter.telling import Deadline, logger, metrics, tell, time


@cache
def organization() -> Organization:
    return Organization.from_env(os.environ)


def step(event: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
    """A run is named by when it was due, so that one that is started again goes on with what is there.

    Raises botocore's errors: the state machine tries again.
    """
    if event["step"] == "list":
        return _list(event["asked"], event["started"])
    of = event["of"]
    return _review(event["account"], of, deadline) if event["step"] == "review" else _sum_up(of)


def _list(asked: Mapping[str, Any], started: str) -> dict[str, Any]:
    due, began = time(asked.get("scheduled_at")), time(started) or datetime.now(UTC)
    publishes = asked.get("publish") is not False
    run = f"{to_text(due or began).replace(':', '')}{'' if publishes else '-watch'}"
    of = {"run": run, "publish": publishes, "scheduled_at": to_text(due) if due else None}
    return organization().list(run) | {"of": of}


def _review(account: Mapping[str, str], of: Mapping[str, Any], deadline: Deadline) -> dict[str, Any]:
    done = organization().review(
        of["run"],
        Account(**account),
        datetime.now(UTC),
        scheduled_at=time(of["scheduled_at"]),
        publishes=of["publish"],
        is_late=deadline.is_late,
        is_over=deadline.is_over,
    )
    if isinstance(done, Gap):
        logger.warning("gap", account=account["id"], what=done.what, reason=done.reason)
    else:
        tell(done)
    return {}


def _sum_up(of: Mapping[str, Any]) -> dict[str, Any]:
    told = organization().sum_up(of["run"], datetime.now(UTC), publishes=of["publish"])
    for unread in told.unread:
        logger.warning("account not read", account=unread.account.id, reason=unread.reason)
    metrics.add_metric("AccountsRead", MetricUnit.Count, len(told.read))
    metrics.add_metric("AccountsNotRead", MetricUnit.Count, len(told.unread))
    metrics.add_metric("AccountsLost", MetricUnit.Count, len(told.lost))
    metrics.flush_metrics()
    return {"read": len(told.read), "not_read": len(told.unread), "lost": len(told.lost)}
