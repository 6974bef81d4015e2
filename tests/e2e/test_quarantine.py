"""Quarantine under its own policies, on a local AWS that enforces them: flagged, announced, disabled, refused, restored.

The server knows neither AWS's policy AWSDenyAll nor the keys iam:PolicyARN and dynamodb:LeadingKeys, nor paths in ARNs.
So a policy of the account stands for the one, and tests/quarantine/test_policy.py holds the others to AWS's reference.
The report is made up, for on this server nobody grows old; all that is asked again and done is the server's.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from accounts import Key
from accounts import alice as user_of
from accounts import deploy as role_of
from botocore.exceptions import ClientError
from builders import NOON, ROOT
from e2e.policies import listed, role_with
from e2e.server import ACCOUNT, REGION, machine, running
from e2e.stack import sam
from quarantine_world import heard_until
from quarantined import report_of
from samtranslator.yaml_helper import yaml_parse

from activity.bus import Bus, Unsent
from activity.finding import Kind
from activity.model import Activity, Evidence
from activity.quarantine.entry import Mode, Step
from activity.quarantine.ledger import Ledger
from activity.quarantine.target import TAG
from activity.table import ActivityTable
from lastseen.demo.local_aws import make_table
from quarantine.acting import Actor
from quarantine.hands import Hands
from quarantine.message import events_of
from quarantine.plan import Rules
from quarantine.restore import disabled, restore
from quarantine.run import Quarantine
from quarantine.told import Untold
from reporter.judgement.known import Terms

RESOURCES = yaml_parse((ROOT / "quarantine" / "template.yaml").read_text())["Resources"]
OF_AWS, STAND_IN = "arn:aws:iam::aws:policy/AWSDenyAll", f"arn:aws:iam::{ACCOUNT}:policy/DenyAll"
OF_NO_USER = "iam:GetAccessKeyLastUsed"  # The server does not see whose key it is.
UNKNOWN = {"iam:PolicyARN", "dynamodb:LeadingKeys"}
WORDS = {
    "AWS::Partition": "aws",
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "ActivityTableName": "activity",
}
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
REFUSED = {"AccessDenied", "AccessDeniedException"}


def document(statements):
    """As the template has them, without the conditions that the server does not know, and what is not on it."""
    return {"Version": "2012-10-17", "Statement": [_filled(each) for each in statements if _is_here(each)]}


def _is_here(statement):
    named = json.dumps(statement.get("Resource"))
    return "Fn::GetAtt" not in named and "Ref" not in named


def _filled(statement):
    conditions = {
        operator: {key: value for key, value in keys.items() if key not in UNKNOWN}
        for operator, keys in statement.get("Condition", {}).items()
    }
    conditions = {operator: keys for operator, keys in conditions.items() if keys}
    resources = [_text(each) for each in listed(statement["Resource"])]
    if OF_NO_USER in listed(statement["Action"]):
        resources = ["*"]
    bare = {name: value for name, value in statement.items() if name not in ("Condition", "Resource")}
    return bare | {"Resource": resources} | ({"Condition": conditions} if conditions else {})


def _text(value):
    text = value if isinstance(value, str) else value["Fn::Sub"]
    for name, meant in WORDS.items():
        text = text.replace(f"${{{name}}}", meant)
    return text


def standing_in(iam):
    """Sends and shows the stand-in as the policy that it stands for."""

    def sent(params, **_):
        if params.get("PolicyArn") == OF_AWS:
            params["PolicyArn"] = STAND_IN

    def shown(parsed, **_):
        for each in parsed.get("AttachedPolicies", []):
            each["PolicyArn"] = each["PolicyArn"].replace(STAND_IN, OF_AWS)

    iam.meta.events.register("provide-client-params.iam", sent)
    iam.meta.events.register("after-call.iam", shown)
    return iam


@dataclass
class Account:
    """The server, what quarantine makes of it, and a clock."""

    server: object
    session: dict
    now: object
    report: object = None
    told: list = field(default_factory=list)

    def client(self, service):
        names = {name.lower(): value for name, value in self.session.items()}
        return self.server.client(service, **names)

    @property
    def hands(self):
        return Hands(standing_in(self.client("iam")))

    def run(self, mode=Mode.ENFORCE):
        dynamodb = self.client("dynamodb")
        ledger, table = Ledger(dynamodb, "activity"), ActivityTable(dynamodb, "activity")
        actor = Actor(self.hands, table, ledger, Terms(), lambda: self.now)
        rules = Rules(mode, timedelta(days=14))
        return Quarantine(self.report, self.tell, ledger, actor, rules).run(self.now)

    def tell(self, told):
        """The events as they are sent; the mail is not looked at here."""
        self.told.append(told)
        assert Bus(self.client("events")).put(events_of(told)) == Unsent()
        return Untold()


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    with running(tmp_path_factory.mktemp("quarantine")) as server:
        admin = server.client("iam")
        everything = {"Effect": "Deny", "Action": "*", "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
        assert admin.create_policy(PolicyName="DenyAll", PolicyDocument=policy)["Policy"]["Arn"] == STAND_IN
        make_table(server.client("dynamodb"), "activity")
        statements = [
            statement
            for each in RESOURCES["QuarantineRole"]["Properties"]["Policies"]
            for statement in each["PolicyDocument"]["Statement"]
        ]
        yield Account(server, role_with(server, "quarantine", document(statements)), NOON)


@pytest.fixture
def deploy(account):
    """A role that may do everything, and its running session, which is old by what the report says."""
    session = role_with(account.server, "deploy", ALL)
    names = {name.lower(): value for name, value in session.items()}
    return SimpleNamespace(call=lambda: account.server.client("s3", **names).list_buckets())


def refusal(act):
    with pytest.raises(ClientError) as refused:
        act()
    return refused.value.response["Error"]["Code"]


def made_up(account, thing, **of_subject):
    """A report of now, by which it is idle; the thing is the server's own."""
    report = report_of(thing)
    (finding,) = (each for each in report.findings if each.subject.kind in (Kind.ROLE, Kind.ACCESS_KEY))
    subject = replace(finding.subject, exists_since=of_subject["created"], **of_subject)
    flagged = account.now - timedelta(days=30)
    finding = replace(finding, subject=subject, first_flagged=flagged, is_new=False)
    return lambda now: replace(report, at=now, coverage=heard_until(now), findings=(finding,))


def test_a_role_from_the_announcement_to_the_restore(account, deploy):
    found = account.server.client("iam").get_role(RoleName="deploy")["Role"]
    account.now = found["CreateDate"].replace(microsecond=0) + timedelta(days=400)
    account.report = made_up(
        account, role_of(made=500, used=350), id=found["RoleId"], created=found["CreateDate"]
    )
    finding = f"{ACCOUNT}:role:{found['RoleId']}"
    deploy.call()

    assert [(each.id, each.step) for each in account.run().news] == [(finding, Step.ANNOUNCED)]
    account.now += timedelta(days=15)
    deploy.call()
    assert [(each.id, each.step) for each in account.run().news] == [(finding, Step.DISABLED)]
    assert refusal(deploy.call) in REFUSED

    tried = account.now + timedelta(hours=1)
    refused = Activity(found["Arn"], f"DENIED#{found['RoleId']}", tried, tried, Evidence("e"))
    ActivityTable(account.server.client("dynamodb"), "activity").record(refused)
    account.now += timedelta(days=1)
    assert [each.tried for each in account.run().news] == [tried]

    restore_as_people_may(account, finding)
    deploy.call()
    tags = account.server.client("iam").list_role_tags(RoleName="deploy")["Tags"]
    assert TAG not in {each["Key"] for each in tags}
    account.now += timedelta(days=1)
    assert [each.step for each in account.run().news] == [Step.RESTORED]
    account.now += timedelta(days=100)
    account.run()
    deploy.call()


def test_a_key_from_the_announcement_to_the_restore(account):
    admin = account.server.client("iam")
    user = admin.create_user(UserName="alice")["User"]
    admin.put_user_policy(UserName="alice", PolicyName="all", PolicyDocument=json.dumps(ALL))
    key, other = (admin.create_access_key(UserName="alice")["AccessKey"] for _ in range(2))
    made = key["CreateDate"]
    account.now = made.replace(microsecond=0) + timedelta(days=450)  # After the other tests.
    account.report = made_up(
        account,
        user_of(Key(used=350), made=500),
        id=user["UserId"],
        created=made,
        access_key_id=key["AccessKeyId"],
    )
    finding = f"{ACCOUNT}:access_key:{key['AccessKeyId']}"

    account.run()
    account.now += timedelta(days=14)
    assert [(each.id, each.step) for each in account.run().news] == [(finding, Step.DISABLED)]
    assert refusal(lambda: call_with(account, key)) in {*REFUSED, "InvalidAccessKeyId", "InvalidClientTokenId"}
    call_with(account, other)

    restore_as_people_may(account, finding)
    call_with(account, key)


def call_with(account, key):
    names = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    return account.server.client("s3", **names).list_buckets()


def restore_as_people_may(account, finding):
    """Under RestorePolicyArn alone, and without the table."""
    statements = RESOURCES["RestorePolicy"]["Properties"]["PolicyDocument"]["Statement"]
    try:
        session = role_with(account.server, "people", document(statements))
    except ClientError:
        session = account.server.session(f"arn:aws:iam::{ACCOUNT}:role/people")
    hands = replace(account, session=session).hands
    (what,) = (each for each in disabled(hands.iam) if each.target.finding == finding)
    restore(hands, what)


@pytest.fixture(scope="module")
def others(account):
    """Whom quarantine's role must not touch."""
    admin = account.server.client("iam")
    nobody = json.dumps({"Version": "2012-10-17", "Statement": []})
    admin.create_user(UserName="bob")
    admin.create_login_profile(UserName="bob", Password="Correct-Horse-1")
    admin.create_user(UserName="frank", Tags=[{"Key": "last-activity:exempt", "Value": "CISO"}])
    admin.create_role(RoleName="x-last-activity-reporter", AssumeRolePolicyDocument=nobody)
    tag = [{"Key": "last-activity:tracker", "Value": "x"}]
    admin.create_role(RoleName="tracker", AssumeRolePolicyDocument=nobody, Tags=tag)
    return {"bob": admin.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]}


MARK = [{"Key": TAG, "Value": "AWSDenyAll 2026-11-27T05:53:00Z"}]
FORBIDDEN = [
    pytest.param(lambda iam, key: iam.update_access_key(UserName="bob", AccessKeyId=key, Status="Inactive"), id="a key before the mark"),
    pytest.param(lambda iam, key: iam.tag_user(UserName="bob", Tags=[{"Key": "team", "Value": "x"}]), id="another tag"),
    pytest.param(lambda iam, key: iam.tag_user(UserName="bob", Tags=[*MARK, {"Key": "team", "Value": "x"}]), id="another tag beside its own"),
    pytest.param(lambda iam, key: iam.delete_login_profile(UserName="bob"), id="a password"),
    pytest.param(lambda iam, key: iam.delete_access_key(UserName="bob", AccessKeyId=key), id="deleting a key"),
    pytest.param(lambda iam, key: iam.create_access_key(UserName="bob"), id="making a key"),
    pytest.param(lambda iam, key: iam.put_user_policy(UserName="bob", PolicyName="x", PolicyDocument=json.dumps(ALL)), id="an inline policy"),
    pytest.param(lambda iam, key: iam.attach_user_policy(UserName="frank", PolicyArn=OF_AWS), id="denying the exempt"),
    pytest.param(lambda iam, key: iam.tag_user(UserName="frank", Tags=MARK), id="marking the exempt"),
    pytest.param(lambda iam, key: iam.attach_role_policy(RoleName="x-last-activity-reporter", PolicyArn=OF_AWS), id="denying the tracker by its name"),
    pytest.param(lambda iam, key: iam.attach_role_policy(RoleName="tracker", PolicyArn=OF_AWS), id="denying the tracker by its tag"),
    pytest.param(lambda iam, key: iam.untag_role(RoleName="tracker", TagKeys=["last-activity:tracker"]), id="taking the tracker's tag off"),
    pytest.param(lambda iam, key: iam.untag_user(UserName="frank", TagKeys=["last-activity:exempt"]), id="taking an exemption off"),
]  # fmt: skip


@pytest.mark.parametrize("act", FORBIDDEN)
def test_its_role_is_refused_what_it_must_not_do(account, others, act):
    assert refusal(lambda: act(account.hands.iam, others["bob"])) in REFUSED


def test_the_stack_is_deployed_in_the_mode_plan_and_leaves_an_account_that_no_tracker_listens_to(
    account, tmp_path
):
    server, built = account.server, tmp_path / "build"
    here = machine() | {"FOR": "host", "AWS_DEFAULT_REGION": REGION}
    template = "quarantine/template.yaml"
    sam(tmp_path, here, "build", "--template", template, "--build-dir", built, "--build-in-source")
    given = {
        "ActivityTableName": "activity",
        "ReportTopicArn": server.client("sns").create_topic(Name="reports")["TopicArn"],
        "TopicKeyArn": server.client("kms").create_key()["KeyMetadata"]["Arn"],
    }
    (tmp_path / "samconfig.toml").write_text("version = 0.1\n")
    sam(
        tmp_path,
        server.environment() | {"SAM_CLI_POLL_DELAY": "1"},
        *("deploy", "--template", built / "template.yaml", "--config-file", tmp_path / "samconfig.toml"),
        *("--stack-name", "quarantine", "--capabilities", "CAPABILITY_IAM", "--resolve-s3"),
        *("--no-confirm-changeset", "--parameter-overrides", *map("=".join, given.items())),
    )
    (stack,) = server.client("cloudformation").describe_stacks(StackName="quarantine")["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}
    answer = server.client("lambda").invoke(FunctionName=outputs["QuarantineFunctionName"])

    said = json.loads(answer["Payload"].read())
    assert (said["mode"], said["announced"], said["disabled"]) == ("plan", 0, 0)
    assert said["brake"].startswith("events do not arrive as they should: CloudTrail is not delivering events")
