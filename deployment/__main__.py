"""`python -m deployment COMMAND [NAME=value ...]`, as the Makefile calls it."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from deployment import adoption, files, forwarders, removal, stacks
from deployment.forwarders import Hub, Outcome
from deployment.settings import Settings, Unusable, asked, complete, given, merged
from deployment.stacks import Failed
from lastseen.connection import failure

PATIENT = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=60)
UNCONFIRMED = "PendingConfirmation"


def main(command: str, words: Iterable[str]) -> int:
    parameters = files.parameters()
    words = given(words, parameters)
    path = Path(words.get("CONFIG") or files.SAVED)
    saved = files.load(path)
    settings = merged(saved, words, parameters)
    if not settings.region:
        settings = replace(settings, region=boto3.Session().region_name or "")
    if command == "settings":
        if not saved.values and sys.stdin.isatty():
            settings = asked(settings, parameters, _ask)
        files.save(path, complete(settings, parameters))
        return 0
    settings = complete(settings, parameters) if command == "deploy" else _placed(settings)
    return {"deploy": _deploy, "forwarders": _forward, "destroy": _destroy}[command](settings, path, words)


def _placed(settings: Settings) -> Settings:
    if not settings.region:
        raise Unusable("no AWS region: give REGION=..., or set AWS_DEFAULT_REGION or the profile's region")
    return settings


def _deploy(settings: Settings, path: Path, words: Mapping[str, str]) -> int:
    """By SAM, with what is saved; where nobody can answer, only if told to."""
    _announce(settings)
    is_told = words.get("YES") == "1"
    if not (is_told or sys.stdin.isatty()):
        raise Unusable("nothing was deployed: without a terminal, give YES=1")
    if table := words.get("TABLE"):
        cloudformation = _client("cloudformation", settings.region)
        key = dict(settings.values).get(adoption.KEY, "")
        adoption.adopt(cloudformation, settings.stack, table, files.template(), key)
        print(f"Table {table} is taken into stack {settings.stack}.", flush=True)
    before = stacks.changed_at(stacks.deployed(_client("cloudformation", settings.region), settings.stack))
    sam = [str(Path(sys.executable).with_name("sam")), "deploy", "--config-file", str(path.resolve())]
    silent = ["--no-confirm-changeset"] if is_told else []
    done = subprocess.run([*sam, "--no-fail-on-empty-changeset", *silent], cwd=files.ROOT, check=False)
    if done.returncode:
        return done.returncode
    stack = stacks.deployed(_client("cloudformation", settings.region), settings.stack)
    if stack is None:  # The question about the change set was answered by no.
        raise Failed(f"nothing was deployed: there is no stack {settings.stack} in {settings.region} yet")
    if before == stacks.changed_at(stack):
        print("\nNothing was deployed: there was nothing to change, or the change set was declined.")
    outputs = stacks.outputs(stack)
    width = max(map(len, outputs))
    print(f"\nStack {settings.stack} in {settings.region}:")
    print("\n".join(f"  {name:{width}}  {value}" for name, value in sorted(outputs.items())))
    failed = _forward(settings, path, words) if words.get("FORWARD") else 0
    print("\nWhat is left to do:")
    print(f"- {_subscription(settings, outputs['ReportTopicArn'])}")
    if not words.get("FORWARD"):
        print(
            "- Sign-ins and STS calls come to other regions, too: `make forwarders` has those forward to here,"
        )
        print("  and brings up to date what does.")
    print(f"- Ask it: .venv/bin/lastseen coverage --stack {settings.stack} --region {settings.region}")
    return failed


def _announce(settings: Settings) -> None:
    """Where it goes, and by whom, before anything is asked or changed."""
    caller = _client("sts", settings.region).get_caller_identity()
    where = f"account {caller['Account']}, region {settings.region}"
    print(f"Stack {settings.stack} in {where}, by {caller['Arn']}", flush=True)
    try:
        trails = _client("cloudtrail", settings.region).describe_trails()["trailList"]
    except ClientError:
        return  # Whoever deploys need not be allowed to look; the reporter does, every day.
    if not trails:
        print("Warning: this account has no CloudTrail trail, so no events will arrive.", flush=True)


def _subscription(settings: Settings, topic: str) -> str:
    email = dict(settings.values)["NotificationEmail"]
    pages = (
        _client("sns", settings.region).get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    )
    found = {each["Endpoint"]: each["SubscriptionArn"] for page in pages for each in page["Subscriptions"]}
    if found.get(email, UNCONFIRMED) == UNCONFIRMED:
        return (
            f"Confirm the subscription in the mail that AWS has sent to {email}: until then nothing is mailed."
        )
    return f"Nothing for the subscription: {email} has confirmed it."


def _forward(settings: Settings, path: Path, words: Mapping[str, str]) -> int:
    del path
    stack = stacks.deployed(_client("cloudformation", settings.region), settings.stack)
    if stack is None:
        raise Failed(f"there is no stack {settings.stack} in {settings.region}: run make deploy first")
    hub = Hub(settings.stack, settings.region, stacks.outputs(stack)["EventBusArn"])
    body = files.FORWARDER.read_text(encoding="utf-8")
    print(f"\nForwarding to {hub.bus} (stack {hub.forwarder}):", flush=True)
    return _tell(forwarders.deploy(_client, hub, _regions(settings, words), body))


def _destroy(settings: Settings, path: Path, words: Mapping[str, str]) -> int:
    del path
    stack = stacks.find(_client("cloudformation", settings.region), settings.stack)
    outputs = stacks.outputs(stack) if stack else {}
    table = outputs.get("ActivityTableName", "")
    print(
        f"This removes stack {settings.stack} in {settings.region}, all reports in its bucket, what was built"
    )
    print("for it, and its forwarders in other regions. The activity table stays.", flush=True)
    if words.get("YES") != "1":
        if not sys.stdin.isatty():
            raise Unusable("nothing was removed: without a terminal, give YES=1")
        if input(f"To go on, type {settings.stack}: ").strip() != settings.stack:
            raise Unusable("nothing was removed")
    hub = Hub(settings.stack, settings.region, outputs.get("EventBusArn", ""))
    failed = _tell(removal.destroy(_client, hub, _regions(settings, words), settings.bucket))
    if table:
        print(f"\nThe table {table} is kept, with all that it has. To delete it, too:")
        print(f"    aws dynamodb delete-table --region {settings.region} --table-name {table}")
    return failed


def _regions(settings: Settings, words: Mapping[str, str]) -> list[str]:
    """All other enabled ones, or those that FORWARD names."""
    wanted = words.get("FORWARD", "all")
    if wanted in ("", "all"):
        return forwarders.regions(_client, settings.region)
    return [each for each in wanted.replace(",", " ").split() if each != settings.region]


def _tell(outcomes: Iterable[Outcome]) -> int:
    failed = 0
    for outcome in outcomes:
        print(f"  {outcome.region}: {outcome.told}", flush=True)
        failed += not outcome.is_good
    if failed:
        print(f"deploy: {failed} failed; the same command tries again", file=sys.stderr)
    return min(failed, 1)


def _client(service: Any, region: str) -> Any:
    return boto3.Session().client(service, region_name=region, config=PATIENT)


def _ask(question: str, default: str) -> str:
    return input(f"{question} [{default}]: " if default else f"{question}: ")


def _run() -> int:
    try:
        return main(sys.argv[1], sys.argv[2:])
    except (Unusable, Failed) as error:
        why = str(error)
    except ClientError as error:
        why = f"AWS refused {error.operation_name}: " + " ".join(str(error).split())
        if error.operation_name == "DescribeRegions":
            why += ": name the regions, as FORWARD=us-east-1,us-west-2"
    except BotoCoreError as error:
        why = failure(error)
    except (KeyboardInterrupt, EOFError):
        why = "stopped"
    print(f"deploy: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    os.environ.setdefault("SAM_CLI_TELEMETRY", "0")
    sys.exit(_run())
