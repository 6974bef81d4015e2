"""Tells of a run: by mail, as events, and each owner what concerns them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from activity.bus import Bus
from quarantine.mail import body
from quarantine.message import events_of, message
from quarantine.told import Told, Untold
from reporter.publishing.message import Message
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
        unheard = {each.id for each in told.news if each.owner in refused}
        return Untold(tuple(lost), frozenset(unheard | self._unnamed(told)))

    def _unnamed(self, told: Told) -> set[str]:
        """For which there was no room: the next run's mail, or the next message to the owner, has them."""
        every = [(told, ""), *((told.of_owner(owner), owner) for owner in self._owners(told))]
        texts = ((part, body(part, owner)) for part, owner in every)
        return {each.id for part, text in texts for each in part.news if f"[{each.id}]" not in text}

    def _owners(self, told: Told) -> list[str]:
        return list(dict.fromkeys(each.owner for each in told.news if each.owner and self.owner_messages.topic))

    def _tell_owners(self, told: Told) -> dict[str, str]:
        def of(owner: str) -> Message:
            return message(told.of_owner(owner), owner=owner)

        return self.owner_messages.publish(self._owners(told), of)
