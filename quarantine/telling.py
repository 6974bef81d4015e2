"""Tells of a run: by mail, as events, and each owner what concerns them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from activity.bus import Bus
from quarantine.message import events_of, message
from quarantine.told import Told, Untold
from reporter.publishing.owner_messages import OwnerMessages

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient


@dataclass(frozen=True, slots=True)
class Teller:
    """`has_chat`: see `message`."""

    sns: "SNSClient"
    topic: str
    bus: Bus
    owner_messages: OwnerMessages
    has_chat: bool = False

    def tell(self, told: Told) -> Untold:
        """Raises botocore's errors where SNS refuses the mail: then nobody was told."""
        self.sns.publish(TopicArn=self.topic, **message(told, has_chat=self.has_chat).arguments)
        unsent, refused = self.bus.put(events_of(told)), self._tell_owners(told)
        lost = [f"{unsent.count} events were not sent: {unsent.reason}"] if unsent.count else []
        lost += [f"owner {owner} was not told: {why}" for owner, why in refused.items()]
        return Untold(tuple(lost), frozenset(each.id for each in told.news if each.owner in refused))

    def _tell_owners(self, told: Told) -> dict[str, str]:
        if not self.owner_messages.topic:
            return {}
        owners = dict.fromkeys(each.owner for each in told.news if each.owner)
        return self.owner_messages.publish(owners, lambda owner: message(told.of_owner(owner), owner=owner))
