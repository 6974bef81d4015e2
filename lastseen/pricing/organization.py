"""What the reviews of an organization's accounts take, by figure 10 of the benchmarks."""

from lastseen.pricing import measured, prices
from lastseen.pricing.usage import REPORTS, RUNS, Line, Quantity

# ReviewsAtOnce in template.yaml.
AT_ONCE = 20
# Of a review: notes in the table; requests that put or list its files, trend and summary, or if it looks.
WRITES = measured.REVIEW_WRITES
OBJECTS, WATCHED = 6, 2


def transitions(accounts: int) -> int:
    """Of one run: List, Review and SumUp; of each account the start of its child workflow, and its one state.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-transitions.html
    """
    return 3 + 2 * accounts


def invocations(accounts: int) -> int:
    """Of the function, in one run: a single account needs neither a list nor a sum."""
    return accounts + 2 if accounts > 1 else 1


def seconds(accounts: int, principals: int) -> float:
    """Of Lambda, in one run. Each review lies on the line through the two sizes that were measured."""
    (few, least), (many, most) = measured.REVIEW_SECONDS
    each = least + (principals / accounts - few) * (most - least) / (many - few)
    return accounts * (each + measured.SUMMING_SECONDS)


def lines(accounts: int) -> tuple[Line, ...]:
    """What each account's review takes, besides Lambda and what it reads."""
    changes = transitions(accounts)
    return (
        Line(
            "Step Functions",
            "state transitions",
            Quantity(RUNS * changes, f"{changes:,} a run: 3, and 2 an account; a run a day, and one a week"),
            prices.STATE_TRANSITION,
        ),
        Line(
            "DynamoDB",
            "notes of the reviews",
            Quantity(
                RUNS * accounts * WRITES, f"{WRITES} writes a run and account: its test calls in 17 regions"
            ),
            prices.WRITE_UNIT,
        ),
        Line(
            "S3",
            "reports of the accounts",
            Quantity(
                (REPORTS * OBJECTS + (RUNS - REPORTS) * WATCHED) * accounts,
                f"{OBJECTS} requests a report and account; {WATCHED} a day in between",
            ),
            prices.OBJECT_PUT,
        ),
    )
