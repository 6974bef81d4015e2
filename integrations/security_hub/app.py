"""The Security Hub Lambda: takes events about findings from a queue, and imports them."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from integrations.security_hub.asff import Finding, UnreadableEvent, finding_of
from integrations.security_hub.clients import Clients
from integrations.security_hub.importing import SecurityHub

logger = logging.getLogger("security_hub")


@cache
def security_hub() -> SecurityHub:
    return SecurityHub(Clients.from_env(os.environ))


def lambda_handler(event: Mapping[str, Any], _context: Any) -> dict[str, list[dict[str, str]]]:
    """Returns the messages to be delivered again. After five times, SQS sets them aside: an alarm."""
    failed = import_all(event["Records"], security_hub(), os.environ["AWS_REGION"])
    return {"batchItemFailures": [{"itemIdentifier": message} for message in failed]}


def import_all(records: Sequence[Mapping[str, Any]], hub: SecurityHub, region: str) -> list[str]:
    """The messages that failed."""
    findings, failed = _read(records, region)
    newest: dict[str, Finding] = {}
    for finding in sorted(findings.values(), key=lambda each: str(each["UpdatedAt"])):
        newest[finding["Id"]] = finding  # One call may not have a finding twice.
    left = hub.take(newest.values())
    for finding_id, reason in left.items():
        logger.error("not imported: %s: %s", finding_id, reason)
    return [*failed, *(message for message, finding in findings.items() if finding["Id"] in left)]


def _read(records: Sequence[Mapping[str, Any]], region: str) -> tuple[dict[str, Finding], list[str]]:
    """The findings by message, and the messages that cannot be read."""
    findings: dict[str, Finding] = {}
    unreadable: list[str] = []
    for record in records:
        message = record["messageId"]
        try:
            findings[message] = finding_of(json.loads(record["body"]), region)
        except (UnreadableEvent, json.JSONDecodeError) as error:
            logger.error("unreadable: message %s: %s", message, error)
            unreadable.append(message)
    return findings, unreadable
