"""Who is in the IAM of the local server."""

import re

CREATED = "2024-02-01T08:00:00Z"
NOBODY_MAY = '{"Version":"2012-10-17","Statement":[]}'


def make_people(iam):
    """alice will be seen, carol and the role never were, frank is exempt."""
    for name in ("alice", "carol"):
        iam.create_user(UserName=name)
        iam.create_access_key(UserName=name)
    exempt = {"Key": "last-activity:exempt", "Value": "break-glass CISO"}
    iam.create_user(UserName="frank", Tags=[exempt])
    iam.create_login_profile(UserName="carol", Password="Correct-Horse-1")
    iam.create_role(RoleName="legacy-batch", AssumeRolePolicyDocument=NOBODY_MAY)


def make_trail(cloudtrail, s3, sns):
    """Of all regions, as events need; only its settings matter here. The topic is CloudTrail's: tests publish to it."""
    sns.create_topic(Name="trail")
    s3.create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    cloudtrail.create_trail(Name="all", S3BucketName="trail", IsMultiRegionTrail=True)
    cloudtrail.start_logging(Name="all")


def years_pass(state, made=7):
    """The server dates what is made to the present, and offers no other way: here everything it kept is older."""
    text, times = re.subn(r'("CreateDate": )"[^"]+"', rf'\1"{CREATED}"', state.read_text())
    assert times == made
    state.write_text(text)
