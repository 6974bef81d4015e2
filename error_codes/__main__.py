"""Makes ingest/error_codes.py anew; lists what botocore has and nobody has judged, or read."""

import sys

from error_codes.judged import JUDGED, as_elsewhere, groups, kinds, module, unjudged, unread
from error_codes.models import errors

MODULE = JUDGED.parent.parent / "ingest" / "error_codes.py"


def main() -> int:
    every = list(errors())
    text = JUDGED.read_text()
    judged = kinds(groups(text))
    missing = [*unjudged(judged, every), *unread(groups(text), as_elsewhere(text), every)]
    for error in missing:
        print(f"{error.code} ({error.service}, {error.status or 'no status'}): {error.says}")
    if missing:
        print(f"judge these in {JUDGED.name}, and run it again", file=sys.stderr)
        return 1
    MODULE.write_text(module(judged, every))
    return 0


if __name__ == "__main__":
    sys.exit(main())
