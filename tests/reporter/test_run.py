"""What a run is set to and whom it runs as; what it does is in test_app.py and test_remembering.py."""

from datetime import timedelta

import boto3
import pytest
from botocore.stub import Stubber
from builders import ACCOUNT, activity, at

from activity.item import Flag
from reporter.judgement.known import Terms
from reporter.judgement.subjects import Limits
from reporter.run import Caller, Reporter, sources_from_env, terms_from_env

TOPIC = f"arn:aws-cn:sns:cn-north-1:{ACCOUNT}:reports"
SET_TO = {"ACTIVITY_TABLE": "activity", "REPORT_TOPIC_ARN": TOPIC}


@pytest.mark.parametrize(
    ("environ", "terms"),
    [
        pytest.param({}, Terms(), id="as the template has them"),
        pytest.param({"STALE_USER_DAYS": "1"}, Terms(Limits(user=1)), id="users"),
        pytest.param({"STALE_KEY_DAYS": "2"}, Terms(Limits(access_key=2)), id="keys"),
        pytest.param({"STALE_ROLE_DAYS": "3"}, Terms(Limits(role=3)), id="roles"),
        pytest.param({"EXEMPT_TAG": "spare"}, Terms(tag="spare"), id="the tag"),
        pytest.param({"EXEMPT_TAG": ""}, Terms(), id="a tag that is left empty"),
        pytest.param({"OWNER_TAGS": "owner, team"}, Terms(owner_tags=("owner", "team")), id="owners"),
        pytest.param({"RETENTION_DAYS": "500"}, Terms(retention=timedelta(days=500)), id="the retention"),
    ],
)
def test_the_terms_are_settings(environ, terms):
    assert terms_from_env(environ) == terms


@pytest.mark.parametrize(
    ("arn", "user_id", "caller"),
    [
        pytest.param(f"arn:aws:sts::{ACCOUNT}:assumed-role/reporter/run", "AROAREPORTER:run", Caller(ACCOUNT, "aws", "AROAREPORTER"), id="the function's role"),
        pytest.param(f"arn:aws-us-gov:iam::{ACCOUNT}:user/alice", "AIDAALICE", Caller(ACCOUNT, "aws-us-gov", "AIDAALICE"), id="a user, by lastseen report"),
    ],
)  # fmt: skip
def test_the_caller_is_who_sts_says(arn, user_id, caller):
    sts = boto3.client("sts")
    with Stubber(sts) as stub:
        stub.add_response("get_caller_identity", {"Account": ACCOUNT, "Arn": arn, "UserId": user_id})
        assert Caller.ask(sts) == caller


def test_an_answer_that_has_no_arn_is_refused():
    sts = boto3.client("sts")
    with Stubber(sts) as stub:
        stub.add_response(
            "get_caller_identity", {"Account": ACCOUNT, "Arn": "a page that is not of AWS", "UserId": "AIDA1"}
        )
        with pytest.raises(ValueError, match=r"^'a page that is not of AWS' is no ARN$"):
            Caller.ask(sts)


def test_where_sts_does_not_answer_the_caller_is_of_the_topics_account():
    assert Caller.of_topic(TOPIC) == Caller(ACCOUNT, "aws-cn", "")


def test_iam_is_asked_patiently_and_each_region_for_its_own_trails(aws):
    sources = sources_from_env(SET_TO)
    retries = sources.iam.client.meta.config.retries

    assert (retries["mode"], retries["total_max_attempts"]) == ("standard", 10)
    regions = [sources.trails.client_in(each).meta.region_name for each in ("", "eu-west-3")]
    assert regions == ["us-east-1", "eu-west-3"]
    assert sources.trails.client_in("").meta.service_model.service_name == "cloudtrail"


def test_the_table_and_its_flags_are_kept_as_long_as_is_set(aws, dynamodb):
    sources = sources_from_env(SET_TO | {"RETENTION_DAYS": "10"})
    sources.table.record(activity(0))
    written = [sources.table.record(activity(seconds)).is_written for seconds in (1, 2)]

    other = activity().principal, "KEY#AKIAALICE"
    sources.flags.flag(other, ACCOUNT, Flag(at(0), at(0)), now=at(5))

    kept = {key: item.expires_at for key, item in sources.table.items_of(activity().principal).items()}
    assert written == [True, True]
    assert kept[activity().key] == at(2) + timedelta(days=10)
    assert kept[other] == at(5) + timedelta(days=10)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({}, ("", "", "", False), id="a topic alone"),
        pytest.param(
            {
                "REPORT_BUCKET": " reports ",
                "LOG_BUCKET": "logs",
                "OWNER_TOPIC_ARN": f" {TOPIC}-owners ",
                "CHAT_FORMAT": "true",
            },
            ("reports", "logs", f"{TOPIC}-owners", True),
            id="all",
        ),
    ],
)
def test_a_reporter_publishes_to_its_topics_and_bucket(aws, dynamodb, environ, expected):
    reporter = Reporter.from_env(SET_TO | environ | {"STALE_USER_DAYS": "30"})
    publisher, owners, logs = reporter.publisher, reporter.owner_messages, reporter.sources.logs

    assert (publisher.topic, reporter.terms.limits.user) == (TOPIC, 30)
    assert (publisher.bucket, logs, owners.topic, publisher.has_chat) == expected
    clients = publisher.sns, publisher.s3, reporter.sts, owners.sns, reporter.bus.client
    services = [each.meta.service_model.service_name for each in clients]
    assert services == ["sns", "s3", "sts", "sns", "events"]
    assert reporter.canaries.table is reporter.sources.table
    assert reporter.canaries.home == "us-east-1"


def test_a_reporter_that_acts_in_a_member_asks_there_and_keeps_its_own_table_and_topic(aws, dynamodb):
    asked = []

    def clients(*service, **settings):
        asked.append((*service, settings.get("region_name")))
        return boto3.client(*service, **settings)

    hub, caller = Reporter.from_env(SET_TO), Caller("222222222222", "aws", "")
    member = hub.acting_as(caller, clients)
    member.sources.trails.client_in("eu-west-3")
    member.canaries.sts_in("eu-west-3")

    assert asked == [("iam", None), ("account", None), ("cloudtrail", "eu-west-3"), ("sts", "eu-west-3")]
    assert (member.caller, member.canaries.home) == (caller, hub.canaries.home)
    assert member.canaries.table is member.sources.table is hub.sources.table
    assert member.publisher is hub.publisher
