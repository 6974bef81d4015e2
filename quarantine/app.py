"""The quarantine Lambda: runs daily, by a schedule and a role of its own; for each member, once more."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from activity import settings
from activity.bus import Bus
from activity.quarantine.entry import Mode, Step
from activity.quarantine.ledger import Ledger
from activity.table import connect
from quarantine.accounts import Accounts, NotStarted
from quarantine.acting import Actor
from quarantine.hands import Hands
from quarantine.plan import Rules
from quarantine.run import Quarantine
from quarantine.telling import Teller
from reporter.publishing.owner_messages import OwnerMessages
from reporter.review.review import review
from reporter.run import PATIENT, Caller, Clients, sources_from_env, terms_from_env


class NotTold(Exception):
    """What was done is in the table, and in the mail; some of it did not go elsewhere."""


logger = Logger(service="quarantine")
metrics = Metrics(namespace="LastActivity", service="quarantine")


def rules_from_env(environ: Mapping[str, str]) -> Rules:
    grace = settings.whole_number(environ, "GRACE_DAYS", default=14, least=1)
    most = settings.whole_number(environ, "MAX_PER_RUN", default=5, least=1)
    mode = settings.text(environ, "MODE")
    if mode not in set(Mode):
        raise settings.BadSetting(f"MODE must be plan or enforce, not {mode!r}")
    return Rules(Mode(mode), timedelta(days=grace), most)


def quarantine_from_env(environ: Mapping[str, str], caller: Caller, clients: Clients) -> Quarantine:
    """Of the caller's account, by its clients: table, topic and metrics are the function's own."""
    terms, sources = terms_from_env(environ), sources_from_env(environ, clients)
    ledger = Ledger(*connect(environ))
    hands = Hands(clients("iam", config=PATIENT))
    return Quarantine(
        review=lambda now: review(sources, caller.account, terms, now, partition=caller.partition),
        tell=teller_from_env(environ).tell,
        ledger=ledger,
        actor=Actor(hands, sources.table, ledger, terms, lambda: datetime.now(UTC), sources.snoozes),
        rules=rules_from_env(environ),
        own_id=caller.unique_id,
    )


def teller_from_env(environ: Mapping[str, str]) -> Teller:
    sns = boto3.client("sns")
    return Teller(
        sns,
        settings.text(environ, "REPORT_TOPIC_ARN"),
        Bus.connect(),
        OwnerMessages(sns, environ.get("OWNER_TOPIC_ARN", "").strip()),
        settings.is_true(environ, "CHAT_FORMAT", default=False),
    )


def lambda_handler(event: Any, context: Any) -> dict[str, Any]:
    """Takes any event, and starts a run for each member; `{"account": …}` is such a run, of that member alone.

    What EventBridge Scheduler sends has the own account there.

    Answers how many entries came to which step, and why the account is left, if it is. Raises NotTold and
    NotStarted at the end, so that somebody looks.
    """
    logger.append_keys(function_request_id=getattr(context, "aws_request_id", None))
    accounts = Accounts.from_env(os.environ)
    account = accounts.asked_for(event)
    unstarted = accounts.start_others() if account == accounts.own.account else []
    for why in unstarted:
        logger.error("not started", reason=why)
    answer = _run(quarantine_from_env(os.environ, *accounts.acting_in(account)))
    if unstarted:
        raise NotStarted("; ".join(unstarted))
    return answer


def _run(quarantine: Quarantine) -> dict[str, Any]:
    told = quarantine.run(datetime.now(UTC))
    for each in told.news:
        why, step = each.held or each.why, str(each.step)
        logger.info("quarantine", finding=each.id, principal=each.target.arn, step=step, reason=why)
    for problem in told.problems:
        logger.warning("not looked at", account=told.account, reason=problem)
    if told.brake:
        logger.warning("account left", account=told.account, reason=told.brake)
    for note in told.notes:
        logger.warning("assumed", account=told.account, reason=note)
    counts = {str(step): len(told.of(step)) for step in Step} | {"held": len(told.held)}
    metrics.add_metric("Quarantined", MetricUnit.Count, counts[Step.DISABLED])
    metrics.add_metric("QuarantineHeld", MetricUnit.Count, counts["held"] + len(told.problems))
    metrics.flush_metrics()
    for why in told.untold:
        logger.error("not told", account=told.account, reason=why)
    if told.untold:
        raise NotTold(f"{told.account}: {told.untold[0]}")
    said = {"brake": told.brake, "problems": list(told.problems), "notes": list(told.notes)}
    return {"mode": str(told.mode), **said, **counts}
