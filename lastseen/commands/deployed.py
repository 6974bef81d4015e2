"""What a report by one's own credentials takes from the deployed stack, and asks of AWS."""

import os
from collections.abc import Mapping

from activity import settings
from activity.flags import Flags
from activity.snoozes import Snoozes
from activity.table import ActivityTable
from lastseen.casefile.file import CaseFile
from lastseen.casefile.nothing import NoFlags, NoSightings
from lastseen.casefile.table import CaseTable
from lastseen.connection import Connection
from lastseen.terminal import misused
from reporter.inventory.iam import Iam
from reporter.judgement.known import Terms
from reporter.listening.trails import CloudTrail
from reporter.review.gathering import AnySources, Sources
from reporter.run import PATIENT, Clients, terms_from_env

BY_IAM_ALONE = (
    "BY IAM ALONE: no activity table was asked, so this rests on IAM's records only. For CloudTrail's as well:"
    " --db, --table or --stack."
)
BY_CASE_FILE = (
    "BY A CASE FILE: this rests on IAM's records and on the events in {}. It doesn't know of later events, nor"
    " of any that were not replayed."
)
_SETTINGS = {
    "StaleUserDays": "STALE_USER_DAYS",
    "StaleKeyDays": "STALE_KEY_DAYS",
    "StaleRoleDays": "STALE_ROLE_DAYS",
    "RetentionDays": "RETENTION_DAYS",
    "DaysOfPeople": "DAYS_OF_PEOPLE",
    "OwnerTags": "OWNER_TAGS",
}


def deployed(connection: Connection, stack: str | None) -> dict[str, str]:
    """The parameters and outputs of the stack, if there is one to ask."""
    if not stack:
        return {}
    (described,) = connection.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described.get("Parameters", [])}
    return parameters | {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}


def given(of_stack: Mapping[str, str]) -> dict[str, str]:
    """The functions' settings. The environment goes before the stack's parameters."""
    return {_SETTINGS[key]: value for key, value in of_stack.items() if key in _SETTINGS} | os.environ


def terms(of_stack: Mapping[str, str]) -> Terms:
    try:
        return terms_from_env(given(of_stack))
    except settings.BadSetting as error:
        misused(str(error))


def sources(connection: Connection, clients: Clients) -> AnySources:
    """`clients`: of the account that is reviewed. The table is the connection's."""
    dynamodb = connection.dynamodb()
    return Sources(
        Iam(clients("iam", config=PATIENT)),
        CloudTrail(lambda region: clients("cloudtrail", region_name=region or None)),
        ActivityTable(dynamodb, connection.table),
        Flags(dynamodb, connection.table),
        snoozes=Snoozes(dynamodb, connection.table),
    )


def undeployed(clients: Clients, case: CaseFile | None) -> AnySources:
    """Without a tracker: the sightings of a case file, or none. No trail has to deliver anything."""
    iam = Iam(clients("iam", config=PATIENT))
    if case is None:
        return Sources(iam, None, NoSightings(), NoFlags(), basis=BY_IAM_ALONE)
    return Sources(iam, None, CaseTable(case), NoFlags(), basis=BY_CASE_FILE.format(case.path))
