"""The alarms of template.yaml, and when CloudWatch sets them off."""

import math

from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

RESOURCES = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
ALARMS = {
    name: each["Properties"] for name, each in RESOURCES.items() if each["Type"] == "AWS::CloudWatch::Alarm"
}
# Those of each stack, whatever was chosen.
ALWAYS = [name for name in ALARMS if "Condition" not in RESOURCES[name]]


def is_alarming(alarm, points, reach, minutes_old=math.inf):
    """By CloudWatch's rules for `points`, oldest first, None where there is none; it looks at the last `reach`.

    What is there counts before what is missing: that fills up, as often as it has to.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    An alarm that warms up, for it is no older than that, has no state and does nothing.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-warm-up.html
    """
    if minutes_old <= warm_up(alarm):
        return False
    over = {"GreaterThanThreshold": lambda each: each > alarm["Threshold"]}
    over["LessThanThreshold"] = lambda each: each < alarm["Threshold"]
    there = [over[alarm["ComparisonOperator"]](each) for each in points[-reach:] if each is not None]
    missing = [alarm["TreatMissingData"] == "breaching"] * (alarm["EvaluationPeriods"] - len(there))
    return all([*there, *missing][-alarm["EvaluationPeriods"] :])


def warm_up(alarm):
    """In minutes; whatever comes meanwhile does not end it."""
    asked = alarm.get("WarmUpConfiguration", {})
    return (
        asked["WarmUpPeriodDurationInMinutes"] if asked.get("OnlyStartEvaluatingAfterWarmUpPeriodEnds") else 0
    )
