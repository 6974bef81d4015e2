"""Publishes a notice to the topic of all notices and then to that of the accounts, and puts its events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from activity import settings
from activity.bus import Bus
from activity.names import Names
from awakened.finding_events import events_of
from awakened.flagged import Notice
from awakened.message import message

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

REFUSED = (ClientError, BotoCoreError)


@dataclass(frozen=True, slots=True)
class Delivery:
    """`of_accounts`: the topic with the messages of each account; "" if the tracker is of one account alone."""

    sns: "SNSClient"
    topic: str
    of_accounts: str
    names: Names
    bus: Bus
    has_chat: bool = False

    @classmethod
    def from_env(cls, environ: Mapping[str, str], names: Names) -> Self:
        patient = Config(
            retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=5
        )
        return cls(
            boto3.client("sns", config=patient),
            settings.text(environ, "REPORT_TOPIC_ARN"),
            environ.get("ACCOUNT_TOPIC_ARN", "").strip(),
            names,
            Bus.connect(),
            settings.is_true(environ, "CHAT_FORMAT", default=False),
        )

    def send(self, notice: Notice, set_aside: Callable[[str, str], object]) -> None:
        """Raises botocore's errors if it has to be repeated: nobody has it then.

        What the accounts' topic or EventBridge refuses, once it was mailed, is set aside with the reason:
        repeated, it would be mailed again.
        """
        named = self._named(notice) if self.of_accounts else notice
        self._publish(self.topic, named)
        if self.of_accounts:
            try:
                self._publish(self.of_accounts, named)
            except REFUSED as error:
                why = f"the topic {self.of_accounts} refused this notice, which was mailed: {error}"
                set_aside("not sent to the topic of accounts", why)
        unsent = self.bus.put(events_of(named))
        if unsent.count:
            set_aside("events not sent", f"EventBridge refused this notice, which was mailed: {unsent.reason}")

    def _publish(self, topic: str, notice: Notice) -> None:
        self.sns.publish(TopicArn=topic, **message(notice, has_chat=self.has_chat))

    def _named(self, notice: Notice) -> Notice:
        """A notice does not wait for a name."""
        try:
            return replace(notice, account_name=self.names.of(notice.use.subject.account))
        except REFUSED:
            return notice
