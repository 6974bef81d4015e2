"""A stack as the checks know it, and how what they say is read in tests."""

from builders import ACCOUNT

from lastseen.checking.stack import NEEDED, Stack

REGION = "eu-west-1"
HERE = f"{REGION}:{ACCOUNT}"
BUS = f"arn:aws:events:{HERE}:event-bus/last-activity-hub"
TOPIC = f"arn:aws:sns:{HERE}:reports"
QUEUE = f"arn:aws:sqs:{HERE}:Queue"
OUTPUTS = {"ActivityTableName": "activity", "EventBusArn": BUS, "ReportTopicArn": TOPIC}


def stack(**changes):
    known = {each: each for each in NEEDED} | {"HubBusRule": "last-activity-hub|HubBusRule"}
    parts = {
        "id": f"arn:aws:cloudformation:{HERE}:stack/last-activity/1",
        "status": "CREATE_COMPLETE",
        "parameters": {},
        "outputs": OUTPUTS,
        "resources": known,
    }
    return Stack(**(parts | changes))


def said(checks):
    """(state, what, said) of each, in short."""
    return [(str(each.state), each.what, each.said) for each in checks]
