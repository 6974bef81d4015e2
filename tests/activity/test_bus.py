"""The bus, where it takes all, refuses some, or does not answer."""

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError
from botocore.stub import Stubber
from builders import ALICE, NOON

from activity.bus import PAUSE, TRIES, Bus, Unsent
from activity.finding_events import DetailType, FindingEvent

TAKEN = {"EventId": "1"}
REFUSED = {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}


def events(number):
    return [FindingEvent(DetailType.OPENED, NOON, ALICE, {"number": each}) for each in range(number)]


@pytest.fixture
def answers(monkeypatch):
    """A bus that answers each call as told; with what was asked of it, and how long it was waited for."""
    slept, asked = [], []
    monkeypatch.setattr("time.sleep", slept.append)
    bus = Bus(boto3.client("events"))

    def answer(*told):
        left = list(told)

        def call(params, **_):
            asked.append([entry["Detail"] for entry in params["Entries"]])

        def reply(**_):
            said = left.pop(0)
            if isinstance(said, Exception):
                raise said
            return type("Http", (), {"status_code": 200})(), {"Entries": said}

        bus.client.meta.events.register("provide-client-params.events.PutEvents", call)
        bus.client.meta.events.register("before-call.events.PutEvents", reply)
        return bus, asked, slept

    return answer


def test_all_that_is_put_is_taken_by_tens(answers):
    bus, asked, slept = answers([TAKEN] * 10, [TAKEN] * 2)

    assert bus.put(events(12)) == Unsent()
    assert [len(each) for each in asked] == [10, 2]
    assert slept == []


def test_nothing_to_put_asks_nothing(answers):
    bus, asked, _ = answers()

    assert bus.put([]) == Unsent()
    assert asked == []


def test_only_what_was_refused_is_tried_again(answers):
    bus, asked, slept = answers([TAKEN, REFUSED, TAKEN, REFUSED], [REFUSED, TAKEN], [TAKEN])

    assert bus.put(events(4)) == Unsent()
    assert [[each[-2] for each in call] for call in asked] == [["0", "1", "2", "3"], ["1", "3"], ["1"]]
    assert slept == [PAUSE * 2, PAUSE * 4]


def test_what_is_refused_each_time_is_counted_with_the_last_reason(answers):
    bus, asked, _ = answers(*[[REFUSED] * 10] + [[REFUSED] * 10] * (TRIES - 1), [TAKEN] * 2)

    assert bus.put(events(12)) == Unsent(10, "ThrottlingException: slow down")
    assert len(asked) == TRIES + 1


def test_of_several_reasons_it_is_the_last_with_or_without_a_message(answers):
    refused = [{"ErrorCode": f"{each}Exception"} for each in ("First", "Second", "Third")]
    bus, _, _ = answers(*[refused] * TRIES)

    assert bus.put(events(3)) == Unsent(3, "ThirdException: ")


DENIED = ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not yours"}}, "PutEvents")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(DENIED, "AccessDeniedException", id="denied"),
        pytest.param(EndpointConnectionError(endpoint_url="https://aws"), "connect", id="unreachable"),
        pytest.param(ResponseParserError("invalid XML"), "invalid XML", id="not parsed"),
    ],
)
def test_a_call_that_fails_ends_it_and_raises_nothing(answers, error, reason):
    bus, asked, _ = answers([REFUSED] + [TAKEN] * 9, [REFUSED], [REFUSED], error)
    unsent = bus.put(events(35))

    assert unsent.count == 26  # The one that was refused, and the three batches that came after.
    assert reason in unsent.reason
    assert len(asked) == 4


def test_an_answer_that_lacks_an_entry_is_no_success(answers):
    bus, _, _ = answers([TAKEN])

    assert bus.put(events(2)).count == 2


def test_near_the_deadline_no_more_are_sent(answers):
    bus, asked, _ = answers([TAKEN] * 10)
    late = iter([False, True])
    unsent = bus.put(events(25), lambda: next(late))

    assert unsent == Unsent(15, "the function's deadline is near")
    assert len(asked) == 1


def test_it_waits_for_no_answer_for_long():
    config = Bus.connect().client.meta.config

    assert (config.connect_timeout, config.read_timeout) == (2, 5)
    assert config.retries["total_max_attempts"] == 3


def test_they_go_to_the_default_bus():
    bus = Bus.connect()
    with Stubber(bus.client) as stub:
        (entry,) = [each.entry() for each in events(1)]
        stub.add_response("put_events", {"FailedEntryCount": 0, "Entries": [TAKEN]}, {"Entries": [entry]})

        assert bus.put(events(1)) == Unsent()
