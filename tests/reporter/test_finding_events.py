"""What a run puts on the bus, and when; the events themselves are held to their schemas in tests/test_schemas.py."""

import json

import pytest
from botocore.exceptions import ClientError
from builders import ACCOUNT

from reporter import app
from reporter.app import lambda_handler
from reporter.publishing.document import document

KEY = f"{ACCOUNT}:access_key:AKIA1"
ROLE = f"{ACCOUNT}:role:AROADEPLOY"


@pytest.fixture
def put(topic):
    """What was put until now: (detail-type, finding id), in order."""
    sent = []
    client = app.reporter().bus.client
    client.meta.events.register(
        "provide-client-params.events.PutEvents", lambda params, **_: sent.extend(params["Entries"])
    )
    return lambda: [(each["DetailType"], json.loads(each["Detail"])["finding_id"]) for each in sent]


@pytest.fixture
def refuse(topic):
    def refuse(client, call, code="AccessDeniedException"):
        def refusal(**_):
            raise ClientError({"Error": {"Code": code, "Message": "not yours"}}, call)

        name = f"before-call.{client.meta.service_model.service_name}.{call}"
        client.meta.events.register(name, refusal)
        return lambda: client.meta.events.unregister(name, refusal)

    return refuse


def test_what_is_new_is_opened_once_and_what_is_over_is_resolved_once(put, aws):
    opened = [("Stale Access Opened", KEY), ("Stale Access Opened", ROLE)]
    lambda_handler({}, None)
    assert put() == opened
    lambda_handler({}, None)
    assert put() == opened
    aws("iam").delete_role(RoleName="deploy")
    for _ in range(2):
        lambda_handler({}, None)

    assert put() == [*opened, ("Stale Access Resolved", ROLE)]


def test_a_rule_on_the_default_bus_gets_them_as_report_json_has_them(topic, aws):
    queue = aws("sqs").create_queue(QueueName="tickets")["QueueUrl"]
    arn = aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["last-activity"], "detail": {"kind": ["access_key"]}}
    aws("events").put_rule(Name="tickets", EventPattern=json.dumps(pattern))
    aws("events").put_targets(Rule="tickets", Targets=[{"Id": "queue", "Arn": arn}])
    run = app.reporter().report(app.datetime.now(app.UTC))

    (message,) = aws("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    event = json.loads(message["Body"])
    listed = json.loads(json.dumps(document(run.report)["findings"]))
    assert event["detail"] == next(each for each in listed if each["finding_id"] == KEY)
    assert (event["source"], event["detail-type"]) == ("last-activity", "Stale Access Opened")
    assert event["resources"] == [f"arn:aws:iam::{ACCOUNT}:user/alice"]


def test_a_report_that_is_not_mailed_sends_none(put):
    lambda_handler({"publish": False}, None)

    assert put() == []


def test_a_schedule_that_delivers_twice_sends_them_once(put):
    for _ in range(2):
        lambda_handler({"scheduled_at": "2026-11-20T12:00:00Z"}, None)

    assert len(put()) == 2


def test_a_report_that_could_not_be_mailed_sends_none_and_the_next_one_sends_all(put, refuse):
    stop = refuse(app.reporter().publisher.sns, "Publish")
    with pytest.raises(ClientError):
        lambda_handler({}, None)
    assert put() == []
    stop()
    lambda_handler({}, None)

    assert len(put()) == 2


def test_they_are_sent_twice_rather_than_never_if_the_run_ends_before_it_is_remembered(put, monkeypatch):
    """Between mail and memory: the next report says all of it again."""
    stop = RuntimeError("the sandbox is gone")

    def settle(*_):
        raise stop

    with monkeypatch.context() as broken:
        broken.setattr("reporter.remembering.Memory.settle", settle)
        with pytest.raises(RuntimeError):
            lambda_handler({}, None)
    lambda_handler({}, None)

    assert len(put()) == 4
    assert len(set(put())) == 2


def test_what_eventbridge_refuses_is_told_and_fails_neither_the_mail_nor_the_run(
    sent, refuse, capsys, caplog, items
):
    refuse(app.reporter().bus.client, "PutEvents")
    answer = lambda_handler({}, None)

    assert len(sent()) == 1
    assert len(answer["findings"]) == 2
    (measured,) = [line for line in map(json.loads, capsys.readouterr().out.splitlines()) if "IamCalls" in line]
    assert (measured["EventsNotSent"], measured["NotRemembered"]) == ([2], [0])
    (line,) = [line for line in caplog.records if line.getMessage() == "events not sent"]
    assert (line.levelname, line.account, line.events) == ("ERROR", ACCOUNT, 2)
    assert "AccessDeniedException" in line.reason
    assert ("report", ACCOUNT) in items()  # It counts as mailed.


def test_in_its_last_minute_it_sends_no_more_and_the_next_report_does(put, capsys):
    class Context:
        aws_request_id, left = "request-1", 900_000

        def get_remaining_time_in_millis(self):
            return self.left

    context = Context()
    events = app.reporter().publisher.sns.meta.events
    late = lambda **_: setattr(context, "left", 59_999)  # noqa: E731
    events.register("before-call.sns.Publish", late)
    lambda_handler({}, context)
    assert put() == []
    assert '"EventsNotSent":[2.0]' in capsys.readouterr().out
    events.unregister("before-call.sns.Publish", late)
    lambda_handler({}, None)

    assert len(put()) == 2


def test_by_default_https_subscriptions_get_what_machines_get(topic):
    assert app.reporter().publisher.has_chat is False
