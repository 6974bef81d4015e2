"""All that a report asks, as it would have been answered at the end of a day in the past."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from activity.days import Days
from activity.model import COVERAGE, coverage_facet
from activity.reading import Sightings
from lastseen.backdating.inventory import inventory_at, keys_at, undated_at
from lastseen.backdating.table import TableAt, end_of
from lastseen.casefile.nothing import NoFlags
from reporter.inventory.account import AccessKey, Gap, Inventory, Undated, User
from reporter.inventory.iam import Iam
from reporter.judgement.dormancy import silence
from reporter.judgement.subjects import Limits
from reporter.review.gathering import AnySources, Sources

_DAY = timedelta(days=1)
_NEVER = datetime.max.replace(tzinfo=UTC)

BASIS = (
    "AS OF {}: what a report at the end of that day would have said, by the days in the table and by what IAM"
    " lists today. What was deleted since is missing. Tags, passwords and the status of keys are today's. The"
    " last uses that IAM knew then, and has replaced since, are not known. Days longer ago are no longer kept:"
    " what was dormant then may be listed as stale. Everything is listed as new."
)


class NotKnown(Exception):
    """What happened by that day; the message says what to do."""


@dataclass(frozen=True, slots=True)
class IamAt(Iam):
    at: datetime = _NEVER

    def list(self, account: str) -> Inventory:
        return inventory_at(Iam.list(self, account), self.at)

    def access_keys(self, user: User) -> tuple[AccessKey, ...] | Gap:
        return keys_at(Iam.access_keys(self, user), self.at)

    def undated(self, user: User) -> tuple[Undated, ...] | Gap:
        return undated_at(Iam.undated(self, user), self.at)


def sources_at(today: AnySources, account: str, day: date, limits: Limits) -> AnySources:
    """Raises NotKnown if events did not come for as long as something takes to be stale."""
    _check(today.table, account, day, max(limits.user, limits.access_key, limits.role))
    iam = today.iam
    then = IamAt(iam.client, pause=iam.pause, is_late=iam.is_late, clock=iam.clock, at=end_of(day))
    return Sources(then, None, TableAt(today.table, day), NoFlags(), basis=BASIS.format(day))


def _check(table: Sightings, account: str, day: date, limit: int) -> None:
    first = day - limit * _DAY
    heard = Days.all_of(each.days for each in table.of(COVERAGE, facet_begins=coverage_facet(account, "")))
    if unheard := silence(heard, first, day):
        raise NotKnown(
            f"the table has no events of account {account} from {unheard[0]} to {unheard[1]}: what was stale on"
            f" {day} is not known. First `lastseen replay` the log files since {first}"
        )
