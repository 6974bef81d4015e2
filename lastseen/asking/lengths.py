"""An id of which a letter was lost, or that has one too many: the slip that finds nobody."""

# IAM allows for longer ids, and has given none. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
_LENGTHS = {
    "AKIA": (20, "An access key id has 20 characters"),
    "AIDA": (21, "A user's unique id has 21 characters"),
    "AROA": (21, "A role's unique id has 21 characters"),
}
_NEARLY = 8  # Characters more or less, where a word is still meant for an id.


def miscounted(text: str) -> str:
    """What may be wrong with an id that is too short or too long; "" for what was meant for a name."""
    if text.isdigit() and abs(len(text) - 12) in (1, 2):
        return f"An account's id has 12 digits, and this has {len(text)}."
    letters, _, _ = in_capitals(text).partition(":")
    right, told = _LENGTHS.get(letters[:4], (0, ""))
    more = len(letters) - right
    if not told or not 0 < abs(more) <= _NEARLY or not letters.isalnum() or not letters.isupper():
        return ""
    return (
        f"{told}, and this has {len(letters)}: {'some may be missing' if more < 0 else 'some may be too many'}."
    )


def in_capitals(text: str) -> str:
    """As ids are; a word of letters alone is rather a name."""
    return text.upper() if any(map(str.isdigit, text)) else text
