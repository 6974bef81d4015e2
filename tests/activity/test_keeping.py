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


def test_an_activity_without_an_outcome_is_not_lost_silently():
    with pytest.raises(ValueError, match="zip"):
        Outcome.of([activity(0), activity(1, facet="SIGNIN")], [Recorded(activity(0), is_written=True)])
