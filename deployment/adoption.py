"""The table that a removed stack left, taken into a new one."""

import json
import time
from typing import Any

from botocore.exceptions import WaiterError

from deployment import stacks
from deployment.stacks import Failed, Wait

LOGICAL = "ActivityTable"


def adopt(
    cloudformation: Any, stack: str, table: str, declared: dict[str, Any], wait: Wait = time.sleep
) -> None:
    """Makes the stack with the table alone, as declared: an import can make nothing else."""
    if stacks.find(cloudformation, stack):
        raise Failed(f"stack {stack} is there already: a table can only be taken into a new one")
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": {LOGICAL: declared}}
    imported = {
        "ResourceType": declared["Type"],
        "LogicalResourceId": LOGICAL,
        "ResourceIdentifier": {"TableName": table},
    }
    begun = cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName="adopt",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(template),
        ResourcesToImport=[imported],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(
            ChangeSetName=begun["Id"], WaiterConfig={"Delay": 2, "MaxAttempts": 60}
        )
        cloudformation.execute_change_set(ChangeSetName=begun["Id"])
        status = stacks.settled(cloudformation, begun["StackId"], wait)
    except WaiterError as error:
        why = error.last_response.get("StatusReason") or str(error)
        cloudformation.delete_stack(StackName=stack)  # It has nothing, and would be in the next try's way.
        raise Failed(f"table {table} cannot be imported: {why}") from error
    if status != "IMPORT_COMPLETE":
        raise Failed(f"table {table} cannot be imported: {stacks.why(cloudformation, begun['StackId'])}")
