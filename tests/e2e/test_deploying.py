"""`make deploy`, `make verify`, `make forwarders` and `make destroy`, but for the build: a stack of its own, made and removed."""

import os
import pty
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import ACCOUNT, ROOT
from builders import record as call
from e2e.paths import key_of, someone
from e2e.policies import documented, role_with
from e2e.server import REGION, eventually
from logfiles import key, log

from deployment import files

STACK, EMAIL = "passing", "team@example.com"
ELSEWHERE = "us-east-1"


@pytest.fixture(scope="module")
def run(server, artifacts, tmp_path_factory):
    """Without a terminal, by words alone, as from a pipeline, and with the permissions of docs/deploy.md alone."""
    folder = tmp_path_factory.mktemp("passing")
    deployer = role_with(server, "deployer", documented("deploy.md", **{"last-activity": STACK}))
    config = folder / "passing.toml"
    config.write_text(
        f'version = 0.1\n[default.deploy.parameters]\ntemplate_file = "{artifacts / "template.yaml"}"\n'
    )

    def run(command, *words, stack=STACK, status=0, answer=None):
        """`answer`: what a person types, at a terminal. `status`: None for any."""
        keyboard, stdin = pty.openpty() if answer else (None, subprocess.DEVNULL)
        if answer:
            os.write(keyboard, f"{answer}\n".encode())
        done = subprocess.run(
            [sys.executable, "-m", "deployment", command, f"CONFIG={config}", f"STACK={stack}", *words],
            cwd=ROOT,
            env=server.environment() | deployer | {"SAM_CLI_POLL_DELAY": "1", "__SAM_CLI_APP_DIR": str(folder)},
            stdin=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert status in (None, done.returncode), done.stdout + done.stderr
        return done.stdout + done.stderr

    run.config = config
    return run


@pytest.fixture(scope="module")
def client(server):
    return server.client


@pytest.fixture(scope="module")
def life(run, client):
    """What was said at each step of one stack's life, and how things stood then."""
    story = {"no address": run("settings", "YES=1", status=2)}
    story["not deployed"] = run("settings", f"EMAIL={EMAIL}", status=2)
    story["no bucket"] = run("settings", f"EMAIL={EMAIL}", "LOGS=s3://missing", status=2)
    story["no bucket at all"] = run("settings", f"EMAIL={EMAIL}", "Roads=logs", status=2)
    story["settings"] = run("settings", f"EMAIL={EMAIL}", "KEY_DAYS=60", "YES=1")
    story["unasked deploy"] = run("deploy", status=2), stacks_of(client, REGION)
    story["declined"] = run("deploy", answer="n", status=2), saved(run)
    story["deploy"] = run("deploy", f"FORWARD={ELSEWHERE}", answer="y")
    story["saved"] = saved(run)
    run("settings", "KEY_DAYS=45", "YES=1")
    story["declined later"] = run("deploy", "KEY_DAYS=45", answer="n", status=2), saved(run)
    run("settings", "YES=1")  # As `make deploy` always begins.
    story["unchanged"] = run("deploy", "YES=1")
    story["verify"] = run("verify", "WAIT=0m", status=1)  # 29 regions forward nothing.
    story["outputs"] = outputs(client, STACK)
    story["rule"] = rule(client)
    story["again"] = run("forwarders", f"FORWARD={ELSEWHERE}")
    table, bucket = story["outputs"]["ActivityTableName"], story["outputs"]["ReportBucketName"]
    item = {"principal": {"S": "alice"}, "facet": {"S": "SIGNIN"}}
    client("dynamodb").put_item(TableName=table, Item=item)
    client("s3").put_object(Bucket=bucket, Key="report.json", Body=b"{}")
    story["unasked"] = run("destroy", status=2)
    story["builds"] = builds(client)
    story["destroy"] = run("destroy", "YES=1", f"FORWARD={ELSEWHERE}")
    story["left"] = {
        "stacks": [stacks_of(client, REGION), stacks_of(client, ELSEWHERE)],
        "item": client("dynamodb").get_item(TableName=table, Key=item)["Item"],
        "buckets": [each["Name"] for each in client("s3").list_buckets()["Buckets"]],
        "builds": builds(client),
    }
    story["adopt"] = run("deploy", "YES=1", f"TABLE={table}")
    story["adopted"] = outputs(client, STACK)
    story["kept"] = client("dynamodb").get_item(TableName=table, Key=item)["Item"]
    story["twice"] = run("deploy", "YES=1", f"TABLE={table}", status=2)
    story["logs"] = run("settings", "YES=1", "LOGS=s3://trail") + run("deploy", "YES=1", "LOGS=s3://trail")
    story["saved logs"] = saved(run)
    story["verify logs"] = run("verify", "WAIT=0m", status=1)
    run("forwarders", f"FORWARD={ELSEWHERE}")
    run("settings", "YES=1", "Roads=logs")
    run("deploy", "YES=1")
    story["left over"] = run("verify", "WAIT=0m", status=1)
    story["none"] = run("forwarders", "FORWARD=none")
    story["none left"] = run("verify", "WAIT=0m", status=1)
    yield story
    run("destroy", "YES=1", f"FORWARD={ELSEWHERE}")


@pytest.fixture
def paste(server):
    """Runs a command that was printed, in a shell, as the bucket's owner."""

    def paste(command):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(["sh", "-ec", command], env=server.environment() | {"PATH": path}, check=True)

    yield paste
    server.client("s3").put_bucket_notification_configuration(Bucket="trail", NotificationConfiguration={})


def saved(run):
    return dict(files.load(run.config).values)


def outputs(client, stack):
    (found,) = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def rule(client):
    name = outputs_of(client, f"{STACK}-forwarder", ELSEWHERE)["RuleArn"].rpartition("/")[2]
    (target,) = client("events", ELSEWHERE).list_targets_by_rule(Rule=name)["Targets"]
    return target["Arn"]


def outputs_of(client, stack, region):
    (found,) = client("cloudformation", region).describe_stacks(StackName=stack)["Stacks"]
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def stacks_of(client, region):
    found = client("cloudformation", region).describe_stacks()["Stacks"]
    return [each["StackName"] for each in found if each["StackName"].startswith(STACK)]


def builds(client):
    """What SAM has put into its bucket for this stack."""
    bucket = outputs(client, "aws-sam-cli-managed-default")["SourceBucket"]
    return [
        each["Key"]
        for each in client("s3").list_objects_v2(Bucket=bucket, Prefix=f"{STACK}/").get("Contents", [])
    ]


def test_without_an_address_nothing_is_deployed_and_it_says_what_to_give(life):
    assert life["no address"] == "deploy: EMAIL is not set: make deploy EMAIL=...\n"


def test_nothing_is_deployed_unasked_and_it_says_where_to_first(life):
    said, (at_once, there) = life["not deployed"], life["unasked deploy"]

    assert said.startswith(f"Stack {STACK} in account {ACCOUNT}, region {REGION}, by arn:aws")
    assert said.endswith("deploy: nothing was deployed: without a terminal, give YES=1\n")
    assert at_once == "deploy: nothing was deployed: without a terminal, give YES=1\n"
    assert STACK not in there


def test_what_is_wrong_with_a_setting_is_told_before_that_nobody_can_confirm(life):
    assert life["no bucket"].endswith(
        "deploy: there is no bucket missing: the trails here deliver to s3://trail/AWSLogs/\n"
    )
    assert life["no bucket at all"].endswith("\ndeploy: Roads=logs needs LOGS=s3://trail\n")


def test_it_says_which_trails_log_before_anything_is_built(life):
    _, trails = life["settings"].splitlines()

    assert trails.startswith("CloudTrail: management events of all regions are logged, read and write, by all")


def test_a_deployment_ends_with_the_outputs_and_what_is_left_to_do(life):
    told = life["deploy"].rpartition(f"Stack {STACK} in {REGION}:")[2]

    assert all(f"{name} " in told and value in told for name, value in life["outputs"].items())
    assert told.count("EventBusArn ") == 1
    assert re.findall(r"(?m)^     (make \w+|[.\w/]+ \w+)", told) == [
        "make verify",
        ".venv/bin/lastseen replay",
        "aws iam",
    ]
    assert f"lambda invoke --region {REGION} --function-name {life['outputs']['ReporterFunctionName']} " in told
    assert "s3://trail/ " in told


def test_a_deployment_is_quiet_and_says_where_the_rest_is(life):
    said = life["deploy"].partition(f"\nStack {STACK} in {REGION}:")[0].splitlines()

    assert said[0] == "Packaging; what SAM says is in .aws-sam/deploy.log"
    assert re.fullmatch(r"Changes: \d+ to add", said[1])
    assert re.fullmatch(r"  among what is added, IAM roles: \d+; Lambda functions: \d+; KMS keys: 1", said[2])
    assert said[3].startswith("Deploy this? (y/N): Deploying; ")
    assert len(said) == 4
    assert "Changeset created successfully" in (ROOT / ".aws-sam" / "deploy.log").read_text()


def test_a_change_that_a_person_declines_is_not_made(life):
    said, settings = life["declined"]

    assert said.endswith("deploy: nothing was deployed: the change was declined\n")
    assert "resources" not in said
    assert settings == {}


def test_settings_are_saved_once_they_are_deployed(life):
    assert life["saved"] == {"NotificationEmail": EMAIL, "StaleKeyDays": "60"}


def test_a_change_that_was_declined_is_neither_saved_nor_deployed_the_next_time(life):
    said, settings = life["declined later"]

    assert "  modify " in said
    assert settings == life["saved"]
    assert "there was nothing to change" in life["unchanged"]


def test_verify_is_the_doctor_for_the_stack_that_is_deployed(life):
    assert f"right          stack: {STACK} in account {ACCOUNT}, {REGION}: " in life["verify"]
    assert "right          forwarders: 1 other region forwards to the hub" in life["verify"]
    assert "events: " not in life["verify"]


def test_what_changes_nothing_is_said_to_have_deployed_nothing(life):
    nothing = "\nNothing was deployed: there was nothing to change.\n"

    assert nothing in life["unchanged"]
    assert nothing not in life["deploy"]


def test_another_region_forwards_to_the_bus_of_the_stack(life):
    assert f"  {ELSEWHERE}: created\n" in life["deploy"]
    assert life["rule"] == life["outputs"]["EventBusArn"]
    assert f"  {ELSEWHERE}: unchanged\n" in life["again"]


def test_nothing_is_removed_unasked(life):
    assert "destroy: nothing was removed: without a terminal, give YES=1" in life["unasked"]


def test_only_the_table_is_left_with_all_that_it_has(life):
    table, bucket = (life["outputs"][name] for name in ("ActivityTableName", "ReportBucketName"))

    assert life["left"]["stacks"] == [[], []]
    assert life["left"]["item"]["principal"] == {"S": "alice"}
    assert bucket not in life["left"]["buckets"]
    assert life["builds"]
    assert life["left"]["builds"] == []
    assert f"aws dynamodb delete-table --region {REGION} --table-name {table}" in life["destroy"]


def test_the_table_can_be_taken_into_a_new_stack(life):
    assert life["adopted"]["ActivityTableName"] == life["outputs"]["ActivityTableName"]
    assert life["kept"] == life["left"]["item"]
    assert f"stack {STACK} is there already" in life["twice"]


def test_log_files_take_their_buckets_address_alone(life):
    assert (
        "Log files: s3://trail/AWSLogs/ in this account, from trail all; EventBridge announces new ones\n"
        in (life["logs"])
    )
    assert "Not checked" not in life["logs"]
    assert life["saved logs"] == {
        "NotificationEmail": EMAIL,
        "StaleKeyDays": "60",
        "LogBucketArn": "arn:aws:s3:::trail",
        "LogPrefix": "AWSLogs/",
    }


def test_with_log_files_no_forwarder_is_needed(life):
    said = life["verify logs"]

    assert re.search(r"(?m)^right +forwarders: no forwarder in .*: their events come by log files", said)
    assert "is not tracked" not in said
    assert re.findall(r"(?m)^     (make \w+)", life["logs"]) == ["make verify", "make forwarders"]


def test_a_forwarder_that_log_files_alone_leave_over_is_named_and_removed(life):
    left = f"WRONG          forwarders: left in {ELSEWHERE}: with Roads=logs, what they forward costs and is not read"
    fix = "               fix: make forwarders FORWARD=none"

    assert f"{left}\n{fix}\n" in life["left over"]
    assert re.findall(r"(?m)^  ([\w-]+: .*)$", life["none"]) == [f"{ELSEWHERE}: removed"]
    assert "forwarders:" not in life["none left"]


def test_what_is_printed_brings_log_files_into_the_table_and_is_not_printed_again(life, run, client, paste):
    (command,) = re.findall(r"(?m)^\d\. Switch EventBridge on .*\n +(aws .*)$", life["logs"])
    (fix,) = re.findall(
        r"(?m)^WRONG +log files: EventBridge is off for bucket trail: .*\n +fix: (aws .*)$", life["verify logs"]
    )
    assert fix == command
    paste(fix)
    said = run("verify", "WAIT=0m", status=None)  # Other tests may have raised an alarm.
    assert "right          log files: EventBridge tells the stack's queue" in said
    user = someone()
    record = {"eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "awsRegion": "eu-north-1"}
    put = {"Bucket": "trail", "Key": key(f"{datetime.now(UTC):%Y%m%dT%H%M}", n=8_000_001)}
    client("s3").put_object(Body=log(call(user, **record)), **put)
    table = life["adopted"]["ActivityTableName"]
    principal, facet = key_of(user)

    eventually(
        lambda: (
            client("dynamodb")
            .get_item(TableName=table, Key={"principal": {"S": principal}, "facet": {"S": facet}})
            .get("Item")
        ),
        "it is recorded",
        within=90,
    )
    assert "EventBridge on" not in run("deploy", "YES=1", "LOGS=s3://trail")
