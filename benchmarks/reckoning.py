"""Figure 10: an organization reckoned from one review, measured, and from its end, measured as well."""

from dataclasses import dataclass
from typing import Any

from crowd import Crowd

from benchmarks.member import REPORT, Account
from benchmarks.organization import Review, reviews
from benchmarks.summing_up import Summed, left_by_a_review, summed
from lastseen.pricing import prices
from lastseen.pricing.organization import AT_ONCE, transitions
from lastseen.pricing.usage import MEMORY_GB, VCPU

USERS = ROLES = 200
IDLE = 2500, 5000


@dataclass(frozen=True, slots=True)
class Run:
    """Of so many accounts, `abreast` at the same time. Listing the accounts is not in it."""

    accounts: int
    review: Review
    end: Summed
    abreast: int

    @property
    def lambda_seconds(self) -> float:
        return self.accounts * self.review.on_lambda + self.end_seconds

    @property
    def end_seconds(self) -> float:
        return self.end.seconds - self.end.processor + self.end.processor / VCPU

    @property
    def minutes(self) -> float:
        return (self.accounts / self.abreast * self.review.on_lambda + self.end_seconds) / 60

    @property
    def dollars(self) -> float:
        """Of Step Functions and Lambda."""
        return (
            prices.STATE_TRANSITION.of(transitions(self.accounts))
            + prices.GB_SECOND.of(MEMORY_GB * self.lambda_seconds)
            + prices.INVOCATION.of(self.accounts + 2)
        )

    @property
    def others(self) -> float:
        """Dollars of the table and the bucket, as each account alone would take them, too."""
        a_review = (
            prices.READ_UNIT.of(self.review.reads)
            + prices.WRITE_UNIT.of(self.review.writes)
            + prices.OBJECT_PUT.of(self.review.objects)
        )
        return self.accounts * a_review

    def __str__(self) -> str:
        return (
            f"{self.minutes:.1f} min; {transitions(self.accounts):,} transitions,"
            f" {MEMORY_GB * self.lambda_seconds:,.0f} GB-s; ${self.dollars:.3f}"
            f" (table and bucket: ${self.others:.3f} more)"
        )


def of_a_large_account() -> dict[str, Any]:
    """The first report of accounts that nobody uses, in which all is new and is flagged; and the next."""
    figures: dict[str, Any] = {}
    for size in IDLE:
        crowd = Crowd(users=size, roles=size, idle_in=1)
        for name, each in zip(("first", "next"), reviews("member", crowd, times=2), strict=True):
            figures[f"{size:,} users and as many roles, {name}: seconds on Lambda"] = round(each.on_lambda)
            figures[f"{size:,}, {name}: seconds of processor, of which the review itself; MB at most"] = (
                f"{each.processor:.0f}, {each.judging:.0f}; {each.peak:.0f}"
            )
    return figures


def organization(*, times: int) -> dict[str, Any]:
    figures: dict[str, Any] = {}
    for users, roles in ((20, 150), (USERS, ROLES)):
        ways = {way: reviews(way, Account(users, roles), times=times) for way in ("alone", "member")}
        size = f"{users} users, {roles} roles"
        for way, (first, later) in ways.items():
            figures[f"{size}, {way}: calls of IAM; others"] = (
                f"{later.iam:.0f}; {later.others + later.objects:.0f}"
            )
            figures[f"{size}, {way}: seconds of processor, of which the review itself"] = (
                f"{later.processor:.2f}, {later.judging:.2f}; the first of a sandbox {first.processor:.2f}"
            )
            figures[f"{size}, {way}: clients; sessions; MB at most"] = (
                f"{later.clients:.0f}; {later.sessions:.0f}; {later.peak:.0f}"
            )
            figures[f"{size}, {way}: seconds on the clock; on Lambda"] = (
                f"{later.seconds:.1f}; {later.on_lambda:.1f}"
            )
    _, ready = ways["member"]
    _, waits = reviews("member", Account(USERS, ROLES), report=REPORT, times=3)
    left = left_by_a_review()
    for accounts in (1_000, 5_000):
        end = summed(accounts, left)
        figures[f"{accounts:,} accounts, the end: seconds; of processor; MB at most"] = (
            f"{end.seconds:.0f}; {end.processor:.0f}; {end.peak:.0f}"
        )
        figures[f"{accounts:,} accounts: bytes of index.html; findings.csv; the mail"] = (
            f"{end.index:,}; {end.findings:,}; {end.mail:,}"
        )
        for name, review in (("credential reports there", ready), (f"each made in {REPORT:.0f} s", waits)):
            figures[f"{accounts:,} accounts, {name}"] = str(Run(accounts, review, end, AT_ONCE))
    return figures
