"""The tag on a user or role that says what was disabled there and when: all that an undo needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from activity.model import from_text, to_text
from activity.quarantine.target import TAG

# IAM allows letters, digits, spaces and _.:/=+-@ in a tag's value, 256 in all; a user has two keys.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
_AND = " + "


class UnreadableMark(ValueError):
    """Somebody has edited the tag. The message says what it is."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`acts`: when what was disabled, by the key's id, or by DENIED: the user or role itself."""

    acts: Mapping[str, datetime]

    @classmethod
    def parse(cls, value: str) -> Self:
        """Raises UnreadableMark."""
        try:
            parts = [each.split(" ") for each in value.split(_AND)] if value.strip() else []
            mark = cls({held: from_text(at) for held, at in parts})
            if mark.value != value.strip():
                raise ValueError("it would be written in another way")
        except ValueError as error:
            raise UnreadableMark(f"the tag {TAG} is {value!r}, which quarantine has not written") from error
        return mark

    @classmethod
    def of(cls, tags: Mapping[str, str]) -> Self:
        """IAM's tag keys are compared in any case. Raises UnreadableMark."""
        return cls.parse(next((value for key, value in tags.items() if key.lower() == TAG), ""))

    def with_act(self, held: str, at: datetime) -> "Mark":
        return Mark({**self.acts, held: at})

    def without(self, *held: str) -> "Mark":
        return Mark({each: at for each, at in self.acts.items() if each not in held})

    @property
    def value(self) -> str:
        """ "" if nothing is disabled any more: then there should be no tag."""
        return _AND.join(f"{held} {to_text(at)}" for held, at in sorted(self.acts.items()))
