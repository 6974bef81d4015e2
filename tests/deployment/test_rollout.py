"""What goes to all accounts of an organization by StackSets: moto's organization, and StackSets as AWS documents them."""

import boto3
import pytest
from stack_sets import StackSets

from deployment import across, spread
from deployment.forwarders import Hub
from deployment.organization import units
from deployment.settings import Unusable
from deployment.stacks import Failed

REGION = "eu-west-1"
OTHERS = ["eu-central-1", "us-east-1"]
ROLE = "last-activity-member"
FORWARDER = "last-activity-forwarder"


class Organization:
    """The management account, "hub", "dev" in the root; "prod" in unit Workloads, "batch" in unit Jobs below that."""

    def __init__(self, aws):
        self.moto = aws("organizations")
        self.management = self.moto.create_organization(FeatureSet="ALL")["Organization"]["MasterAccountId"]
        self.root = self.moto.list_roots()["Roots"][0]["Id"]
        self.workloads, self.ids = self.unit("Workloads", self.root), {}
        self.jobs = self.unit("Jobs", self.workloads)
        for name, unit in {"hub": "", "dev": "", "prod": self.workloads, "batch": self.jobs}.items():
            self.joins(name, unit)

    def unit(self, name, parent):
        made = self.moto.create_organizational_unit(ParentId=parent, Name=name)
        return made["OrganizationalUnit"]["Id"]

    def joins(self, name, unit=""):
        made = self.moto.create_account(AccountName=name, Email=f"{name}@example.com")
        account = self.ids[name] = made["CreateAccountStatus"]["AccountId"]
        if unit:
            self.moto.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=unit)
        return account

    def title(self, name):
        return f"{name} ({self.ids[name]})"


@pytest.fixture
def organization(aws):
    return Organization(aws)


class Deploying:
    """`make members`, `make forwarders` and `make destroy`, in an account of the organization."""

    def __init__(self, organization, capsys, account=None, **parameters):
        self.organization, self.capsys = organization, capsys
        self.account = account or organization.ids["hub"]
        self.aws = StackSets(organization.moto, self.account, organization.management)
        bus = f"arn:aws:events:{REGION}:{self.account}:event-bus/last-activity-hub"
        self.hub = Hub("last-activity", REGION, bus)
        self.parameters = {"MemberRoleName": ROLE, "OrganizationId": "o-exampleorgid"} | parameters
        self.role = f"arn:aws:iam::{self.account}:role/last-activity-ReporterRole-1"
        self.waited = 0

    def client(self, service, region):
        """moto answers Organizations only for the management account; AWS does for any delegated administrator, too."""
        assert region == REGION
        if service == "cloudformation":
            return self.aws.client(region)
        if service == "organizations":
            return self.organization.moto
        arn = f"arn:aws:iam::{self.account}:role/deployer"
        given = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="deployer")["Credentials"]
        return boto3.client(
            service,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    @property
    def stack(self):
        outputs = {"ReporterRoleArn": self.role, "ExternalId": f"last-activity-{self.account}"}
        return {
            "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in outputs.items()],
            "Parameters": [
                {"ParameterKey": name, "ParameterValue": value} for name, value in self.parameters.items()
            ],
        }

    def wait(self, seconds):
        self.waited += seconds

    def members(self, **words):
        return self._told(across.members(self.client, self.hub, self.stack, words, self.wait))

    def forwarders(self, others=OTHERS, **words):
        return self._told(across.forward(self.client, self.hub, self.stack, words, others, self.wait))

    def destroyed(self):
        return list(across.remove(self.client, self.hub, self.parameters, self.wait))

    def withdrawn(self):
        return list(across.withdraw(self.client, self.hub, self.parameters, self.wait))

    def _told(self, code):
        return code, self.capsys.readouterr().out

    def accounts(self, name):
        return {account for account, _ in self.aws.sets[name].instances}

    def fails(self, name, reason, region=REGION):
        self.aws.failing[self.organization.ids[name], region] = reason


@pytest.fixture
def deploying(organization, capsys):
    return Deploying(organization, capsys)


def test_the_role_for_security_hub_is_given_on_request_and_stays(deploying, organization):
    importer = "arn:aws:iam::123456789012:role/security-hub-Role-1"
    for words in ({}, {"SECURITY_HUB": importer}, {}):
        code, _ = deploying.members(**words)
        assert code == 0

    assert deploying.aws.sets["last-activity-member"].parameters["SecurityHubRoleArn"] == importer


def test_every_account_gets_the_role_and_the_management_account_is_told_of(deploying, organization):
    code, told = deploying.members()

    found = deploying.aws.sets[ROLE]
    assert code == 0
    assert deploying.accounts(ROLE) == set(organization.ids.values())
    assert found.parameters == {
        "HubRoleArn": deploying.role,
        "ExternalId": f"last-activity-{deploying.account}",
        "RoleName": ROLE,
    }
    assert found.body == spread.MEMBER.read_text()
    assert f"4 of 4 accounts have the role {ROLE}." in told
    assert f"leaves out the management account, master ({organization.management})" in told
    assert (
        f"aws cloudformation deploy --region {REGION} --stack-name {ROLE} --template-file reporter/member.yaml"
        " --capabilities CAPABILITY_NAMED_IAM --no-fail-on-empty-changeset --parameter-overrides"
        f" HubRoleArn={deploying.role} ExternalId=last-activity-{deploying.account} RoleName={ROLE}\n"
    ) in told


def test_an_account_that_joins_later_gets_the_role_by_itself(deploying, organization):
    deploying.members()
    deploying.aws.account_joins(organization.joins("new"), organization.root)

    code, told = deploying.members()

    assert (code, "5 of 5 accounts" in told, "unchanged" in told) == (0, True, True)


@pytest.mark.parametrize("who", ["hub", "management"])
def test_a_delegated_administrator_says_that_it_is_one_and_the_management_account_not(
    organization, capsys, who
):
    deploying = Deploying(organization, capsys, organization.ids.get(who, organization.management))

    assert deploying.members()[0] == 0
    as_asked = {asked.get("CallAs") for _, asked in deploying.aws.asked}
    assert as_asked == {"DELEGATED_ADMIN" if who == "hub" else "SELF"}


def test_one_account_that_fails_stops_no_other_and_is_named_with_the_reason_and_what_to_do(
    deploying, organization
):
    reason = 'Resource handler returned message: "Role last-activity-member already exists"'
    deploying.fails("dev", reason)

    code, told = deploying.members()

    assert code == 1
    assert "3 of 4 accounts have the role" in told
    assert (
        f"  {organization.title('dev')}: failed: {reason}. Fix: delete what has that name in the account"
        in told
    )
    (asked,) = deploying.aws.calls("CreateStackInstances")
    assert asked["OperationPreferences"]["FailureTolerancePercentage"] == 100


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        (
            "is not authorized, with an explicit deny in a service control policy",
            "except the roles stacksets-exec-*",
        ),
        ("Stack is protected by termination protection", "turn the stack's termination protection off"),
        ("Internal failure", "look at the events of its stack in that account"),
    ],
)
def test_a_reason_of_aws_has_a_remedy(deploying, reason, remedy):
    deploying.fails("dev", reason)

    told = deploying.members()[1]

    assert f"{reason}. Fix: " in told
    assert f"{remedy}, then run this again" in told


def test_the_next_run_tries_again_what_failed(deploying):
    deploying.fails("dev", "Internal failure")
    deploying.members()
    deploying.aws.failing.clear()

    code, told = deploying.members()

    assert (code, "4 of 4" in told) == (0, True)
    assert "those that failed are tried again" in told


def test_a_second_run_changes_nothing(deploying):
    deploying.members()
    before = len(deploying.aws.operations)

    code, told = deploying.members()

    assert (code, len(deploying.aws.operations)) == (0, before)
    assert "  unchanged\n" in told


def test_an_account_that_the_stack_set_has_not_reached_is_deployed_to(deploying, organization):
    deploying.members()
    organization.joins("late")  # Automatic deployment has not come to it.

    code, told = deploying.members()

    assert (code, "stacks to deploy: 1;" in told, "5 of 5" in told) == (0, True, True)


def test_a_hub_that_was_deployed_anew_is_trusted_after_the_next_run(deploying):
    deploying.members()
    deploying.role = f"arn:aws:iam::{deploying.account}:role/last-activity-ReporterRole-2"

    assert deploying.members()[0] == 0
    assert deploying.aws.sets[ROLE].parameters["HubRoleArn"] == deploying.role


def test_only_the_units_that_are_given_get_the_role_with_those_below_them(deploying, organization):
    code, told = deploying.members(OU=organization.workloads)

    assert code == 0
    assert deploying.accounts(ROLE) == {organization.ids["prod"], organization.ids["batch"]}
    assert "2 of 2 accounts" in told
    others = ", ".join(sorted(map(organization.title, ("hub", "dev")), key=lambda title: title.split("(")[1]))
    assert f"2 other accounts are in none of the organizational units: {others}." in told


def test_a_later_run_without_units_keeps_to_them_and_one_with_more_adds_them(deploying, organization):
    deploying.members(OU=organization.jobs)
    deploying.members()
    assert deploying.accounts(ROLE) == {organization.ids["batch"]}

    deploying.members(OU=organization.workloads)

    assert deploying.accounts(ROLE) == {organization.ids["prod"], organization.ids["batch"]}


def test_what_covers_the_whole_organization_is_not_narrowed_by_units(deploying, organization):
    deploying.members()

    code, told = deploying.members(OU=organization.jobs)

    assert (code, "4 of 4" in told, "unchanged" in told) == (0, True, True)
    assert "It covers the whole organization already: OU is not needed." in told


def test_units_are_widened_to_the_whole_organization_by_its_root(deploying, organization):
    deploying.members(OU=organization.jobs)

    assert "4 of 4 accounts" in deploying.members(OU=organization.root)[1]


def test_a_unit_without_accounts_is_covered_for_those_that_will_join_it(deploying, organization):
    empty = organization.unit("Empty", organization.root)
    assert deploying.members(OU=empty)[0] == 0

    deploying.aws.account_joins(organization.joins("new", empty), empty)

    assert deploying.accounts(ROLE) == {organization.ids["new"]}


def test_where_the_hub_has_a_list_of_accounts_only_those_get_the_role_and_none_that_joins(organization, capsys):
    ids = organization.ids
    deploying = Deploying(organization, capsys, Accounts=f"{ids['prod']},{ids['dev']}")

    code, told = deploying.members()
    deploying.aws.account_joins(organization.joins("new"), organization.root)

    assert (code, "2 of 2 accounts" in told) == (0, True)
    assert deploying.accounts(ROLE) == {ids["prod"], ids["dev"]}


def test_a_closed_account_is_no_failure(deploying, organization):
    organization.moto.close_account(AccountId=organization.ids["dev"])

    assert "3 of 3 accounts" in deploying.members()[1]


def test_an_operation_that_runs_already_is_waited_for(deploying):
    deploying.members()
    deploying.aws.sets[ROLE].looks_left = 3  # As of an account that has just joined.
    deploying.role += "-2"

    assert deploying.members()[0] == 0
    assert deploying.waited >= 15


def test_an_operation_that_does_not_end_is_said_to_go_on(deploying):
    deploying.aws.lasting = 10**6

    code, told = deploying.members()

    assert code == 1
    assert "goes on, and is not done after 60 minutes; the same command shows what came of it" in told


def test_another_hubs_stack_set_is_left_alone(deploying, organization, capsys):
    deploying.members()
    other = Deploying(organization, capsys, organization.ids["dev"])
    other.aws.sets = deploying.aws.sets

    with pytest.raises(Failed, match="it is of another hub"):
        other.members()
    assert other.destroyed() == []


def test_without_trusted_access_it_says_how_to_activate_it_and_what_to_do_by_hand(deploying, organization):
    deploying.aws.is_trusted = False

    code, told = deploying.members()

    assert code == 1
    assert (
        f"Fix, in the management account {organization.management}: aws cloudformation activate-organizations-access"
        in told
    )
    assert "run this with credentials of each account:\n    aws cloudformation deploy" in told


def test_an_account_that_is_no_delegated_administrator_is_told_how_to_become_one(deploying, organization):
    deploying.aws.delegated = set()

    code, told = deploying.members()

    assert code == 1
    assert (
        "register-delegated-administrator --service-principal member.org.stacksets.cloudformation.amazonaws.com"
        f" --account-id {deploying.account}"
    ) in told


def test_without_an_organization_the_command_for_each_account_is_printed(aws, capsys):
    class Alone:
        moto, management, ids = aws("organizations"), "", {"hub": "123456789012"}

    deploying = Deploying(Alone, capsys, Accounts="111111111111,222222222222")
    code, told = deploying.members()

    assert code == 1
    assert "account 123456789012 is in no organization" in told
    assert "credentials of each of 111111111111, 222222222222:\n    aws cloudformation deploy" in told


def test_a_stack_that_reads_its_own_account_alone_has_no_members(organization, capsys):
    with pytest.raises(Failed, match="run make deploy MemberRoleName=last-activity-member first"):
        Deploying(organization, capsys, MemberRoleName="").members()


@pytest.mark.parametrize("text", ["Workloads", "ou-ab12", "o-exampleorgid", "ou-ab12-cd34ef56,prod"])
def test_what_is_no_unit_is_refused(text):
    with pytest.raises(Unusable, match="ids of organizational units are needed"):
        units(text)


def test_all_other_accounts_forward_from_all_regions_the_hubs_own_among_them(deploying, organization):
    code, told = deploying.forwarders()

    ids = [organization.ids[name] for name in ("dev", "prod", "batch")]
    found = deploying.aws.sets[FORWARDER]
    assert code == 0
    assert set(found.instances) == {(account, region) for account in ids for region in (REGION, *OTHERS)}
    assert found.parameters == {"HubBusArn": deploying.hub.bus}
    assert "3 of 3 accounts forward from all of 3 regions." in told
    assert "for region in eu-west-1 eu-central-1 us-east-1; do aws cloudformation deploy" in told


def test_a_region_where_an_account_fails_is_named(deploying, organization):
    for region in OTHERS:
        deploying.fails("prod", "Internal failure", region)

    code, told = deploying.forwarders()

    assert code == 1
    assert "2 of 3 accounts forward" in told
    assert f"{organization.title('prod')}: failed in eu-central-1, us-east-1: Internal failure. Fix: " in told


def test_a_region_that_is_enabled_later_is_added(deploying):
    deploying.forwarders(OTHERS[:1])

    code, told = deploying.forwarders()

    assert (code, "stacks to deploy: 3;" in told) == (0, True)


def test_a_key_that_the_forwarders_were_given_stays_and_what_the_template_no_longer_has_goes(deploying):
    deploying.forwarders()
    found = deploying.aws.sets[FORWARDER]
    found.parameters |= {"KmsKeyArn": "arn:aws:kms:eu-west-1:123456789012:key/mine", "Retired": "x"}
    found.body = "of an older version"

    deploying.forwarders()

    assert found.parameters["KmsKeyArn"].endswith("key/mine")
    assert "Retired" not in found.parameters
    assert found.body != "of an older version"


def test_forwarders_by_hand_are_no_failure(deploying):
    deploying.aws.is_trusted = False

    code, told = deploying.forwarders()

    assert code == 0
    assert "activate-organizations-access" in told
    assert "--template-file ingest/forwarder.yaml" in told


def test_a_stack_that_no_other_account_may_forward_to_says_so(organization, capsys):
    code, told = Deploying(organization, capsys, OrganizationId="").forwarders()

    assert (code, "make deploy OrganizationId=o-" in told) == (0, True)
    assert Deploying(organization, capsys, OrganizationId="", MemberRoleName="").forwarders() == (0, "")


def test_the_hub_in_the_management_account_leaves_nobody_out(organization, capsys):
    deploying = Deploying(organization, capsys, organization.management)

    code, told = deploying.forwarders()

    assert (code, "4 of 4" in told, "leaves out" in told) == (0, True, False)
    (asked,) = deploying.aws.calls("CreateStackInstances")
    assert asked["DeploymentTargets"] == {"OrganizationalUnitIds": [organization.root]}


def test_both_stack_sets_are_taken_away_with_their_stacks_and_nothing_is_left_for_a_second_time(deploying):
    deploying.members()
    deploying.forwarders()

    first, second = deploying.destroyed()

    assert first.told == "removed, with 9 stacks"
    assert second.told == "removed, with 4 stacks"
    assert deploying.aws.sets == {}
    assert deploying.destroyed() == []


def test_the_forwarders_can_be_taken_away_alone(deploying):
    deploying.members()
    deploying.forwarders()

    assert [each.region for each in deploying.withdrawn()] == [f"StackSet {FORWARDER}"]
    assert list(deploying.aws.sets) == [ROLE]
    assert deploying.withdrawn() == []


def test_a_stack_that_cannot_be_deleted_is_told_and_the_next_time_does_the_rest(deploying, organization):
    deploying.members()
    deploying.fails("dev", "the account is closed")

    (outcome,) = deploying.destroyed()

    assert not outcome.is_good
    assert "1 of 4 stacks remain: the account is closed" in outcome.told
    assert "--retain-stacks --regions eu-west-1" in outcome.told
    assert f"Accounts=[{organization.ids['dev']}],AccountFilterType=INTERSECTION" in outcome.told
    assert deploying.accounts(ROLE) == {organization.ids["dev"]}

    deploying.aws.failing.clear()
    assert [each.is_good for each in deploying.destroyed()] == [True]


def test_one_stack_set_that_is_refused_does_not_keep_the_other(deploying):
    deploying.members()
    deploying.forwarders()
    deploying.aws.sets[FORWARDER].looks_left = 10**6

    first, second = deploying.destroyed()

    assert (first.is_good, second.is_good) == (False, True)
    assert "another operation of StackSet last-activity-forwarder is not done" in first.told


def test_a_deployment_of_one_account_removes_without_a_word_of_stack_sets(deploying):
    deploying.aws.delegated = set()
    deploying.parameters = {}

    assert deploying.destroyed() == []


def test_that_stack_sets_were_not_looked_for_is_told(deploying):
    deploying.aws.is_trusted = False

    (outcome,) = deploying.destroyed()

    assert outcome.told.startswith("not looked for: ")
