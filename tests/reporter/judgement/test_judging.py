"""A user is spared for the sake of a dormant password or key: to disable it would disable that, too."""

from datetime import date

from accounts import Key, alice, review_of, seen_on


def test_a_user_is_dormant_for_as_long_as_the_last_of_its_credentials():
    """By turns: the user itself has no rhythm, and is spared for the sake of both keys."""
    one, two = ([last + 91 * each for each in range(4)] for last in (95, 110))
    by_id = {"AKIA1": two, "AKIA2": one}
    keys = [Key(name, used=ages[0]) for name, ages in by_id.items()]
    used = [seen_on(ages, f"KEY#{name}") for name, ages in by_id.items()]
    busy = seen_on(sorted({*one, *two, 100, 103, 109, 120, 131, 140}), "ID#AIDAALICE")
    until = {
        subject.access_key_id: verdict.dormancy.stale_from
        for subject, verdict in review_of(alice(*keys), *used, busy).dormant
    }

    assert until == {"": date(2027, 1, 1), "AKIA1": date(2026, 12, 17), "AKIA2": date(2027, 1, 1)}
