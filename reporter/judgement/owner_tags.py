"""Who answers for a user or role: the value of the first of the given tags that it has."""

from collections.abc import Mapping, Sequence

from activity.plain import line

# As long as the value of a tag may be: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
LONGEST = 256


def listed(text: str) -> tuple[str, ...]:
    """The tags of the parameter OwnerTags, each once."""
    return tuple(dict.fromkeys(filter(None, (each.strip() for each in text.split(",")))))


def owner_of(tags: Mapping[str, str], keys: Sequence[str]) -> str:
    """On one line, whoever wrote it; "" if no tag tells. Finds tags in upper or lower case, as IAM does."""
    by_key = {key.strip().casefold(): value for key, value in tags.items()}
    told = (_one_line(by_key.get(key.casefold(), "")) for key in keys)
    return next(filter(None, told), "")


def _one_line(value: str) -> str:
    return line(" ".join(value.split()))[:LONGEST].rstrip()
