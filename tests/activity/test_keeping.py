from datetime import timedelta

import pytest
from builders import activity, at

from activity.keeping import Keeping, Outcome, Recorded, retention_from_env
from activity.settings import BadSetting

DAY = 86_400


@pytest.mark.parametrize(
    ("until", "expires"),
    [
        pytest.param(None, at(400 * DAY), id="by its retention"),
        pytest.param(at(399 * DAY), at(400 * DAY), id="by its retention, which is later"),
        pytest.param(at(401 * DAY), at(401 * DAY), id="no sooner than anything that is written"),
    ],
)
def test_what_is_kept_expires(until, expires):
    assert Keeping(retention=timedelta(days=400), expires_after=until).expiry(at(0)) == expires


def test_a_day_is_the_shortest_time_to_keep_it():
    assert retention_from_env({"RETENTION_DAYS": "1"}) == timedelta(days=1)
    with pytest.raises(BadSetting, match="RETENTION_DAYS must be a whole number from 1"):
        retention_from_env({"RETENTION_DAYS": "0"})


USER, ROLE = "arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:role/deploy"
PEOPLE = [
    USER,
    "arn:aws:iam::123456789012:root",
    "arn:aws:identitystore:::user/u-1",
    "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1",
]


@pytest.mark.parametrize(
    ("said", "of_people"),
    [({}, True), ({"DAYS_OF_PEOPLE": "true"}, True), ({"DAYS_OF_PEOPLE": "False"}, False)],
)
def test_days_of_people_are_kept_unless_that_is_switched_off(said, of_people):
    keeping = Keeping.from_env(said)

    assert all((keeping.days_of(each) is not None) is of_people for each in PEOPLE)
    assert keeping.days_of(ROLE) == keeping.days_of("coverage") == timedelta(days=400)


def test_days_are_kept_no_longer_than_items():
    assert Keeping.from_env({"RETENTION_DAYS": "90"}).days_of(USER) == timedelta(days=90)
    assert Keeping.from_env({"RETENTION_DAYS": "900"}).days_of(USER) == timedelta(days=400)


def test_whether_to_keep_days_of_people_is_true_or_false():
    with pytest.raises(BadSetting, match="DAYS_OF_PEOPLE must be true or false, not 'no'"):
        Keeping.from_env({"DAYS_OF_PEOPLE": "no"})


def test_an_activity_without_an_outcome_is_not_lost_silently():
    with pytest.raises(ValueError, match="zip"):
        Outcome.of([activity(0), activity(1, facet="SIGNIN")], [Recorded(activity(0), is_written=True)])
