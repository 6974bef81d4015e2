"""What the local server of `make e2e` does not enforce: what AWS asks in a role's name, and what services may do."""

import json
import re
from dataclasses import replace

import pytest
import templates
from arns import arn
from builders import ACCOUNT, ROOT
from e2e import unenforced
from e2e.policies import allowing, singles
from simulated import IS_THERE, OTHER_ACCOUNT, Request, Stack, simulate

HERE = f"eu-west-1:{ACCOUNT}"
ALONE = {"HasOrganization": False}
BY_LOGS = templates.LOGS | {"NeedsLogKey": False}
KEYLESS = Stack.of(templates.hub(), **BY_LOGS, **ALONE)
KEYED = Stack.of(templates.hub(), **templates.LOGS | {"HasKey": True, "HasNoKey": False}, **ALONE)
SHARED = Stack.of(templates.hub(), **templates.KEYLESS, HasOrganization=True)
MANY = Stack.of(templates.hub(), **templates.MANY, **ALONE)
FORWARDER = Stack.of(templates.forwarder(), HasKey=False, HasTopic=False)
STACKS = {"keyless": KEYLESS, "keyed": KEYED}
ROLES = {
    "IngestRole": "IngestLogs",
    "LogRole": "LogLogs",
    "AwakenedRole": "AwakenedLogs",
    "ReporterRole": "ReporterLogs",
}
ENCRYPTS = {
    "keyless": ["AwakenedRole", "ReporterRole"],
    "keyed": ["LogRole", "AwakenedRole", "ReporterRole"],
}

needs_the_simulator = pytest.mark.skipif(not IS_THERE, reason="needs node, and once `make npm`")

# The simulator knows no keys of an encryption context: policy and request have another in its place.
LOGS_CONTEXT, KNOWN_CONTEXT = "kms:EncryptionContext:aws:logs:arn", "aws:SourceArn"
CUSTOMER_KEY = json.loads(
    re.search(r"```json\n(.*?)```", (ROOT / "docs" / "customer-key.md").read_text(), re.DOTALL)[1]
    .replace("ACCOUNT", ACCOUNT)
    .replace("REGION", "eu-west-1")
    .replace(LOGS_CONTEXT, KNOWN_CONTEXT)
)


def session(role, account=ACCOUNT):
    return f"arn:aws:sts::{account}:assumed-role/{role}/function"


# What AWS asks in the name of a function's role.


def queue_is_read(stack):
    for role, name in (("IngestRole", "Queue"), ("LogRole", "LogQueue")):
        queue, policy = stack.arn(name), stack.policy(f"{name}Policy")
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"):
            yield role, action, queue, policy


def stream_is_read(stack):
    stream = stack.arn("ActivityTable", "StreamArn")
    for action in ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"):
        yield "AwakenedRole", action, stream, None
    yield "AwakenedRole", "dynamodb:ListStreams", "*", None


def logs_are_written(stack):
    for role, group in ROLES.items():
        place = stack.arn(group).removesuffix("*") + "log-stream:2026/11/27/[$LATEST]0123456789abcdef"
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            yield role, action, place, None


def is_encrypted(stack):
    key = stack.arn("TopicKey") if stack is KEYLESS else KEYED.properties("ReportTopic")["KmsMasterKeyId"]
    policy = stack.policy("TopicKey", "KeyPolicy") if stack is KEYLESS else CUSTOMER_KEY
    encrypts = ENCRYPTS["keyed" if stack is KEYED else "keyless"]
    for role in encrypts:
        yield role, "kms:GenerateDataKey", key, policy
        yield role, "kms:Decrypt", key, policy
    if stack is KEYED:
        yield "IngestRole", "kms:Decrypt", key, policy
        yield "LogRole", "kms:Decrypt", arn({"Ref": "LogKeyArn"}, stack.resources), CUSTOMER_KEY


def last_use_is_asked_for(stack):
    user = f"arn:aws:iam::{ACCOUNT}:user/people/alice"
    yield "ReporterRole", "iam:GetAccessKeyLastUsed", user, None
    yield "ReporterRole", "iam:ListSigningCertificates", user, None
    yield "ReporterRole", "account:ListRegions", f"arn:aws:account::{ACCOUNT}:account", None


ASKED = [
    pytest.param(choice, *each, id=f"{choice}-{each[0]}-{each[1]}")
    for choice, stack in STACKS.items()
    for ask in (queue_is_read, stream_is_read, logs_are_written, is_encrypted, last_use_is_asked_for)
    for each in ask(stack)
]


def asked_by(stack, role, action, resource, policy):
    return Request(session(role), action, resource, stack.identity(role), policy)


@needs_the_simulator
@pytest.mark.parametrize(("choice", "role", "action", "resource", "policy"), ASKED)
def test_what_aws_asks_in_a_roles_name_is_allowed_by_one_permission_alone(
    choice, role, action, resource, policy
):
    asked = asked_by(STACKS[choice], role, action, resource, policy)
    every = list(singles(asked.identity))
    without = [replace(asked, identity=allowing([e for e in every if e != taken])) for taken in every]

    allowed, *less = simulate([asked, *without])

    assert allowed == "Allowed"
    refused = [taken[0] for taken, said in zip(every, less, strict=True) if said != "Allowed"]
    assert refused == [action], less


@pytest.mark.parametrize("choice", STACKS)
def test_all_that_the_local_server_does_not_enforce_is_asked_for_here(choice):
    asked = {(role, action) for param in ASKED for one, role, action, *_ in [param.values] if one == choice}
    unproven = {**unenforced.PERMISSIONS, **unenforced.ASKED_FOR_ALL}
    held = {
        (role, action)
        for role in ROLES
        for action, _ in singles(STACKS[choice].identity(role))
        if action in unproven
    }

    assert asked == held


def test_what_the_local_server_does_not_enforce_has_tests_that_exist():
    assert unenforced.missing() == []


# What services do in their own name: (whether they may, request).

ANSWERS = {"Allowed", "ImplicitlyDenied", "ExplicitlyDenied"}
RULES = "DefaultBusRule", "HubBusRule"
EVENTS, CLOUDWATCH, SNS, LOGS = (
    f"{name}.amazonaws.com" for name in ("events", "cloudwatch", "sns", "logs.eu-west-1")
)
ANOTHER_RULE = f"arn:aws:events:{HERE}:rule/another"
THEIR_RULE = f"arn:aws:events:eu-west-1:{OTHER_ACCOUNT}:rule/DefaultBusRule"


def sending(queue, source, *, policy="QueuePolicy", stack=KEYLESS, by=EVENTS):
    context = {"aws:SourceArn": source}
    return Request(by, "sqs:SendMessage", stack.arn(queue), policy=stack.policy(policy), context=context)


def queues():
    for rule in RULES:
        yield f"{rule} feeds the queue", True, sending("Queue", KEYLESS.arn(rule))
    for rule in (*RULES, "ForwarderAlarmRule"):
        yield f"{rule} sets aside", True, sending("RuleDeadLetterQueue", KEYLESS.arn(rule))
    yield "the alarm's rule does not feed it", False, sending("Queue", KEYLESS.arn("ForwarderAlarmRule"))
    for source in (ANOTHER_RULE, THEIR_RULE):
        yield f"{source} does not feed it", False, sending("Queue", source)
        yield f"{source} does not set aside", False, sending("RuleDeadLetterQueue", source)
    yield "no topic feeds it", False, sending("Queue", KEYLESS.arn(RULES[0]), by=SNS)
    for queue in ("DeadLetterQueue", "AwakenedDeadLetterQueue"):
        sent = sending(queue, KEYLESS.arn(RULES[0]), policy="DeadLetterPolicy")
        yield f"no rule sends to {queue}", False, sent
    for rule, may in (("Rule", True), ("AlarmRule", True), ("another", False)):
        source = FORWARDER.arn(rule) if may else ANOTHER_RULE
        sent = sending("DeadLetterQueue", source, policy="DeadLetterQueuePolicy", stack=FORWARDER)
        yield f"a forwarder's {rule} sets aside", may, sent


def publishing(by, **context):
    topic, policy = KEYLESS.properties("ReportTopicPolicy")["Topics"][0], KEYLESS.policy("ReportTopicPolicy")
    return Request(by, "sns:Publish", topic, policy=policy, context=context)


def topic():
    yield "an alarm is published", True, publishing(CLOUDWATCH, **{"aws:SourceAccount": ACCOUNT})
    yield "others' is not", False, publishing(CLOUDWATCH, **{"aws:SourceAccount": OTHER_ACCOUNT})
    yield "a forwarder's alarm is published", True, publishing(EVENTS)
    yield "no bucket publishes", False, publishing("s3.amazonaws.com", **{"aws:SourceAccount": ACCOUNT})
    yield "nobody else here publishes", False, publishing(session("somebody"))
    may = allowing([("sns:Publish", "*")])
    stranger = replace(publishing(session("somebody", OTHER_ACCOUNT)), identity=may)
    yield "nobody of another account publishes", False, stranger


def by_plain_http():
    plain = {"aws:SecureTransport": "false"}
    may = allowing([("sqs:*", "*"), ("sns:*", "*"), ("s3:*", "*")])
    for stack, name, policy in (
        (KEYLESS, "Queue", "QueuePolicy"),
        (KEYLESS, "RuleDeadLetterQueue", "QueuePolicy"),
        (KEYLESS, "DeadLetterQueue", "DeadLetterPolicy"),
        (KEYLESS, "AwakenedDeadLetterQueue", "DeadLetterPolicy"),
        (FORWARDER, "DeadLetterQueue", "DeadLetterQueuePolicy"),
    ):
        asked = Request(session("any"), "sqs:SendMessage", stack.arn(name), may, stack.policy(policy))
        yield f"{name} of {policy} by TLS", True, asked
        yield f"{name} of {policy} by plain HTTP", False, replace(asked, context=plain)
    published = replace(publishing(session("any")), identity=may)
    yield "the topic by TLS", True, published
    yield "the topic by plain HTTP", False, replace(published, context=plain)
    kept = f"{KEYLESS.arn('ReportBucket')}/report.json"
    for action, place in (("s3:GetObject", kept), ("s3:ListBucket", KEYLESS.arn("ReportBucket"))):
        read = Request(session("any"), action, place, may, KEYLESS.policy("ReportBucketPolicy"))
        yield f"{action} by TLS", True, read
        yield f"{action} by plain HTTP", False, replace(read, context=plain)


def keys():
    own = KEYLESS.arn("TopicKey"), KEYLESS.policy("TopicKey", "KeyPolicy")
    theirs = KEYED.properties("ReportTopic")["KmsMasterKeyId"], CUSTOMER_KEY
    for name, (key, policy) in {"the topic's key": own, "a customer's key": theirs}.items():
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            for service in (EVENTS, CLOUDWATCH):
                yield f"{name}: {service} {action}", True, Request(service, action, key, policy=policy)
            yield f"{name}: {SNS} {action}", False, Request(SNS, action, key, policy=policy)
            alone = Request(session("any"), action, key, policy=policy)
            yield f"{name}: {action} without a permission", False, alone
            may = replace(alone, identity=allowing([(action, "*")]))
            yield f"{name}: {action} with a permission", True, may
            stranger = replace(
                alone, principal=session("any", OTHER_ACCOUNT), identity=allowing([(action, "*")])
            )
            yield f"{name}: {action} of another account", False, stranger
    key, policy = theirs
    for action in ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom"):
        for account, may in ((ACCOUNT, True), (OTHER_ACCOUNT, False)):
            context = {KNOWN_CONTEXT: f"arn:aws:logs:eu-west-1:{account}:log-group:IngestLogs"}
            written = Request(LOGS, f"kms:{action}", key, policy=policy, context=context)
            yield f"the logs of {account}: {action}", may, written


def bus():
    here, there = session("Role"), session("Role", OTHER_ACCOUNT)
    put = Request(here, "events:PutEvents", KEYLESS.arn("HubBus"), FORWARDER.identity("Role"))
    alone, shared = (replace(put, policy=each.policy("HubBus", "Policy")) for each in (KEYLESS, SHARED))
    ours, others = ({"aws:PrincipalOrgID": each} for each in ("o-exampleorgid", "o-anotherorgid"))
    yield "a forwarder of this account", True, alone
    yield "of another account", False, replace(alone, principal=there, context=ours)
    yield "of another account, of the organization", True, replace(shared, principal=there, context=ours)
    yield "of another organization", False, replace(shared, principal=there, context=others)
    nobody = replace(shared, identity=None)
    yield "of the organization, without a permission", False, replace(nobody, principal=there, context=ours)


def schedules():
    role = "ScheduleRole"
    for function, may in (("ReporterFunction", True), ("IngestFunction", False)):
        identity = KEYLESS.identity(role)
        invoked = Request(session(role), "lambda:InvokeFunction", KEYLESS.arn(function), identity)
        yield f"{role} invokes {function}", may, invoked


def machine():
    """What the state machine of an organization asks for in its role's name, and who may start it."""
    role, own = "OrganizationMachineRole", MANY.arn("OrganizationMachine")
    identity, listed = MANY.identity(role), f"{MANY.arn('ReportBucket')}/organization/run/to-review.json"
    invoked = Request(session(role), "lambda:InvokeFunction", MANY.arn("ReporterFunction"), identity)
    yield "the machine invokes the reporter", True, invoked
    yield "the machine invokes ingest", False, replace(invoked, resource=MANY.arn("IngestFunction"))
    yield "the machine reads its list", True, replace(invoked, action="s3:GetObject", resource=listed)
    report = f"{MANY.arn('ReportBucket')}/{ACCOUNT}/report.json"
    yield "the machine reads a report", False, replace(invoked, action="s3:GetObject", resource=report)
    yield "the machine starts its map", True, replace(invoked, action="states:StartExecution", resource=own)
    scheduled = Request(session("ScheduleRole"), "states:StartExecution", own, MANY.identity("ScheduleRole"))
    yield "the scheduler starts the machine", True, scheduled
    function = replace(scheduled, action="lambda:InvokeFunction", resource=MANY.arn("ReporterFunction"))
    yield "the scheduler invokes the reporter of many", False, function


def assuming(stack, role, by, **context):
    return Request(by, "sts:AssumeRole", stack.arn(role), policy=stack.trust(role), context=context)


def trust():
    scheduler, functions = "scheduler.amazonaws.com", "lambda.amazonaws.com"
    for role in ROLES:
        yield f"Lambda is {role}", True, assuming(KEYLESS, role, functions)
        yield f"nobody else is {role}", False, assuming(KEYLESS, role, session("any"))
    for account, may in ((ACCOUNT, True), (OTHER_ACCOUNT, False)):
        source = {"aws:SourceAccount": account}
        yield f"the scheduler for {account}", may, assuming(KEYLESS, "ScheduleRole", scheduler, **source)
        yield f"EventBridge forwards for {account}", may, assuming(FORWARDER, "Role", EVENTS, **source)
        by_machine = assuming(MANY, "OrganizationMachineRole", "states.amazonaws.com", **source)
        yield f"the state machine of {account}", may, by_machine
    ours = {"aws:SourceAccount": ACCOUNT}
    yield "Lambda is not the scheduler", False, assuming(KEYLESS, "ScheduleRole", functions, **ours)


ACTS = [each for act in (queues, topic, by_plain_http, keys, bus, schedules, machine, trust) for each in act()]


@pytest.fixture(scope="module")
def said():
    """Of all at once, by name."""
    answers = simulate([request for *_, request in ACTS])
    return dict(zip((name for name, *_ in ACTS), answers, strict=True))


@needs_the_simulator
@pytest.mark.parametrize(
    ("name", "may"), [(name, may) for name, may, _ in ACTS], ids=[name for name, *_ in ACTS]
)
def test_what_a_service_does_is_allowed_or_refused(said, name, may):
    assert said[name] in ANSWERS, said[name]
    assert (said[name] == "Allowed") == may


def test_each_act_has_a_name_of_its_own():
    assert len({name for name, *_ in ACTS}) == len(ACTS)


def lacking(policy):
    """(what is taken away, the policy without it): each statement, and each entry of a list in one."""
    for number, statement in enumerate(policy["Statement"]):
        others = [each for each in policy["Statement"] if each is not statement]
        if others:
            yield statement.get("Sid", f"statement {number}"), policy | {"Statement": others}
        for place, entry, less in without_an_entry(statement):
            yield f"statement {number}, {place}: {entry}", policy | {"Statement": [*others, less]}


def without_an_entry(part, place=""):
    for name, value in part.items():
        if isinstance(value, dict):
            for where, entry, less in without_an_entry(value, f"{place}{name} "):
                yield where, entry, part | {name: less}
        elif isinstance(value, list) and len(value) > 1:
            for entry in value:
                yield f"{place}{name}", entry, part | {name: [each for each in value if each != entry]}


# What IAM allows to the account's own principals without it.
SUPERFLUOUS = {"ThisAccount"}


@needs_the_simulator
def test_nothing_in_a_policy_of_a_resource_can_be_missing_unnoticed():
    policies = {json.dumps(request.policy): request.policy for *_, request in ACTS if request.policy}
    tried = [
        ((what, text), may, replace(request, policy=less))
        for text, policy in policies.items()
        for what, less in lacking(policy)
        for _, may, request in ACTS
        if request.policy == policy
    ]
    answers = simulate([request for *_, request in tried])
    noticed = dict.fromkeys((what for what, *_ in tried), False)
    for (what, may, _), answer in zip(tried, answers, strict=True):
        assert answer in ANSWERS, answer
        noticed[what] |= (answer == "Allowed") != may

    assert {what for what, is_noticed in noticed.items() if not is_noticed} <= {
        (what, text) for what, text in noticed if what in SUPERFLUOUS
    }
    assert len(noticed) > 40
