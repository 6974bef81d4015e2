"""integrations/tickets: what a webhook gets of real events, by ministack's EventBridge and its API destinations."""

import json
import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = yaml_parse((ROOT / "integrations" / "tickets" / "template.yaml").read_text())
RULES = "OpenedRule", "ResolvedRule"
KEYS = "finding_id state first_flagged summary description account principal priority commands".split()


class Webhook(BaseHTTPRequestHandler):
    posts = queue.Queue()

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.put((self.headers, body.decode()))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format, *words):  # noqa: A002  # as http.server names it
        """A quiet server."""


@pytest.fixture(scope="module")
def webhook():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def events(local_aws, webhook):
    """With the template's rules on the bus. ministack's CloudFormation has no API destinations."""
    client = local_aws("events")
    connection = client.create_connection(
        Name="tickets",
        AuthorizationType="API_KEY",
        AuthParameters={
            "ApiKeyAuthParameters": {"ApiKeyName": "X-Automation-Webhook-Token", "ApiKeyValue": "secret"}
        },
    )
    destination = client.create_api_destination(
        Name="tickets",
        ConnectionArn=connection["ConnectionArn"],
        InvocationEndpoint=webhook,
        HttpMethod="POST",
    )
    for name in RULES:
        rule = TEMPLATE["Resources"][name]["Properties"]
        (target,) = rule["Targets"]
        client.put_rule(Name=name, EventPattern=json.dumps(rule["EventPattern"]))
        kept = {each: target[each] for each in ("Id", "InputTransformer", "RetryPolicy")}
        role = "arn:aws:iam::123456789012:role/tickets"
        target = kept | {"Arn": destination["ApiDestinationArn"], "RoleArn": role}
        answer = client.put_targets(Rule=name, Targets=[target])
        assert not answer["FailedEntryCount"], answer
    return client


@pytest.fixture
def posted(events):
    """The headers and the text that the webhook gets of an event."""

    def put(event):
        entry = {
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Resources": event["resources"],
            "Detail": json.dumps(event["detail"]),
        }
        assert not events.put_events(Entries=[entry])["FailedEntryCount"]
        return Webhook.posts.get(timeout=20)

    return put


def test_a_new_finding_is_posted_with_the_secret(posted, opened):
    headers, text = posted(opened)
    detail = opened["detail"]

    assert headers["X-Automation-Webhook-Token"] == "secret"
    assert json.loads(text) == {
        "finding_id": detail["finding_id"],
        "state": "opened",
        "first_flagged": detail["first_flagged"],
        "summary": f"Stale access: access_key of {detail['name']}, account 123456789012",
        "description": detail["reason"],
        "account": "123456789012",
        "principal": detail["arn"],
        "priority": detail["priority"],
        "commands": detail["commands"],
    }


def test_what_is_resolved_is_posted_under_the_same_names(posted, resolved):
    _, text = posted(resolved)
    told = json.loads(text)

    assert [*told] == KEYS
    assert (told["state"], told["description"]) == ("resolved", "used")
    assert (told["finding_id"], told["commands"]) == (resolved["detail"]["finding_id"], [])


def test_every_event_of_the_demo_becomes_json(posted, sent):
    for event in sent:
        told = json.loads(posted(event)[1])
        assert [*told] == KEYS
        assert told["finding_id"] == event["detail"]["finding_id"]


@pytest.mark.parametrize("text", ['a"b', "a\nb\t", "back\\slash", "</script>", "\N{PILE OF POO}", "<name>"])
@pytest.mark.parametrize("name", ["reason", "arn", "finding_id"])
def test_hostile_text_is_quoted(posted, opened, name, text):
    """A path of IAM's may have quotation marks, and so may the reason."""
    opened["detail"][name] = text
    told = json.loads(posted(opened)[1])

    assert text in (told["description"], told["principal"], told["finding_id"])


def test_only_what_iam_lets_have_no_quotation_marks_stands_inside_them():
    for name in RULES:
        (target,) = TEMPLATE["Resources"][name]["Properties"]["Targets"]
        lines = target["InputTransformer"]["InputTemplate"].splitlines()
        inside = [line.strip() for line in lines if "<" in line.partition(":")[2].strip()[1:]]

        assert inside == ['"summary": "Stale access: <kind> of <name>, account <account>",']


def test_each_variable_is_defined_and_used():
    for name in RULES:
        (target,) = TEMPLATE["Resources"][name]["Properties"]["Targets"]
        transformer = target["InputTransformer"]

        assert all(f"<{each}>" in transformer["InputTemplate"] for each in transformer["InputPathsMap"])
        assert (
            transformer["InputTemplate"].count("<") == len(transformer["InputPathsMap"]) + 1
        )  # the account, twice
