"""The Security Hub Lambda, on moto's Security Hub and on one that answers as AWS does where moto does not."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from integrations.security_hub import app
from integrations.security_hub.clients import MOST_KEPT, Clients
from integrations.security_hub.importing import SecurityHub

OWN, OTHER = "123456789012", "222222222222"
ROLE = "last-activity-member-security-hub"


def message(number, event):
    return {"messageId": f"m{number}", "body": event if isinstance(event, str) else json.dumps(event)}


def of(event, **detail):
    return {**event, "detail": event["detail"] | detail}


def many(event, count, **more):
    return [of(event, finding_id=f"{OWN}:access_key:AKIA{number}", **more) for number in range(count)]


class Hub:
    """What Security Hub and STS answer. `refused`: Ids, `malformed`: Ids that have the whole call refused."""

    def __init__(self, refused=(), malformed=(), roles=(OTHER,), lasts=timedelta(hours=1)):
        self.refused, self.malformed, self.roles, self.lasts = refused, malformed, roles, lasts
        self.calls, self.asked, self.states, self.made = [], [], [], Counter()
        self.making = threading.Lock()

    def __call__(self, service, **credentials):
        assert self.making.acquire(blocking=False), "clients may not be made side by side"
        account = credentials.get("aws_access_key_id", OWN)
        self.made[service, account] += 1
        self.making.release()
        taking = lambda Findings: self.batch_import_findings(account, Findings)  # noqa: E731, N803
        return SimpleNamespace(assume_role=self.assume_role, batch_import_findings=taking)

    def assume_role(self, RoleArn, ExternalId, RoleSessionName):  # noqa: N803  # as botocore names them
        assert RoleSessionName == "last-activity"
        self.asked.append((RoleArn, ExternalId))
        account = RoleArn.split(":")[4]
        if account not in self.roles:
            raise refusal("AccessDenied", "AssumeRole")
        given = {"AccessKeyId": account, "SecretAccessKey": "secret", "SessionToken": "session"}
        return {"Credentials": given | {"Expiration": datetime.now(UTC) + self.lasts}}

    def batch_import_findings(self, account, Findings):  # noqa: N803
        assert {each["AwsAccountId"] for each in Findings} == {account}
        assert 0 < len(Findings) <= 100
        ids = [each["Id"] for each in Findings]
        assert len(ids) == len({*ids})
        self.calls.append((account, ids))
        self.states += [each["RecordState"] for each in Findings]
        if {*ids} & {*self.malformed}:
            raise refusal("InvalidInputException", "BatchImportFindings")
        failed = [each for each in ids if each in self.refused]
        told = [{"Id": each, "ErrorCode": "LimitExceeded", "ErrorMessage": "later"} for each in failed]
        return {"FailedCount": len(told), "SuccessCount": len(ids) - len(told), "FailedFindings": told}


def refusal(code, operation):
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


def security_hub(hub, role=ROLE):
    return SecurityHub(Clients(OWN, "aws", role, "last-activity-123456789012", make=hub))


def importing(events, hub, role=ROLE, made=None):
    """The ids of the messages that failed. `made`: earlier, for several batches."""
    made = made or security_hub(hub, role)
    records = [message(number, event) for number, event in enumerate(events)]
    return app.import_all(records, made, "eu-west-1")


def test_all_of_a_batch_goes_in_one_call(opened):
    hub = Hub()

    assert importing(many(opened, 100), hub) == []
    assert len(hub.calls) == 1


def test_no_call_has_more_than_a_hundred(opened):
    hub = Hub()
    importing(many(opened, 101), hub)

    assert [len(ids) for _, ids in hub.calls] == [100, 1]


def test_only_what_security_hub_refused_comes_back_and_why_is_logged(opened, caplog):
    hub = Hub(refused=[f"last-activity/{OWN}:access_key:AKIA1"])

    assert importing(many(opened, 3), hub) == ["m1"]
    assert importing(many(opened, 101), hub) == ["m1"], "of the first call of two"
    assert f"not imported: last-activity/{OWN}:access_key:AKIA1: LimitExceeded: later" in caplog.text


def test_one_finding_for_which_the_call_is_refused_comes_back_alone(opened):
    hub = Hub(malformed=[f"last-activity/{OWN}:access_key:AKIA5"])

    assert importing(many(opened, 9), hub) == ["m5"]


def test_what_cannot_be_read_comes_back_and_the_rest_goes_in(opened, caplog):
    hub = Hub()

    assert importing(["{", of(opened, risk="unheard of"), opened], hub) == ["m0", "m1"]
    assert [len(ids) for _, ids in hub.calls] == [1]
    assert "unreadable: message m1" in caplog.text


@pytest.mark.parametrize("turn", [1, -1])
def test_of_several_events_of_a_finding_the_newest_goes_in(opened, resolved, turn):
    later = of({**resolved, "time": "2030-01-01T00:00:00Z"}, finding_id=opened["detail"]["finding_id"])
    hub = Hub()

    assert importing([opened, later][::turn], hub) == []
    assert [len(ids) for _, ids in hub.calls] == [1]
    assert hub.states == ["ARCHIVED"]


def test_all_messages_of_a_finding_that_was_refused_come_back(opened):
    hub = Hub(refused=[f"last-activity/{opened['detail']['finding_id']}"])

    assert importing([opened, {**opened, "time": "2030-01-01T00:00:00Z"}], hub) == ["m0", "m1"]


def test_another_accounts_finding_goes_in_there_by_its_role(opened):
    hub = Hub()

    assert importing([opened, of(opened, account=OTHER, finding_id=f"{OTHER}:user:AIDA")], hub) == []
    assert {account for account, _ in hub.calls} == {OWN, OTHER}
    assert hub.asked == [(f"arn:aws:iam::{OTHER}:role/{ROLE}", "last-activity-123456789012")]


@pytest.mark.parametrize(
    ("hub", "role", "why"),
    [
        pytest.param(Hub(roles=()), ROLE, "An error occurred (AccessDenied)", id="refused"),
        pytest.param(Hub(), "", f"account {OTHER} is not this one", id="not asked for"),
    ],
)
def test_an_account_without_the_role_keeps_no_other_from_its_own(opened, hub, role, why, caplog):
    events = [of(opened, account=OTHER, finding_id=f"{OTHER}:user:AIDA"), opened]

    assert importing(events, hub, role) == ["m0"]
    assert f"not imported: last-activity/{OTHER}:user:AIDA: {why}" in caplog.text


def of_accounts(opened, numbers):
    accounts = [f"3{number:011}" for number in numbers]
    return accounts, [of(opened, account=each, finding_id=f"{each}:user:AIDA") for each in accounts]


def test_a_batch_of_a_hundred_accounts_asks_for_each_role_once_and_the_next_batch_for_none(opened):
    accounts, events = of_accounts(opened, range(100))
    hub = Hub(roles=accounts)
    made = security_hub(hub)

    for _ in range(2):
        assert importing(events, hub, made=made) == []
    assert Counter(role.split(":")[4] for role, _ in hub.asked) == dict.fromkeys(accounts, 1)
    assert hub.made == {("sts", OWN): 1, **{("securityhub", each): 1 for each in accounts}}
    assert len(hub.calls) == 200


def test_a_role_is_asked_for_anew_before_its_credentials_are_over(opened):
    accounts, events = of_accounts(opened, range(3))
    hub = Hub(roles=accounts, lasts=timedelta(minutes=9))
    made = security_hub(hub)
    for _ in range(2):
        importing(events, hub, made=made)

    assert len(hub.asked) == 6


def test_accounts_are_taken_side_by_side(opened):
    accounts, events = of_accounts(opened, range(2))
    hub, both = Hub(roles=accounts), threading.Barrier(2)
    alone = hub.assume_role

    def together(**asked):
        both.wait(timeout=5)
        return alone(**asked)

    hub.assume_role = together

    assert importing(events, hub) == []


def test_of_very_many_accounts_not_all_clients_are_kept(opened):
    accounts, events = of_accounts(opened, range(MOST_KEPT + 50))
    made = security_hub(Hub(roles=accounts))

    assert importing(events, None, made=made) == []
    assert len(made.clients._kept) <= MOST_KEPT


@pytest.fixture
def moto(aws, monkeypatch):
    aws("securityhub").enable_security_hub()
    for name, value in {
        "AWS_REGION": "eu-west-1",
        "ACCOUNT_ID": OWN,
        "PARTITION": "aws",
        "MEMBER_ROLE_NAME": "",
        "EXTERNAL_ID": "",
    }.items():
        monkeypatch.setenv(name, value)
    app.security_hub.cache_clear()
    yield aws("securityhub")
    app.security_hub.cache_clear()


def test_a_finding_that_is_resolved_is_updated_and_not_duplicated(moto, sent):
    again = [*sent, *sent]
    answer = app.lambda_handler({"Records": [message(n, each) for n, each in enumerate(again)]}, None)
    kept = moto.get_findings()["Findings"]

    assert answer == {"batchItemFailures": []}
    assert {each["Id"] for each in kept} == {f"last-activity/{each['detail']['finding_id']}" for each in sent}
    assert len(kept) == len({each["Id"] for each in kept})
    assert {each["RecordState"] for each in kept} == {"ACTIVE", "ARCHIVED"}


def test_what_failed_is_answered_as_lambda_wants_it(moto, opened):
    answer = app.lambda_handler({"Records": [message(0, "{"), message(1, opened)]}, None)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "m0"}]}


def test_a_finding_goes_from_active_to_archived_and_back(moto, opened, resolved):
    resolved = of(resolved, finding_id=opened["detail"]["finding_id"])
    states = []
    for number, event in enumerate((opened, resolved, opened)):
        app.lambda_handler({"Records": [message(number, event)]}, None)
        (kept,) = moto.get_findings()["Findings"]
        states.append(kept["RecordState"])

    assert states == ["ACTIVE", "ARCHIVED", "ACTIVE"]


def test_a_setting_that_is_missing_is_named():
    with pytest.raises(KeyError, match="ACCOUNT_ID"):
        Clients.from_env({})
