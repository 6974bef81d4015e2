"""The table that a removed stack left, taken into a new one."""

import json
import time
from typing import Any

from botocore.exceptions import WaiterError

from deployment import stacks
from deployment.stacks import Failed, Wait

LOGICAL = "ActivityTable"
KEY, CONDITION = "KmsKeyArn", "HasKey"


def importing(template: dict[str, Any]) -> dict[str, Any]:
    """The table alone, as `template` declares it, with what it refers to: an import can make nothing else.

    But for its deletion policy: no import that fails is to take the table with it.
    """
    table = template["Resources"][LOGICAL] | {"DeletionPolicy": "Retain"}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {KEY: template["Parameters"][KEY]},
        "Conditions": {CONDITION: template["Conditions"][CONDITION]},
        "Resources": {LOGICAL: table},
    }


def adopt(
    cloudformation: Any, stack: str, table: str, template: dict[str, Any], key: str, wait: Wait = time.sleep
) -> None:
    """Makes the stack with the table alone; `key` is the customer's, or empty."""
    if stacks.find(cloudformation, stack):
        raise Failed(f"stack {stack} is there already: a table can only be taken into a new one")
    template = importing(template)
    imported = {
        "ResourceType": template["Resources"][LOGICAL]["Type"],
        "LogicalResourceId": LOGICAL,
        "ResourceIdentifier": {"TableName": table},
    }
    begun = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName="adopt",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": KEY, "ParameterValue": key}],
        ResourcesToImport=[imported],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=stack, ChangeSetName=begun["Id"], WaiterConfig={"Delay": 2, "MaxAttempts": 60}
        )
        cloudformation.execute_change_set(StackName=stack, ChangeSetName=begun["Id"])
        status = stacks.settled(cloudformation, begun["StackId"], wait)
    except WaiterError as error:
        why = error.last_response.get("StatusReason") or str(error)
        cloudformation.delete_stack(StackName=stack)  # It has nothing, and would be in the next try's way.
        raise Failed(f"table {table} cannot be imported: {why}") from error
    if status != "IMPORT_COMPLETE":
        raise Failed(f"table {table} cannot be imported: {stacks.why(cloudformation, begun['StackId'])}")
