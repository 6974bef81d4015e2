"""What each account comes to: all that is not simply in use. Made for auditors to read.

An account is what IAM lists (`used` is IAM's word, in days before the report) and what CloudTrail told (`seen`).
A key fits by its id, a password by `SIGNIN`, a user or role by its unique id; `ID#` alone is a sighting that
does not say the id. The limit is 90 days where nothing else is said. Alice is 500 days old, the role deploy 300.
"""

import pytest
from accounts import Heard, Key, Password, Refused, Root, alice, deploy, review_of, seen, seen_on
from builders import ACCOUNT

from reporter.judgement.subjects import Limits

USER, PASSWORD, KEY, ROLE = (
    ("user", "alice", "stale"),
    ("password", "alice", "stale"),
    ("access_key", "AKIA1", "stale"),
    ("role", "deploy", "stale"),
)
NEVER_USER, NEVER_PASSWORD, NEVER_KEY, NEVER_ROLE = (
    (*each[:2], "never_used") for each in (USER, PASSWORD, KEY, ROLE)
)
EXEMPT_USER, EXEMPT_PASSWORD, EXEMPT_KEY, EXEMPT_ROLE = (
    (*each[:2], "exempt") for each in (USER, PASSWORD, KEY, ROLE)
)
UNKNOWN_USER, UNKNOWN_PASSWORD, UNKNOWN_KEY, UNKNOWN_ROLE = (
    (*each[:1], 1, "unknown") for each in (USER, PASSWORD, KEY, ROLE)
)
DORMANT_USER, DORMANT_PASSWORD, DORMANT_KEY, DORMANT_ROLE = (
    (*each[:2], "dormant") for each in (USER, PASSWORD, KEY, ROLE)
)
DISABLED = ("access_key", "AKIA1", "disabled")

ALICE, DEPLOY = "AIDAALICE", "AROADEPLOY"
ID, OF_DEPLOY = f"ID#{ALICE}", (f"ID#{DEPLOY}", "role/deploy")
IN_USE = Password(used=5)
ALICES_ARN = f"arn:aws:iam::{ACCOUNT}:user/alice"
TABLE, INDEX = "the activity table", "the activity table's index"


def not_read(*what):
    return [("gap", each, "not read") for each in what]


PASSWORDS = [
    pytest.param([alice(Password(used=89))], [], id="password, used 89 days ago says IAM"),
    pytest.param([alice(Password(used=90))], [USER, PASSWORD], id="password, used 90 days ago says IAM"),
    pytest.param([alice(Password(used=91))], [USER, PASSWORD], id="password, used 91 days ago says IAM"),
    pytest.param([alice(Password(used=200)), seen(89, "SIGNIN"), seen(89, ID)], [], id="password, seen 89 days ago, long after IAM's date"),
    pytest.param([alice(Password(used=200)), seen(90, "SIGNIN"), seen(90, ID)], [USER, PASSWORD], id="password, seen 90 days ago"),
    pytest.param([alice(Password(used=200)), seen(91, "SIGNIN"), seen(91, ID)], [USER, PASSWORD], id="password, seen 91 days ago"),
    pytest.param([alice(Password(used=89)), seen(200, "SIGNIN"), seen(200, ID)], [], id="password, used 89 days ago says IAM, seen long before"),
    pytest.param([alice(Password()), seen(10, "SIGNIN"), seen(10, ID)], [], id="password that IAM knows no use of, and CloudTrail does"),
    pytest.param([alice(Password(changed=89), made=89)], [], id="password never used, of a user 89 days old"),
    pytest.param([alice(Password(changed=90), made=90)], [NEVER_USER, NEVER_PASSWORD], id="password never used, of a user 90 days old"),
    pytest.param([alice(Password(changed=91), made=91)], [NEVER_USER, NEVER_PASSWORD], id="password never used, of a user 91 days old"),
    pytest.param([alice(Password(changed=89), Key(used=5))], [], id="password never used since it was set 89 days ago"),
    pytest.param([alice(Password(changed=90), Key(used=5))], [NEVER_PASSWORD], id="password never used since it was set 90 days ago"),
    pytest.param([alice(Password(changed=91), Key(used=5))], [NEVER_PASSWORD], id="password never used since it was set 91 days ago"),
    pytest.param([alice(Password(used=400, changed=1))], [], id="password used long ago, and set yesterday"),
    pytest.param([alice(Password(used=400, changed=89))], [], id="password used long ago, and set 89 days ago"),
    pytest.param([alice(Password(used=400, changed=90))], [USER, PASSWORD], id="password used long ago, and set 90 days ago"),
    pytest.param([alice(Password(used=400, changed=1), Key(used=300))], [KEY], id="the clock of a user whose password was set yesterday starts then"),
    pytest.param([alice(Password(used=89, changed=300))], [], id="password set long ago, and used 89 days ago"),
    pytest.param([alice(Password(used=400, changed=100)), seen(5, "SIGNIN"), seen(5, ID)], [], id="password set, and used since by CloudTrail's word"),
    pytest.param([alice(Password(used=100), signed_in=1)], [], id="password used since the credential report was made"),
    pytest.param([alice(signed_in=89)], [], id="password removed, used 89 days ago: the user was active"),
    pytest.param([alice(signed_in=90)], [USER], id="password removed, used 90 days ago: the user is stale, and no password"),
]  # fmt: skip

KEYS = [
    pytest.param([alice(IN_USE, Key(used=89))], [], id="key, used 89 days ago says IAM"),
    pytest.param([alice(IN_USE, Key(used=90))], [KEY], id="key, used 90 days ago says IAM"),
    pytest.param([alice(IN_USE, Key(used=91))], [KEY], id="key, used 91 days ago says IAM"),
    pytest.param([alice(IN_USE, Key(used=300)), seen(89, "KEY#AKIA1")], [], id="key, seen 89 days ago, long after IAM's date"),
    pytest.param([alice(IN_USE, Key(used=300)), seen(90, "KEY#AKIA1")], [KEY], id="key, seen 90 days ago"),
    pytest.param([alice(IN_USE, Key(used=300)), seen(91, "KEY#AKIA1")], [KEY], id="key, seen 91 days ago"),
    pytest.param([alice(IN_USE, Key()), seen(10, "KEY#AKIA1")], [], id="key that IAM knows no use of, and CloudTrail does"),
    pytest.param([alice(IN_USE, Key(made=89))], [], id="key never used, 89 days old"),
    pytest.param([alice(IN_USE, Key(made=90))], [NEVER_KEY], id="key never used, 90 days old"),
    pytest.param([alice(IN_USE, Key(made=91))], [NEVER_KEY], id="key never used, 91 days old"),
    pytest.param([alice(Key("AKIA1", used=100), Key("AKIA2", used=5))], [KEY], id="two keys, one of them idle"),
    pytest.param([alice(Key("AKIA2", used=5), Key("AKIA1"))], [NEVER_KEY], id="two keys, one of them never used"),
    pytest.param([alice(Key("AKIA1", used=100), Key("AKIA2"))], [USER, KEY, ("access_key", "AKIA2", "never_used")], id="two keys, one dormant and one never used"),
    pytest.param([alice(IN_USE, Key("AKIA1", used=100), Key("AKIA2", made=3))], [KEY], id="an idle key beside the one that is to replace it"),
    pytest.param([alice(IN_USE, Key(used=100, is_active=False))], [DISABLED], id="key disabled, used long ago"),
    pytest.param([alice(Key(used=89, is_active=False))], [DISABLED], id="key disabled, used 89 days ago: the user was active"),
    pytest.param([alice(Key(used=90, is_active=False))], [USER, DISABLED], id="key disabled, used 90 days ago: the user is stale, and no key"),
    pytest.param([alice(Key("AKIA2", used=5), Key("AKIA3", used=5), Key("AKIA1", used=100))], [KEY], id="third key, idle: it is in no column of the credential report"),
    pytest.param([alice(Key("AKIA2", used=5), Key("AKIA3", used=5), Key("AKIA1"))], [NEVER_KEY], id="third key, never used"),
    pytest.param([alice(Key("AKIA1", used=100), Key("AKIA2", used=5), Key("AKIA3", used=5))], [KEY], id="third key in use beside an idle one"),
    pytest.param([alice(Key("AKIA1", used=100), Key("AKIA2", made=5, used=100), Key("AKIA3", used=5))], [KEY, ("access_key", "AKIA2", "stale")], id="third key alone in use: its user is active"),
    pytest.param([alice(IN_USE, Key(used=100, toggled=3))], [KEY], id="key switched off and on 3 days ago, used 100 days ago: that is no use"),
    pytest.param([alice(IN_USE, Key(used=5, toggled=3))], [], id="key switched off and on 3 days ago, used 5 days ago"),
    pytest.param([alice(IN_USE, Key(toggled=3))], [NEVER_KEY], id="key switched off and on 3 days ago, never used: it is as old as before"),
    pytest.param([alice(IN_USE, Key("AKIA1", used=100), Key("AKIA2", used=5))], [KEY], id="two keys made in the same second are told apart"),
    pytest.param([alice(IN_USE, Key(used=100)), seen(10, "KEY#AKIA9")], [KEY], id="a key that no longer exists was seen: the other is idle"),
]  # fmt: skip

USERS = [
    pytest.param([alice(made=89)], [], id="no credential, 89 days old"),
    pytest.param([alice(made=90)], [NEVER_USER], id="no credential, 90 days old"),
    pytest.param([alice(made=91)], [NEVER_USER], id="no credential, 91 days old"),
    pytest.param([alice(), seen(10, ID)], [], id="no credential, but seen"),
    pytest.param([alice(Password(used=100), Key(used=89))], [PASSWORD], id="idle password, key used 89 days ago: the user is active"),
    pytest.param([alice(Password(used=100), Key(made=89))], [PASSWORD], id="idle password, and a key made 89 days ago: the user has had no chance yet"),
    pytest.param([alice(Password(used=100), Key(made=90))], [USER, PASSWORD, NEVER_KEY], id="idle password, and a key made 90 days ago"),
    pytest.param([alice(Password(used=100), Key(made=91))], [USER, PASSWORD, NEVER_KEY], id="idle password, and a key made 91 days ago"),
    pytest.param([alice(Password(changed=2))], [], id="a password set the day before yesterday, for a user of old"),
    pytest.param([alice(Password(used=89), Key(used=100))], [KEY], id="idle key, password used 89 days ago: the user is active"),
    pytest.param([alice(Password(used=90), Key(used=90))], [USER, PASSWORD, KEY], id="password and key both used 90 days ago"),
    pytest.param([alice(Password(used=100), Key())], [USER, PASSWORD, NEVER_KEY], id="dormant password, key never used: the user is dormant"),
    pytest.param([alice(Password(), Key())], [NEVER_USER, NEVER_PASSWORD, NEVER_KEY], id="never signed in, and the key never used"),
    pytest.param([alice(Password(changed=1), Key(made=1), made=1)], [], id="made yesterday"),
    pytest.param([alice(Password(used=100), Key(used=100)), seen(10, ID), seen(10, "KEY#AKIA1")], [PASSWORD], id="key seen: the user is active, the password is not"),
    pytest.param([alice(Password(used=100)), seen(10, ID)], [PASSWORD], id="seen with temporary credentials: the user is active, the password is not"),
    pytest.param([alice(Password(used=100)), seen(10, "ID#"), seen(10, "SIGNIN")], [], id="signed in by an event that does not say the unique id"),
    pytest.param([alice(Key(used=100), path="/people/"), seen(10, ID, "user/people/alice"), seen(10, "KEY#AKIA1", "user/people/alice")], [], id="user with a path, seen"),
    pytest.param([alice(IN_USE), alice(name="bob", id="AIDABOB")], [("user", "bob", "never_used")], id="two users, each judged alone"),
]  # fmt: skip

DENIED = [
    pytest.param([alice(Key(used=300)), seen(89, "DENIED#AKIA1"), seen(89, f"DENIED#{ALICE}")], [], id="key refused 89 days ago: somebody holds it"),
    pytest.param([alice(Key(used=300)), seen(90, "DENIED#AKIA1"), seen(90, f"DENIED#{ALICE}")], [USER, KEY], id="key refused 90 days ago"),
    pytest.param([alice(Key()), seen(100, "DENIED#AKIA1"), seen(100, f"DENIED#{ALICE}")], [USER, KEY], id="key only ever refused: tried, and so not never used"),
    pytest.param([deploy(), seen(89, f"DENIED#{DEPLOY}", "role/deploy")], [], id="role refused 89 days ago"),
    pytest.param([deploy(), seen(90, f"DENIED#{DEPLOY}", "role/deploy")], [ROLE], id="role refused 90 days ago"),
]  # fmt: skip

ROLES = [
    pytest.param([deploy(used=89)], [], id="role, used 89 days ago says IAM"),
    pytest.param([deploy(used=90)], [ROLE], id="role, used 90 days ago says IAM"),
    pytest.param([deploy(used=91)], [ROLE], id="role, used 91 days ago says IAM"),
    pytest.param([deploy(used=200), seen(89, *OF_DEPLOY)], [], id="role, seen 89 days ago, long after IAM's date"),
    pytest.param([deploy(used=200), seen(90, *OF_DEPLOY)], [ROLE], id="role, seen 90 days ago"),
    pytest.param([deploy(used=200), seen(91, *OF_DEPLOY)], [ROLE], id="role, seen 91 days ago"),
    pytest.param([deploy(made=89)], [], id="role never used, 89 days old"),
    pytest.param([deploy(made=90)], [NEVER_ROLE], id="role never used, 90 days old"),
    pytest.param([deploy(made=91)], [NEVER_ROLE], id="role never used, 91 days old"),
    pytest.param([deploy(made=500)], [NEVER_ROLE], id="role never used in the 400 days that IAM looks back"),
    pytest.param([deploy(made=900), seen(399, *OF_DEPLOY)], [ROLE], id="role of 900 days whose use IAM has forgotten, and CloudTrail told"),
    pytest.param([deploy(path="/aws-service-role/x.amazonaws.com/")], [("role", 1, "service_linked_role")], id="role that is service-linked: left out and counted"),
    pytest.param([deploy(path="/aws-reserved/sso.amazonaws.com/eu-west-1/")], [("role", 1, "identity_center_role")], id="role of Identity Center: left out and counted"),
    pytest.param([deploy(path="/service-role/")], [NEVER_ROLE], id="role that a service's console made: judged as any other"),
    pytest.param([deploy(path="/service-role/"), seen(10, "ID#", "role/service-role/deploy")], [], id="role assumed by a service alone, which does not say its unique id"),
    pytest.param([deploy(path="/ci/"), seen(10, f"ID#{DEPLOY}", "role/deploy")], [], id="role with a path, seen in sessions that omit it"),
    pytest.param([deploy(path="/ci/"), seen(10, "ID#", "role/deploy")], [], id="role with a path, seen without path and id: no other role has that name"),
    pytest.param([deploy(used=5), deploy(name="batch", id="AROABATCH", used=100)], [("role", "batch", "stale")], id="two roles, each judged alone"),
]  # fmt: skip

NAMES = [
    pytest.param([alice(Password(used=100), Key(used=100)), *(seen(10, facet, "user/maiden") for facet in (ID, "KEY#AKIA1"))], [PASSWORD], id="renamed, and the key seen under the old name"),
    pytest.param([alice(Password(used=100)), seen(10, ID, "user/maiden"), seen(10, "SIGNIN", "user/maiden", principal_id=ALICE)], [], id="renamed, and signed in under the old name"),
    pytest.param([alice(Password(used=100)), seen(10, ID, "user/maiden"), seen(10, "SIGNIN", "user/maiden", principal_id="AIDAOTHER")], [PASSWORD], id="renamed, and another signed in under the old name"),
    pytest.param([alice(Key(used=100)), seen(10, f"DENIED#{ALICE}", "user/maiden"), seen(10, "DENIED#AKIA1", "user/maiden")], [], id="renamed, and refused under the old name"),
    pytest.param([alice(Key(used=300)), seen(120, ID), seen(90, ID, "user/maiden"), seen(90, "KEY#AKIA1", "user/maiden")], [USER, KEY], id="renamed, and idle under both names"),
    pytest.param([alice(path="/people/"), seen(10, ID, "user/alice")], [], id="moved to another path"),
    pytest.param([alice(Password()), seen(10, "ID#AIDAOLD"), seen(10, "SIGNIN", principal_id="AIDAOLD")], [NEVER_USER, NEVER_PASSWORD], id="made anew under an old name: the other was seen"),
    pytest.param([alice(Password(changed=100), made=100), seen(101, "SIGNIN"), seen(101, "ID#")], [NEVER_USER, NEVER_PASSWORD], id="made anew under an old name: sightings from before are of the other"),
    pytest.param([alice(Password(changed=100), made=100), seen(99, "SIGNIN"), seen(99, "ID#")], [USER, PASSWORD], id="made anew under an old name: sightings from then on are its own"),
    pytest.param([alice(Password(changed=100), Key("AKIA2", 100), made=100), seen(10, "KEY#AKIA1")], [NEVER_USER, NEVER_PASSWORD, ("access_key", "AKIA2", "never_used")], id="made anew under an old name: the other's key was seen"),
    pytest.param([deploy(made=100), seen(10, "ID#AROAOLD", "role/deploy")], [NEVER_ROLE], id="role made anew under an old name: the other was seen"),
    pytest.param([deploy(made=100), seen(101, "ID#", "role/deploy")], [NEVER_ROLE], id="role made anew under an old name: assumed by a service before"),
    pytest.param([deploy(made=100), seen(99, "ID#", "role/deploy")], [ROLE], id="role made anew under an old name: assumed by a service since"),
]  # fmt: skip

# The report is made on 2026-11-20.
EXEMPTIONS = [
    pytest.param([deploy(exempt="disaster recovery")], [EXEMPT_ROLE], id="exempt without an end"),
    pytest.param([deploy(exempt="audit until=2026-11-21")], [EXEMPT_ROLE], id="exempt until tomorrow"),
    pytest.param([deploy(exempt="audit until=2026-11-20")], [EXEMPT_ROLE], id="exempt until today: its last day"),
    pytest.param([deploy(exempt="audit until=2026-11-19")], [NEVER_ROLE], id="exempt until yesterday: no longer"),
    pytest.param([deploy(exempt="audit until=soon")], [EXEMPT_ROLE], id="exempt until nobody knows when: as long as the tag is there"),
    pytest.param([deploy(exempt="")], [EXEMPT_ROLE], id="exempt without a reason"),
    pytest.param([deploy(exempt="audit", used=89)], [], id="exempt and in use"),
    pytest.param([alice(Password(used=100), Key(), exempt="CISO")], [EXEMPT_USER, EXEMPT_PASSWORD, EXEMPT_KEY], id="exempt user: its password and keys with it"),
    pytest.param([alice(IN_USE, Key(), exempt="CISO")], [EXEMPT_KEY], id="exempt user in use, with an idle key"),
    pytest.param([alice(Key(), exempt="CISO until=2026-11-19")], [NEVER_USER, NEVER_KEY], id="exempt user until yesterday: its keys neither"),
]  # fmt: skip

LIMITS = [
    pytest.param([alice(Password(used=44)), Limits(user=45)], [], id="users and passwords 45 days: 44"),
    pytest.param([alice(Password(used=45)), Limits(user=45)], [USER, PASSWORD], id="users and passwords 45 days: 45"),
    pytest.param([alice(IN_USE, Key(used=29)), Limits(access_key=30)], [], id="keys 30 days: 29"),
    pytest.param([alice(IN_USE, Key(used=30)), Limits(access_key=30)], [KEY], id="keys 30 days: 30"),
    pytest.param([alice(IN_USE, Key(made=30)), Limits(access_key=30)], [NEVER_KEY], id="keys 30 days: 30 days old and never used"),
    pytest.param([deploy(used=364), Limits(role=365)], [], id="roles 365 days: 364"),
    pytest.param([deploy(used=365, made=500), Limits(role=365)], [ROLE], id="roles 365 days: 365"),
    pytest.param([alice(Password(used=50), Key(used=50)), deploy(used=50), Limits(60, 45, 60)], [KEY], id="only the limit of keys is reached"),
    pytest.param([alice(Password(used=50), Key(used=50)), deploy(used=50), Limits(45, 51, 51)], [USER, PASSWORD], id="only the limit of users is reached"),
]  # fmt: skip

# Of a job of each quarter, the last four runs. With 91 days from one to the next, it is overdue after 137.
QUARTERLY, A_MONTH_LATE, OVERDUE = ([last + 91 * each for each in range(4)] for last in (95, 136, 137))
MONTHLY = [100, 131, 161, 190, 221]
DORMANT = [
    pytest.param([deploy(made=900), seen_on(range(90, 400), *OF_DEPLOY)], [ROLE], id="daily, until 90 days ago"),
    pytest.param([deploy(made=900), seen_on([each for each in range(90, 400) if each % 7 < 5], *OF_DEPLOY)], [ROLE], id="on weekdays, until 90 days ago"),
    pytest.param([deploy(made=900), seen_on(range(91, 400, 7), *OF_DEPLOY)], [ROLE], id="weekly, until 91 days ago: a job that stopped"),
    pytest.param([deploy(made=900), seen_on(MONTHLY, *OF_DEPLOY)], [ROLE], id="monthly, until 100 days ago: a job that stopped"),
    pytest.param([deploy(made=900), seen_on([each - 60 for each in MONTHLY], *OF_DEPLOY), Limits(role=40)], [DORMANT_ROLE], id="monthly, 40 days ago, and roles 40 days: not overdue by half a month"),
    pytest.param([deploy(made=900), seen_on([each - 54 for each in MONTHLY], *OF_DEPLOY), Limits(role=40)], [ROLE], id="monthly, 46 days ago, and roles 40 days: overdue"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY)], [DORMANT_ROLE], id="quarterly, 95 days ago"),
    pytest.param([deploy(made=900), seen_on([95, 187, 277, 369], *OF_DEPLOY)], [DORMANT_ROLE], id="quarterly, by quarters of 90 to 92 days"),
    pytest.param([deploy(made=900), seen_on(A_MONTH_LATE, *OF_DEPLOY)], [ROLE], id="quarterly, 136 days ago, of which 400 days show three runs"),
    pytest.param([deploy(made=900), seen_on([120, 211, 302, 393], *OF_DEPLOY)], [DORMANT_ROLE], id="quarterly, 120 days ago: a month late"),
    pytest.param([deploy(made=900), seen_on([each + 42 for each in (95, 155, 215, 275)], *OF_DEPLOY)], [ROLE], id="each second month, 137 days ago: overdue"),
    pytest.param([deploy(made=900), seen_on([95, 186, 277], *OF_DEPLOY)], [ROLE], id="quarterly, for three runs: too new"),
    pytest.param([deploy(made=900), seen_on([30, 395], *OF_DEPLOY), Limits(role=30)], [ROLE], id="yearly: no 400 days show that"),
    pytest.param([deploy(made=900), seen_on([95, 120, 260, 300, 390], *OF_DEPLOY)], [ROLE], id="irregular"),
    pytest.param([deploy(made=900), seen_on([95, 186, *range(200, 400, 7)], *OF_DEPLOY)], [ROLE], id="weekly, and then quarterly: one that changed its rhythm"),
    pytest.param([deploy(made=900), seen_on([95, 102, 109, 200, 291, 382], *OF_DEPLOY)], [ROLE], id="quarterly, and then weekly: one that changed its rhythm"),
    pytest.param([deploy(made=900, used=92), seen_on(QUARTERLY, *OF_DEPLOY)], [DORMANT_ROLE], id="quarterly, and last used three days later, says IAM"),
    pytest.param([deploy(made=900, used=91), seen_on([each + 25 for each in (95, 186, 277)], *OF_DEPLOY)], [ROLE], id="quarterly, but for a use that IAM alone knows of"),
    pytest.param([deploy(made=300), seen_on(QUARTERLY, *OF_DEPLOY)], [ROLE], id="quarterly, but the first run is of a predecessor"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Heard(each for each in range(431) if not 150 <= each < 154)], [DORMANT_ROLE], id="quarterly, and no events for 4 days"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Heard(each for each in range(431) if not 150 <= each < 155)], [ROLE], id="quarterly, and no events for 5 days"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Heard(range(5, 431))], [ROLE], id="quarterly, and no events for the last 5 days"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Heard(range(365))], [DORMANT_ROLE], id="quarterly, and listening since 4 days after its first run"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Heard(range(300))], [ROLE], id="quarterly, and listening for a part of that"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Heard(())], [ROLE], id="quarterly, and the days on which events came are not known"),
    pytest.param([deploy(made=900, exempt="audit"), seen_on(QUARTERLY, *OF_DEPLOY)], [EXEMPT_ROLE], id="quarterly and exempt: exempt"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Refused("index")], [UNKNOWN_ROLE, *not_read(INDEX)], id="quarterly, and no index: not known"),
    pytest.param([deploy(made=900), seen_on(QUARTERLY[:2], *OF_DEPLOY), seen_on(QUARTERLY[2:], f"DENIED#{DEPLOY}", "role/deploy")], [DORMANT_ROLE], id="quarterly, and refused each time at first"),
    pytest.param([alice(Key(used=95)), seen_on(QUARTERLY, ID), seen_on(QUARTERLY, "KEY#AKIA1")], [DORMANT_USER, DORMANT_KEY], id="a key of each quarter: the user is dormant, too"),
    pytest.param([alice(Password(used=95), Key()), seen_on(QUARTERLY, ID), seen_on(QUARTERLY, "SIGNIN")], [DORMANT_USER, DORMANT_PASSWORD, NEVER_KEY], id="a password of each quarter, and a key never used"),
    pytest.param([alice(Password(used=100), Key(used=95)), seen_on([*QUARTERLY, 100, 103, 109, 120, 131, 140], ID), seen_on(QUARTERLY, "KEY#AKIA1"), seen_on([100, 103, 109, 120, 131, 140], "SIGNIN")], [DORMANT_USER, PASSWORD, DORMANT_KEY], id="a key of each quarter, of a user without a rhythm: disabling the user would disable the key"),
    pytest.param([alice(Key("AKIA1", used=95), Key("AKIA2", used=186)), seen_on(QUARTERLY, ID), seen_on(QUARTERLY[::2], "KEY#AKIA1"), seen_on(QUARTERLY[1::2], "KEY#AKIA2")], [DORMANT_USER, KEY, ("access_key", "AKIA2", "stale")], id="two keys by turns: only the user has a rhythm"),
    pytest.param([alice(Key(used=95)), seen_on(QUARTERLY[:2], ID), seen_on(QUARTERLY[:2], "KEY#AKIA1"), seen_on(QUARTERLY[2:], ID, "user/maiden"), seen_on(QUARTERLY[2:], "KEY#AKIA1", "user/maiden")], [DORMANT_USER, DORMANT_KEY], id="a key of each quarter, of a user that was renamed meanwhile"),
]  # fmt: skip

ROOT = [
    pytest.param(
        [Root(keys=2), alice(IN_USE)], [], id="root, never used and with keys: told on a line of its own"
    ),
]

REPORT = "credential report"
DETAILS = "roles, and the tags of users (GetAccountAuthorizationDetails)"
KEYS_OF_ALICE = f"access keys of {ALICES_ARN}"
GAPS = [
    pytest.param([alice(Password(used=100), Key(used=100)), Refused("GetCredentialReport")], [UNKNOWN_USER, *not_read(REPORT)], id="no credential report: a user that seems idle may be in use by a key"),
    pytest.param([alice(Password(used=89), Key(used=100)), Refused("GetCredentialReport")], not_read(REPORT), id="no credential report: a user who signed in is active by IAM's word"),
    pytest.param([alice(Key(used=100)), seen(10, ID), Refused("GetCredentialReport")], not_read(REPORT), id="no credential report: a user who was seen is active"),
    pytest.param([deploy(used=100), Refused("GetCredentialReport")], [ROLE, *not_read(REPORT)], id="no credential report: roles are judged all the same"),
    pytest.param([alice(Password(used=100), is_in_report=False)], [UNKNOWN_USER, *not_read(f"credentials of {ALICES_ARN}")], id="a user newer than the credential report, or renamed since"),
    pytest.param([alice(Password(used=5), Key(used=100), is_in_report=False, signed_in=5)], not_read(f"credentials of {ALICES_ARN}"), id="a user who is active and not in the credential report: what else it has is not judged"),
    pytest.param([alice(Password(used=5), made=89, is_in_report=False, signed_in=5)], [], id="a user newer than the credential report, with nothing that could be old enough"),
    pytest.param([alice(Password(used=100), made=100, made_in_report=400)], [UNKNOWN_USER, *not_read(f"credentials of {ALICES_ARN}")], id="the credential report's row is of a predecessor"),
    pytest.param([alice(Password(used=100)), Refused("GetAccountAuthorizationDetails")], [UNKNOWN_USER, UNKNOWN_PASSWORD, *not_read(DETAILS)], id="no tags: whoever is idle may be exempt"),
    pytest.param([alice(Password(used=89)), Refused("GetAccountAuthorizationDetails")], not_read(DETAILS), id="no tags: whoever is in use is active"),
    pytest.param([alice(Password(used=100)), deploy(used=100), Refused("ListUsers")], [ROLE, *not_read("users (ListUsers)")], id="no list of users: roles are judged all the same"),
    pytest.param([alice(Password(used=100), Key(used=100)), Refused("ListAccessKeys")], [PASSWORD, UNKNOWN_USER, *not_read(KEYS_OF_ALICE)], id="no list of keys: none is flagged, and the user may be in use by a third"),
    pytest.param([alice(IN_USE, Key(used=100)), Refused("ListAccessKeys")], not_read(KEYS_OF_ALICE), id="no list of keys: a user who signed in is active"),
    pytest.param([alice(Key(used=5)), Refused("ListAccessKeys")], [], id="no list of keys: of one in use by IAM's word none is needed"),
    pytest.param([alice(Key(used=100, toggled=3)), Refused("GetAccessKeyLastUsed")], [UNKNOWN_USER, UNKNOWN_KEY, *not_read("last use of access key AKIA1")], id="a key that fits no row and may not be asked for"),
    pytest.param([alice(IN_USE, Key(used=100, toggled=3)), seen(10, "KEY#AKIA1"), Refused("GetAccessKeyLastUsed")], not_read("last use of access key AKIA1"), id="a key that may not be asked for, but was seen"),
    pytest.param([alice(Password(used=100)), deploy(used=100), Refused("table")], [UNKNOWN_USER, UNKNOWN_PASSWORD, UNKNOWN_ROLE, *not_read(TABLE)], id="no table: what IAM takes for idle may have been seen"),
    pytest.param([alice(Password(used=89)), deploy(used=89), Refused("table")], not_read(TABLE), id="no table: what IAM says is in use is active"),
    pytest.param([deploy(used=100), Refused("index")], [UNKNOWN_ROLE, *not_read(INDEX)], id="no index: it may have been seen under another name"),
    pytest.param([deploy(used=100), seen(10, *OF_DEPLOY), Refused("index")], [], id="no index: what was seen under its own name is active"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("account", "outcome"),
    [*PASSWORDS, *KEYS, *USERS, *DENIED, *ROLES, *NAMES, *EXEMPTIONS, *LIMITS, *DORMANT, *ROOT, *GAPS],
)
def test_an_account_comes_to(account, outcome):
    told = sorted(told_of(review_of(*account)), key=str)

    assert told == sorted(outcome, key=str)


def told_of(report):
    """All that is not simply active."""
    for finding in report.findings:
        subject = finding.subject
        yield str(subject.kind), subject.access_key_id or subject.name, str(finding.verdict.status)
    for subject, verdict in (*report.exempt, *report.dormant):
        yield str(subject.kind), subject.access_key_id or subject.name, str(verdict.status)
    for _, key in report.disabled_keys:
        yield "access_key", key, "disabled"
    for kind in ("user", "password", "access_key", "role"):
        if report.counts[kind]["unknown"]:
            yield kind, report.counts[kind]["unknown"], "unknown"
    for left_out in ("service_linked_role", "identity_center_role"):
        if report.counts["left_out"][left_out]:
            yield "role", report.counts["left_out"][left_out], left_out
    yield from (("gap", gap.what, "not read") for gap in report.gaps)
