import pytest

from activity.arn import is_role, is_root, is_user, parts, without_path


@pytest.mark.parametrize(
    ("arn", "kinds"),
    [
        pytest.param("arn:aws:iam::123456789012:user/alice", (True, False, False), id="user"),
        pytest.param(
            "arn:aws-cn:iam::123456789012:role/ci/deploy", (False, True, False), id="role with a path"
        ),
        pytest.param("arn:aws:iam::123456789012:root", (False, False, True), id="root user"),
        pytest.param(
            "arn:aws:iam::123456789012:user/a:role/alice", (True, False, False), id="user, a path like a role"
        ),
        pytest.param(
            "arn:aws:iam::123456789012:role/x:user/deploy", (False, True, False), id="role, a path like a user"
        ),
        pytest.param(
            "arn:aws:iam::123456789012:user/x:root", (True, False, False), id="user with a name like root's"
        ),
        pytest.param("arn:aws:sts::123456789012:assumed-role/deploy/s", (False, False, False), id="session"),
        pytest.param("arn:aws:identitystore:::user/906", (False, False, False), id="Identity Center user"),
        pytest.param("alice", (False, False, False), id="no ARN"),
    ],
)
def test_a_kind_is_told_by_the_arns_parts(arn, kinds):
    assert (is_user(arn), is_role(arn), is_root(arn)) == kinds


def test_parts_of_what_is_no_arn_are_empty():
    assert parts("alice") == ("", "", "", "")
    assert parts("arn:aws:iam") == ("", "", "", "")


def test_a_name_may_have_colons():
    arn = parts("arn:aws:iam::123456789012:role/aws:ec2-instance")

    assert (arn.account, arn.type, arn.name) == ("123456789012", "role", "aws:ec2-instance")


@pytest.mark.parametrize(
    ("arn", "short"),
    [
        pytest.param(
            "arn:aws:iam::123456789012:role/a/b/deploy", "arn:aws:iam::123456789012:role/deploy", id="path"
        ),
        pytest.param(
            "arn:aws:iam::123456789012:role/deploy", "arn:aws:iam::123456789012:role/deploy", id="none"
        ),
        pytest.param("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root", id="root user"),
    ],
)
def test_an_arn_without_its_path(arn, short):
    assert without_path(arn) == short
