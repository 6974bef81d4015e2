"""From CloudTrail's event to the notice: what somebody changes of the root user's own sign-in."""

import json
import re
from datetime import timedelta

import pytest
from awakened_changes import record
from builders import ROOT, sample

from activity.item import Item
from awakened.flagged import Notice, notice_of
from awakened.stream import read as change_of
from awakened.waking import Use, use_of
from ingest.cloudtrail import read
from ingest.wire import envelope


@pytest.mark.parametrize("name", ["root-password-updated", "root-email-updated", "root-password-recovered"])
def test_a_change_of_the_root_users_sign_in_is_announced_with_what_it_was(name):
    event = envelope(sample(name)).detail
    (sighting,) = read(event, arrived=event.event_time).sightings
    uses = [
        use_of(change_of(record(Item(activity))), now=event.event_time + timedelta(minutes=1))
        for activity in sighting.activities()
        if passes_the_filter(activity)
    ]
    told = [use for use in uses if isinstance(use, Use) and not use.is_place_alone]

    (use,) = told
    assert isinstance(notice_of([use], {}), Notice)
    assert use.activity.evidence.event_name == event.event_name


def passes_the_filter(activity):
    """The template's filter on the table's stream, of the facets of the root user that it lets through."""
    template = (ROOT / "template.yaml").read_text()
    (facets,) = re.findall(r'"facet": \{"S": (\[.*?\])\}\}, *\n', template)
    return any(
        activity.facet == each if isinstance(each, str) else activity.facet.startswith(each["prefix"])
        for each in json.loads(facets)
    )
