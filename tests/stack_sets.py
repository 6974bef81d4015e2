"""CloudFormation's StackSets, service-managed, as AWS documents them, behind boto3's own client.

boto3 checks what is asked, and this what is answered, against CloudFormation's model, as botocore's Stubber does.
No local AWS has them: ministack knows no StackSets at all. moto 5.2.5 takes the calls (with packages that the project
does not have), but not their rules: it deploys to the management account, too, creates a stack twice, deletes a
StackSet that has stacks, and knows no CallAs, AutoDeployment, filter of accounts, operation under way, failed stack or
trusted access. The organization itself is moto's.
"""

from itertools import count

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.validate import validate_parameters
from samtranslator.yaml_helper import yaml_parse

NUMBERS = count(1)
# Sentences of AWS's own.
NOT_DELEGATED = "Account used is not a delegated administrator"
NOT_TRUSTED = "You must enable organizations access to operate a service managed stack set"


class Refusal(Exception):
    def __init__(self, code, message=""):
        super().__init__(message)
        self.code = code


class StackSets:
    """`caller` deploys; `failing`: the reason by (account, region) of what cannot be deployed or deleted there."""

    def __init__(self, organizations, caller, management):
        self.organizations, self.caller, self.management = organizations, caller, management
        self.is_trusted, self.delegated = True, {caller}
        self.sets, self.operations, self.failing, self.asked = {}, {}, {}, []
        self.lasting = 1  # Looks after which an operation is over.

    def client(self, region):
        client = boto3.client("cloudformation", region_name=region)
        events = client.meta.events
        events.register("before-parameter-build.cloudformation", self._note)
        events.register("before-call.cloudformation", self._answer)
        return client

    def _note(self, params, context, **_):
        context["asked"] = dict(params)

    def _answer(self, model, context, **_):
        asked = context["asked"]
        self.asked.append((model.name, asked))
        try:
            answer = getattr(self, xform_name(model.name))(asked)
        except Refusal as refusal:
            error = {"Code": refusal.code, "Message": str(refusal)}
            return AWSResponse("", 400, {}, None), {"Error": error, "ResponseMetadata": {}}
        if model.output_shape:
            validate_parameters(answer, model.output_shape)
        return AWSResponse("", 200, {}, None), answer | {"ResponseMetadata": {}}

    def calls(self, name):
        return [asked for each, asked in self.asked if each == name]

    def account_joins(self, account, unit):
        """With automatic deployment, it gets what has been deployed to the unit."""
        for each in self.sets.values():
            if each.auto["Enabled"] and unit in each.units:
                for region in each.units[unit]:
                    self._deploy(each, account, region, unit)

    def _check(self, call_as):
        """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStackSet.html"""
        if call_as == "DELEGATED_ADMIN" and self.caller not in self.delegated - {self.management}:
            raise Refusal("ValidationError", NOT_DELEGATED)
        if call_as == "SELF" and self.caller != self.management:
            raise Refusal("ValidationError", "You must be the management account or delegated admin account")
        if not self.is_trusted:
            raise Refusal("ValidationError", NOT_TRUSTED)

    def _get(self, asked):
        self._check(asked.get("CallAs", "SELF"))
        if asked["StackSetName"] not in self.sets:
            raise Refusal("StackSetNotFoundException", f"StackSet {asked['StackSetName']} not found")
        return self.sets[asked["StackSetName"]]

    def describe_organizations_access(self, asked):
        if asked["CallAs"] == "DELEGATED_ADMIN" and self.caller not in self.delegated:
            raise Refusal("InvalidOperationException", NOT_DELEGATED)
        return {"Status": "ENABLED" if self.is_trusted else "DISABLED"}

    def create_stack_set(self, asked):
        self._check(asked["CallAs"])
        name = asked["StackSetName"]
        if name in self.sets:
            raise Refusal("NameAlreadyExistsException")
        assert asked["PermissionModel"] == "SERVICE_MANAGED"
        assert len(asked["TemplateBody"]) <= 51_200
        self.sets[name] = StackSet(name, asked)
        return {"StackSetId": f"{name}:1"}

    def describe_stack_set(self, asked):
        return {"StackSet": self._get(asked).described()}

    def update_stack_set(self, asked):
        found = self._get(asked)
        assert not {"DeploymentTargets", "Regions"} & asked.keys(), "not together with AutoDeployment"
        self._begin(found)
        found.take(asked)
        for (account, region), instance in list(found.instances.items()):
            if instance["Status"] != "INOPERABLE":
                self._deploy(found, account, region, instance["OrganizationalUnitId"])
        return self._begun(found)

    def create_stack_instances(self, asked):
        found, targets = self._get(asked), asked["DeploymentTargets"]
        self._begin(found)
        accounts = targets.get("Accounts", [])
        assert ("AccountFilterType" in targets) == ("Accounts" in targets)
        is_chosen = {
            None: lambda account: True,
            "INTERSECTION": lambda account: account in accounts,
            "DIFFERENCE": lambda account: account not in accounts,
        }[targets.get("AccountFilterType")]
        for unit in targets["OrganizationalUnitIds"]:
            found.units.setdefault(unit, set()).update(asked["Regions"])
            for account in filter(is_chosen, self._within(unit)):
                for region in asked["Regions"]:
                    self._deploy(found, account, region, unit)
        return self._begun(found)

    def delete_stack_instances(self, asked):
        found = self._get(asked)
        self._begin(found)
        for unit in asked["DeploymentTargets"]["OrganizationalUnitIds"]:
            found.units[unit] -= set(asked["Regions"])
            for place, instance in list(found.instances.items()):
                if instance["OrganizationalUnitId"] == unit and place[1] in asked["Regions"]:
                    if place in self.failing:
                        instance |= status("INOPERABLE", "INOPERABLE") | {"StatusReason": self.failing[place]}
                    else:
                        del found.instances[place]
        return self._begun(found)

    def delete_stack_set(self, asked):
        found = self._get(asked)
        self._begin(found)
        if found.instances:
            raise Refusal("StackSetNotEmptyException")
        del self.sets[found.name]
        return {}

    def list_stack_instances(self, asked):
        """Three a page."""
        every = list(self._get(asked).instances.values())
        first = int(asked.get("NextToken", "0"))
        more = {"NextToken": str(first + 3)} if first + 3 < len(every) else {}
        return {"Summaries": [dict(each) for each in every[first : first + 3]]} | more

    def describe_stack_set_operation(self, asked):
        found = self._get(asked)
        assert self.operations[asked["OperationId"]] == found.name
        found.looks_left = max(0, found.looks_left - 1)
        return {"StackSetOperation": {"Status": "RUNNING" if found.looks_left else "SUCCEEDED"}}

    def _begin(self, found):
        """One operation at a time: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-concepts.html"""
        if found.looks_left:
            found.looks_left -= 1
            raise Refusal("OperationInProgressException", "Another operation is in progress")

    def _begun(self, found):
        found.looks_left = self.lasting
        operation = f"operation-{next(NUMBERS)}"
        self.operations[operation] = found.name
        return {"OperationId": operation}

    def _within(self, unit):
        """Never the management account, whatever is asked."""
        inner = self.organizations.list_accounts_for_parent(ParentId=unit)["Accounts"]
        for below in self.organizations.list_organizational_units_for_parent(ParentId=unit)[
            "OrganizationalUnits"
        ]:
            yield from self._within(below["Id"])
        yield from (each["Id"] for each in inner if each["Id"] != self.management)

    def _deploy(self, found, account, region, unit):
        reason = self.failing.get((account, region))
        came = (
            status("OUTDATED", "FAILED") | {"StatusReason": reason}
            if reason
            else status("CURRENT", "SUCCEEDED")
        )
        of = {"StackSetId": found.name, "Account": account, "Region": region, "OrganizationalUnitId": unit}
        found.instances[account, region] = of | came


class StackSet:
    def __init__(self, name, given):
        self.name, self.units, self.instances, self.looks_left = name, {}, {}, 0
        self.parameters = {}
        self.take(given)

    def take(self, given):
        """A parameter that is not given takes the template's default."""
        self.body, self.auto = given["TemplateBody"], given["AutoDeployment"]
        unknown = {each["ParameterKey"] for each in given["Parameters"]} - yaml_parse(self.body)[
            "Parameters"
        ].keys()
        if unknown:
            raise Refusal("ValidationError", f"Parameters: {sorted(unknown)} do not exist in the template")
        assert "RetainStacksOnAccountRemoval" not in self.auto or self.auto["Enabled"]
        self.parameters = {
            each["ParameterKey"]: self.parameters[each["ParameterKey"]]
            if each.get("UsePreviousValue")
            else each["ParameterValue"]
            for each in given["Parameters"]
        }

    def described(self):
        return {
            "StackSetName": self.name,
            "TemplateBody": self.body,
            "Parameters": [{"ParameterKey": k, "ParameterValue": v} for k, v in self.parameters.items()],
            "AutoDeployment": self.auto,
            "PermissionModel": "SERVICE_MANAGED",
            "OrganizationalUnitIds": [unit for unit, regions in self.units.items() if regions],
            "Regions": sorted({region for _, region in self.instances}),
        }


def status(whole, detailed):
    return {"Status": whole, "StackInstanceStatus": {"DetailedStatus": detailed}}
