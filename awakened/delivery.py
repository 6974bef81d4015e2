"""Publishes a notice to the topic of all notices and then to that of the accounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from activity import settings
from activity.names import Names
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

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Self:
        patient = Config(
            retries={"mode": "standard", "total_max_attempts": 3}, connect_timeout=2, read_timeout=5
        )
        return cls(
            boto3.client("sns", config=patient),
            settings.text(environ, "REPORT_TOPIC_ARN"),
            environ.get("ACCOUNT_TOPIC_ARN", "").strip(),
            Names.from_env(environ),
        )

    def send(self, notice: Notice, set_aside: Callable[[str], object]) -> None:
        """Raises botocore's errors if it has to be repeated: nobody has it then.

        What the accounts' topic refuses, once it was mailed, is set aside with the reason: repeated, it would
        be mailed again.
        """
        if not self.of_accounts:
            self._publish(self.topic, notice)
            return
        named = self._named(notice)
        self._publish(self.topic, named)
        try:
            self._publish(self.of_accounts, named)
        except REFUSED as error:
            set_aside(f"the topic {self.of_accounts} refused this notice, which was mailed: {error}")

    def _publish(self, topic: str, notice: Notice) -> None:
        self.sns.publish(TopicArn=topic, **message(notice))

    def _named(self, notice: Notice) -> Notice:
        """A notice does not wait for a name."""
        try:
            return replace(notice, account_name=self.names.of(notice.use.subject.account))
        except REFUSED:
            return notice
