from datetime import timedelta

import pytest
from builders import at

from activity.keeping import Keeping

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
