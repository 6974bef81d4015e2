"""What is left to do after a deployment, in order, as commands that fit what was deployed."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

_MAKE_TRAIL = (
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-create-and-update-a-trail.html"
)
TAG = "aws iam tag-user --user-name NAME --tags 'Key=last-activity:exempt,Value=REASON'"


@dataclass(frozen=True, slots=True)
class Deployed:
    """`forwards`: whether the other regions' forwarders were deployed with it, or are of no use.

    `has_trail`: whether a trail logs management events, as far as that is known.
    `is_by_logs`: whether events come by log files, too, of all regions.
    `has_members`: whether it reports on other accounts, too. `logs`: where the trail's files are, "" if that is
    not known. `config`: the file of the settings, "" for the one that make takes without being told.
    `owner`: what the owner of the bucket with log files has to add, and how.
    """

    stack: str
    region: str
    email: str
    reporter: str
    is_new: bool
    is_confirmed: bool
    forwards: bool
    has_trail: bool = True
    is_by_logs: bool = False
    has_members: bool = False
    logs: str = ""
    config: str = ""
    owner: tuple[tuple[str, str], ...] = ()


def lines(deployed: Deployed) -> Iterator[str]:
    yield "What to do next:"
    for number, (what, command) in enumerate(_steps(deployed), 1):
        yield f"{number}. {what}"
        yield from (f"     {line}" for line in command.splitlines())


def _steps(deployed: Deployed) -> Iterator[tuple[str, str]]:
    where = f"--stack {deployed.stack} --region {deployed.region}"
    if not deployed.has_trail:
        what = "Make a trail of all regions that logs management events, or start the one you have"
        yield f"{what}; without it, no events arrive: {_MAKE_TRAIL}", ""
    if not deployed.is_confirmed:
        yield f"Confirm the subscription in AWS's mail to {deployed.email}; until then nothing is mailed.", ""
    if not (deployed.forwards or deployed.is_by_logs):
        new, old = "Have the other regions forward their events", "Update the forwarders of the other regions"
        what = new if deployed.is_new else old
        yield (
            f"{what}; sign-ins and STS calls are logged in several regions:",
            make("forwarders", deployed.config),
        )
    if deployed.has_members:
        new, old = (
            "Let reports read the organization's accounts:",
            "Update the role in the organization's accounts:",
        )
        yield new if deployed.is_new else old, make("members", deployed.config)
    yield from deployed.owner
    yield "Check that all of it works; this waits until events arrive:", make("verify", deployed.config)
    if deployed.is_new:
        yield from _first_steps(deployed, where)
    if deployed.is_by_logs and not deployed.forwards:
        verb = "deploy" if deployed.is_new else "update"
        yield (
            f"Only for notices within seconds from other regions, {verb} their forwarders;"
            " the events come by log files, in minutes:",
            make("forwarders", deployed.config),
        )


def _first_steps(deployed: Deployed, where: str) -> Iterator[tuple[str, str]]:
    if deployed.logs:
        yield (
            "Read the past out of the trail's bucket, so that the first report knows it:",
            f".venv/bin/lastseen replay {shlex.quote(deployed.logs)} {where} --since 90d",
        )
    yield "Have a report mailed now; the next comes by the schedule:", _invoke(deployed)
    yield "Exempt who has to stay, such as a break-glass user (a role: tag-role --role-name):", TAG


def make(target: str, config: str) -> str:
    return f"make {target}" + (f" CONFIG={shlex.quote(config)}" if config else "")


def _invoke(deployed: Deployed) -> str:
    """The two versions of the AWS CLI read a payload alike only from a file."""
    asynchronously = f"--function-name {deployed.reporter} --invocation-type Event"
    return (
        f"echo '{{}}' | aws lambda invoke --region {deployed.region} {asynchronously}"
        " --payload fileb:///dev/stdin /dev/null"
    )
