"""The handles that a look-up is given, on the command line or on standard input."""

import sys
from collections.abc import Sequence

from lastseen.asking.asked import words
from lastseen.asking.forms import Unrecognised, readings
from lastseen.asking.lengths import miscounted
from lastseen.terminal import misused, warn


def every_handle(given: Sequence[str]) -> list[str]:
    """Each once; of standard input in place of `-`. What may be wrong with a single one is said at once."""
    every = [word for each in given for word in (_piped() if each == "-" else [each])]
    if not every:
        misused("there is no handle on standard input")
    if len(given) == 1 and every == given:
        try:
            readings(every[0])
        except Unrecognised as error:
            misused(str(error))
        warn([miscounted(every[0])])
    return list(dict.fromkeys(every))


def _piped() -> list[str]:
    text = sys.stdin.read()
    if "{" in text:
        misused(
            "standard input has more than handles: add --query 'AccessKeyMetadata[].AccessKeyId' or the like to"
            " the command before, or give one handle a line"
        )
    return words(text)
