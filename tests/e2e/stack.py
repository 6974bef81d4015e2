"""The stack as `sam build` and `sam deploy` make it on a local server, found through CloudFormation."""

import fcntl
import json
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from builders import ROOT
from e2e.policies import allowing, singles
from e2e.server import ACCOUNT, REGION, Server, eventually, machine
from samcli.yamlhelper import yaml_parse

NAME = "last-activity"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:trail"
LOGS = "LogBucketArn=arn:aws:s3:::trail", "LogPrefix=AWSLogs/", f"LogTopicArn={TOPIC}"
SAM = Path(sys.executable).with_name("sam")


def build(folder):
    """The artifacts for the Python that the server runs them with, which is this one."""
    sam(
        folder,
        machine() | {"FOR": "host", "AWS_DEFAULT_REGION": REGION},
        "build",
        "--build-dir",
        folder / "build",
    )
    template = folder / "build" / "template.yaml"
    template.write_text(json.dumps(yaml_parse(template.read_text())))  # SAM takes seconds to read it as YAML.
    return folder / "build"


def deploy(server, artifacts, folder, logs=LOGS, **parameters):
    settings = folder / "samconfig.toml"  # Not the project's: `make deploy` saves a person's settings there.
    settings.write_text("version = 0.1\n")
    sam(
        folder,
        server.environment() | {"SAM_CLI_POLL_DELAY": "1"},
        *("deploy", "--template", artifacts / "template.yaml", "--config-file", settings),
        *("--stack-name", NAME, "--capabilities", "CAPABILITY_IAM", "--resolve-s3", "--no-confirm-changeset"),
        *("--parameter-overrides", "NotificationEmail=team@example.com", *logs),
        *(f"{name}={value}" for name, value in parameters.items()),
    )
    return Stack(server)


@contextmanager
def alone():
    """Of several processes, one at a time: builds write into the same .aws-sam, too."""
    folder = ROOT / ".aws-sam"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sam(folder, environment, *words):
    # Once a week SAM asks the internet for a newer SAM; here it believes that it just has.
    (folder / "metadata.json").write_text(json.dumps({"lastVersionCheck": time.time()}))
    quiet = {"SAM_CLI_TELEMETRY": "0", "__SAM_CLI_APP_DIR": str(folder)}
    with alone() if words[0] == "build" else nullcontext():
        done = subprocess.run(
            [SAM, *words],
            cwd=ROOT,
            env=environment | quiet,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert done.returncode == 0, done.stdout + done.stderr


@dataclass(frozen=True)
class Queue:
    client: object
    arn: str

    @cached_property
    def url(self):
        return self.client.get_queue_url(QueueName=self.arn.rpartition(":")[2])["QueueUrl"]

    def attributes(self):
        return self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]

    def set(self, **attributes):
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes=attributes)

    def dead_letters(self):
        return Queue(self.client, json.loads(self.attributes()["RedrivePolicy"])["deadLetterTargetArn"])

    def send(self, bodies):
        for start in range(0, len(bodies), 10):
            entries = [{"Id": str(n), "MessageBody": body} for n, body in enumerate(bodies[start : start + 10])]
            answer = self.client.send_message_batch(QueueUrl=self.url, Entries=entries)
            assert not answer.get("Failed"), answer

    def is_empty(self):
        counts = self.attributes()
        names = "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
        return not any(int(counts[name]) for name in names)

    def take(self):
        """The bodies that are there now; they are gone then."""
        answer = self.client.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            self.client.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in answer.get("Messages", [])]


@dataclass(frozen=True)
class Stack:
    server: Server

    @cached_property
    def outputs(self):
        (stack,) = self.server.client("cloudformation").describe_stacks(StackName=NAME)["Stacks"]
        return {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]}

    @cached_property
    def resources(self):
        pages = self.server.client("cloudformation").get_paginator("list_stack_resources")
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages.paginate(StackName=NAME)
            for each in page["StackResourceSummaries"]
        }

    def rules(self):
        """As the server has them, with their targets, by the bus that they are on."""
        events = self.server.client("events")
        buses = {"default": "DefaultBusRule", self.resources["HubBus"]: "HubBusRule"}
        found = {}
        for bus, logical in buses.items():
            # On AWS, the name of a bus other than the default goes before the rule's.
            name = self.resources[logical].rpartition("|")[2]
            targets = events.list_targets_by_rule(Rule=name, EventBusName=bus)["Targets"]
            found[logical] = events.describe_rule(Name=name, EventBusName=bus) | {"Targets": targets}
        return found

    def queue(self):
        """That the rule of the default bus feeds."""
        ((target,),) = [self.rules()["DefaultBusRule"]["Targets"]]
        return Queue(self.server.client("sqs"), target["Arn"])

    def mapping(self, function="IngestFunction"):
        """The event source mapping that feeds it."""
        functions = self.server.client("lambda")
        name = self.resources[function]
        (mapping,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        return mapping

    def turn_mapping(self, function="IngestFunction", *, on):
        mapping = self.mapping(function)["UUID"]
        self.server.client("lambda").update_event_source_mapping(UUID=mapping, Enabled=on)
        wanted = "Enabled" if on else "Disabled"
        eventually(lambda: self.mapping(function)["State"] == wanted, f"the mapping is {wanted}", within=20)

    @contextmanager
    def mailbox(self, name, *, of="ReportTopicArn", **subscription):
        """A queue that gets what the topic publishes."""
        sqs, sns, topic = self.server.client("sqs"), self.server.client("sns"), self.outputs[of]
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        queue = Queue(sqs, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
        lets_in = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": queue.arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        queue.set(Policy=json.dumps({"Version": "2012-10-17", "Statement": [lets_in]}))
        subscribed = sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=queue.arn,
            Attributes=subscription,
            ReturnSubscriptionArn=True,
        )
        yield queue
        sns.unsubscribe(SubscriptionArn=subscribed["SubscriptionArn"])
        sqs.delete_queue(QueueUrl=url)

    def policies(self, role):
        """The documents of a role's policies as they are now, by name.

        A role goes by its logical id; one that is not the stack's by its name.
        """
        iam, name = self.server.client("iam"), self.resources.get(role, role)
        assert not iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
        names = iam.list_role_policies(RoleName=name)["PolicyNames"]
        return {each: iam.get_role_policy(RoleName=name, PolicyName=each)["PolicyDocument"] for each in names}

    def permissions(self, role):
        """(action, resource) of all that the deployed role may do, in the order of its policy."""
        ((_, document),) = self.policies(role).items()
        return list(singles(document))

    @contextmanager
    def allowed(self, role, permissions):
        """The role may do this alone until it is over."""
        iam, name = self.server.client("iam"), self.resources.get(role, role)
        ((policy, deployed),) = self.policies(role).items()

        def put(document):
            iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(document))

        put(allowing(permissions))
        try:
            yield
        finally:
            put(deployed)

    def without(self, role, taken):
        left = self.permissions(role)
        left.remove(taken)
        return self.allowed(role, left)

    def as_role(self, role, *, table):
        """The environment of a function under a role that may do with this table what `role` may with the stack's."""
        iam, twin = self.server.client("iam"), f"{table}-{role}"
        trust = iam.get_role(RoleName=self.resources[role])["Role"]["AssumeRolePolicyDocument"]
        made = iam.create_role(RoleName=twin, AssumeRolePolicyDocument=json.dumps(trust))["Role"]
        for name, document in self.policies(role).items():
            own = json.dumps(document).replace(f"table/{self.outputs['ActivityTableName']}", f"table/{table}")
            iam.put_role_policy(RoleName=twin, PolicyName=name, PolicyDocument=own)
        return self.server.session(made["Arn"])

    def items(self):
        """All of the table, by principal and facet, in plain values."""
        pages = self.server.client("dynamodb").get_paginator("scan")
        plain = (
            {name: next(iter(value.values())) for name, value in item.items()}
            for page in pages.paginate(TableName=self.outputs["ActivityTableName"])
            for item in page["Items"]
        )
        return {(item["principal"], item["facet"]): item for item in plain}
