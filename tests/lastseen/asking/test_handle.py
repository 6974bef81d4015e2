"""Every handle that people have in their hands, by its form."""

from ipaddress import ip_network

import pytest

from lastseen.asking.forms import Unrecognised, recognise
from lastseen.asking.handle import Handle, Name

USER_ID = "AIDAEXAMPLEALICE00001"
ROLE_ID = "AROAEXAMPLEDEPLOY0001"
KEY = "AKIAEXAMPLEALICE0001"
PERSON = "b4c8d418-20a1-70ee-9f3d-1234567890ab"


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov", "aws-iso-b", "aws-eusc"])
@pytest.mark.parametrize(
    ("resource", "name"),
    [
        ("user/people/alice", Name("alice", ("user",), "123456789012")),
        ("role/deploy", Name("deploy", ("role",), "123456789012")),
        ("root", None),
    ],
)
def test_an_iam_arn_is_the_principal_itself_in_every_partition(partition, resource, name):
    arn = f"arn:{partition}:iam::123456789012:{resource}"

    assert recognise(arn).principals == (arn,)
    assert recognise(arn).name == name  # Where it is not found so, whoever has the name is.


def test_a_role_with_a_path_may_be_known_without_it():
    assert recognise("arn:aws:iam::123456789012:role/ci/deploy").principals == (
        "arn:aws:iam::123456789012:role/ci/deploy",
        "arn:aws:iam::123456789012:role/deploy",
    )


def test_a_role_session_is_the_role_by_its_name_and_the_session():
    handle = recognise("arn:aws-cn:sts::123456789012:assumed-role/deploy/build-42")

    assert handle.principals == ("arn:aws-cn:iam::123456789012:role/deploy",)
    assert handle.name == Name("deploy", ("role",), "123456789012")
    assert (handle.session, handle.facets, handle.is_certain) == ("build-42", (), True)


def test_a_session_of_an_identity_center_role_is_a_facet():
    handle = recognise("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0a/judy@example.com")

    assert handle.facets == ("SESSION#judy@example.com",)
    assert handle.name == Name("AWSReservedSSO_Admin_0a", ("role",), "123456789012")


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        pytest.param(KEY, (f"KEY#{KEY}", f"DENIED#{KEY}"), id="access key"),
        pytest.param(f'  "{KEY}",\n', (f"KEY#{KEY}", f"DENIED#{KEY}"), id="as copied from JSON"),
        pytest.param(KEY.lower(), (f"KEY#{KEY}", f"DENIED#{KEY}"), id="access key in small letters"),
        pytest.param(USER_ID, (f"ID#{USER_ID}", f"DENIED#{USER_ID}"), id="user id"),
        pytest.param(ROLE_ID, (f"ID#{ROLE_ID}", f"DENIED#{ROLE_ID}"), id="role id"),
        pytest.param(PERSON, (f"ID#{PERSON}", f"DENIED#{PERSON}"), id="Identity Center user"),
        pytest.param(f"906753a3d8-{PERSON}", (f"ID#906753a3d8-{PERSON}", f"DENIED#906753a3d8-{PERSON}"), id="older one"),
        pytest.param("198.51.100.7", ("IP#198.51.100.7",), id="address"),
        pytest.param("2001:DB8:0:0::1", ("IP#2001:db8::1",), id="IPv6 address in its shortest form"),
        pytest.param("198.51.100.7/31", ("IP#198.51.100.6", "IP#198.51.100.7"), id="few addresses"),
        pytest.param("S3.amazonaws.com", ("SERVICE#s3.amazonaws.com",), id="service"),
        pytest.param("s3.amazonaws.com.cn", ("SERVICE#s3.amazonaws.com.cn",), id="service in China"),
    ],
)  # fmt: skip
def test_what_is_a_facet_takes_no_scan(text, facets):
    handle = recognise(text)

    assert handle.facets == facets
    assert (handle.name, handle.network, handle.federated) == (None, None, "")


def test_a_unique_id_may_come_with_its_session():
    handle = recognise(f"{ROLE_ID}:build-42")

    assert (handle.facets[0], handle.session) == (f"ID#{ROLE_ID}", "build-42")


@pytest.mark.parametrize("text", ["198.51.100.0/24", "198.51.100.9/24", "2001:db8::/64"])
def test_a_network_takes_a_scan(text):
    handle = recognise(text)

    assert (handle.network, handle.facets) == (ip_network(text, strict=False), ())


def test_a_federated_user_is_known_by_the_last_sighting_of_who_issued_it():
    handle = recognise("arn:aws:sts::123456789012:federated-user/mike")

    assert (handle.federated, handle.account, handle.principals) == ("mike", "123456789012", ())


def test_a_word_may_be_a_service_a_session_a_user_or_a_role():
    handle = recognise("s3")

    assert handle == Handle(
        "a name",
        facets=("SERVICE#s3.amazonaws.com", "SESSION#s3"),
        name=Name("s3"),
        is_certain=False,
        last_session="s3",
        hint=handle.hint,
    )
    assert "Of sessions, Identity Center's are kept" in handle.hint
    assert handle.session_begins == "s3"


@pytest.mark.parametrize("text", ["123456789012", "1234-5678-9012"])
def test_an_accounts_id_is_its_root_user_and_may_be_a_name(text):
    handle = recognise(text)

    assert handle.facets == ("ID#123456789012", "DENIED#123456789012")
    assert (handle.name, handle.is_certain, handle.account) == (Name(text), False, "123456789012")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        pytest.param(KEY[:-1], "An access key id has 20 characters, and this has 19: some may be missing.", id="19"),
        pytest.param(f"{KEY}A", "An access key id has 20 characters, and this has 21: some may be too many.", id="21"),
        pytest.param(KEY[:14], "An access key id has 20 characters, and this has 14", id="too short for IAM"),
        pytest.param(KEY[:-1].lower(), "An access key id has 20 characters, and this has 19", id="small letters"),
        pytest.param(USER_ID[:-1], "A user's unique id has 21 characters, and this has 20", id="user"),
        pytest.param(f"{ROLE_ID}1:build-42", "A role's unique id has 21 characters, and this has 22", id="role"),
        pytest.param("12345678901", "An account's id has 12 digits, and this has 11.", id="account"),
        pytest.param("1234567890123", "An account's id has 12 digits, and this has 13.", id="account, too long"),
    ],
)  # fmt: skip
def test_an_id_that_is_too_short_or_too_long_has_a_hint(text, hint):
    assert recognise(text).hint.startswith(hint)


@pytest.mark.parametrize(
    "text", [KEY, USER_ID, ROLE_ID, "aidan", "akiara-deploy", "AKIA", "2026", "123456789012"]
)
def test_what_is_whole_or_a_name_has_no_such_hint(text):
    assert "and this has" not in recognise(text).hint


@pytest.mark.parametrize("name", ["asiapacificdeploy", "AsiaPacificReader", "aidanjohnsonsmith"])
def test_a_name_that_begins_as_ids_do_is_a_name(name):
    assert recognise(name).means == "a name"


def test_an_email_address_is_no_service():
    assert recognise("judy@example.com").facets == ("SESSION#judy@example.com",)


@pytest.mark.parametrize(
    ("name", "principal", "fits"),
    [
        (Name("alice"), "arn:aws:iam::123456789012:user/people/alice", True),
        (Name("alice"), "arn:aws-cn:iam::123456789012:role/alice", True),
        (Name("alice", ("role",)), "arn:aws:iam::123456789012:user/people/alice", False),
        (Name("alice", account="210987654321"), "arn:aws:iam::123456789012:user/alice", False),
        (Name("people/alice", ("user",)), "arn:aws:iam::123456789012:user/people/alice", True),
        (Name("lice"), "arn:aws:iam::123456789012:user/alice", False),
        (Name("people"), "arn:aws:iam::123456789012:user/people/alice", False),
        (Name("alice"), "arn:aws:identitystore:::user/alice", False),
        (Name("coverage"), "coverage", False),
    ],
)
def test_a_name_fits_whatever_the_path(name, principal, fits):
    assert name.fits(principal) is fits


def test_kind_and_name_may_be_given_together():
    assert recognise("user/people/alice").name == Name("people/alice", ("user",))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("ASIAEXAMPLE000000001", "AttributeKey=AccessKeyId,AttributeValue=ASIAEXAMPLE000000001", id="temporary key"),
        pytest.param("AGPAEXAMPLE0000000001", "is not the id of a user or role", id="group id"),
        pytest.param("arn:aws:s3:::bucket", "is not the ARN of a user, role, root user or session", id="bucket"),
        pytest.param("arn:aws:iam::123456789012:policy/p", "is not the ARN of a user, role", id="policy"),
        pytest.param("arn:aws:iam::123456789012:user/", "is not the ARN of a user, role", id="no name"),
        pytest.param("999.1.2.3", "is not an IPv4 address or network: ", id="a number beyond 255"),
        pytest.param("10.0.0.0/33", "is not an IPv4 address or network: ", id="a network of more than 32 bits"),
        pytest.param("010.0.0.1", "is not an IPv4 address or network: ", id="a leading zero"),
        pytest.param("", "can't be looked up", id="nothing"),
        pytest.param("two words", "can't be looked up", id="two words"),
        pytest.param("x" * 65, "can't be looked up", id="longer than any name"),
    ],
)  # fmt: skip
def test_what_nobody_can_be_found_by_says_why(text, says):
    with pytest.raises(Unrecognised, match=says):
        recognise(text)


def test_all_that_is_searched_can_be_told():
    assert recognise("s3").searched() == [
        "service s3.amazonaws.com",
        "every user and role named s3, or whose name begins so",
        "every session whose name begins with s3",
        "every principal whose last event was by session s3",
    ]
    assert recognise(KEY).searched() == [f"access key {KEY}", f"refused calls of access key {KEY}"]
    assert recognise(ROLE_ID).searched() == [f"unique id {ROLE_ID}", f"refused calls of unique id {ROLE_ID}"]
    assert recognise("root").searched()[0] == "every root user"
    assert recognise("198.51.100.0/24").searched() == ["every address within 198.51.100.0/24"]
    assert recognise("arn:aws:iam::123456789012:root").searched() == [
        "the principal arn:aws:iam::123456789012:root"
    ]
    assert recognise("arn:aws:sts::123456789012:federated-user/mike").searched() == [
        "every principal whose last event was by session mike"
    ]


@pytest.mark.parametrize(
    ("text", "facets"),
    [
        ("::ffff:198.51.100.7", {"IP#198.51.100.7"}),
        ("::FFFF:c633:6407", {"IP#198.51.100.7"}),
        ("::ffff:198.51.100.0/127", {"IP#198.51.100.0", "IP#198.51.100.1"}),
        ("2001:DB8:0::1", {"IP#2001:db8::1"}),
    ],
)
def test_an_address_is_looked_for_in_the_spelling_in_which_it_is_kept(text, facets):
    assert set(recognise(text).facets) == facets
