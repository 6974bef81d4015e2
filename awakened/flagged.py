"""Which flagged things a use awakens, and which flags that clears."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from activity.arn import without_path
from activity.item import Flag, Item
from activity.keeping import Key
from activity.model import (
    SIGNIN,
    Activity,
    access_key_of,
    held_by,
    id_facet,
    ip_facet,
    is_denied,
    is_of_principal,
)
from activity.whose import Holder, ids_told_by, places
from awakened.subject import Kind, Subject, subject_of
from awakened.waking import Silence, Use, event_of, hour_and_place, is_after

Items = Mapping[Key, Item]


@dataclass(frozen=True, slots=True)
class Notice:
    """`also`: other flagged things that the same use awakens. `flags`: the items whose flags to clear.

    `account_name`: "" if it is not known. `uses`: of each flagged thing; none of the root user.
    """

    use: Use
    also: tuple[Subject, ...] = ()
    flags: tuple[Key, ...] = ()
    account_name: str = ""
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Flagged:
    """Something that a report flagged and that was not used since. `holder`: whose it is."""

    subject: Subject
    key: Key
    flag: Flag
    holder: Holder

    def is_shown_by(self, seen: Activity) -> bool:
        if self.subject.kind is Kind.ACCESS_KEY:
            return access_key_of(seen.facet) == self.subject.access_key_id
        is_password = self.subject.kind is Kind.PASSWORD
        is_its_kind = seen.facet == SIGNIN if is_password else is_of_principal(seen.facet)
        return is_its_kind and self.holder.did(seen)

    def owns(self, seen: Activity, items: Items) -> bool:
        """Whether it is the principal whose credential was seen: the use awakens it, too."""
        if self.subject != self.subject.owner or is_of_principal(seen.facet):
            return False
        itself = seen._replace(facet=id_facet(seen.evidence.principal_id))
        return self.holder.did(itself) and is_after(self.flag, seen) and self.is_on(seen, items)

    def is_on(self, seen: Activity, items: Items) -> bool:
        """A refused attempt is announced once. A later use that isn't refused is announced all the same."""
        if not is_denied(seen.facet):
            return True
        refused = (items.get(place) for place in places(self.key) if is_denied(place[1]) and held_by(place[1]))
        return not any(item and item.flag and not item.first_flagged for item in refused)

    def where(self, seen: Activity, items: Items) -> Iterator[Key]:
        """The items whose flag to clear. A refused attempt clears only those of refused uses."""
        facets = {facet for _, facet in places(self.key)}
        if is_denied(seen.facet):
            facets = set(filter(is_denied, facets))
        for key, item in items.items():
            if key[1] in facets and item.flag and is_after(item.flag, seen) and self._has(key, item.flag):
                yield key

    def _has(self, key: Key, flag: Flag) -> bool:
        """By the id in its facet; without one, by the flag's id; without that, by the place alone."""
        if held_by(key[1]):
            return True
        is_told = flag.holder and self.holder.id
        return flag.holder == self.holder.id if is_told else key in places(self.key)


def notice_of(uses: Sequence[Use], items: Items) -> Notice | Silence:
    """`uses` are of one event; `items` is what the table now has of the principal, under all of its names.

    If something is no longer flagged there, it was announced by an earlier delivery of the same record, or with
    another item of the same subject.
    """
    if uses[0].subject.kind is Kind.ROOT:
        return _notice_of_root(uses, items)
    things, own = list(_flagged(items)), [use.activity for use in uses]
    if not any(_newest_of(thing, own, items) for thing in things):
        return Silence.FLAG_IS_OFF if any(use.first_flagged for use in uses) else Silence.NOT_FLAGGED
    every = list(_seen_in(uses, items))
    awake = [(thing, seen) for thing in things if (seen := _newest_of(thing, every, items))]
    shown, seen = {thing.key for thing, _ in awake}, awake[0][1]
    awake += [(thing, seen) for thing in things if thing.key not in shown and thing.owns(seen, items)]
    told = [_told(thing, seen) for thing, seen in awake]
    use = min(told, key=lambda each: list(Kind).index(each.subject.kind))
    others = {each.subject for each in told} - {use.subject}
    flags = dict.fromkeys(key for thing, seen in awake for key in thing.where(seen, items))
    also = tuple(sorted(others, key=lambda each: (each.kind, each.access_key_id)))
    uses = tuple({each.subject: each for each in told}.values())
    return Notice(use, also, tuple(flags), uses=uses)


def _notice_of_root(uses: Sequence[Use], items: Items) -> Notice | Silence:
    """A change of its credentials comes before the key that made the change."""
    if _is_told_by_another(uses[0], items):
        return Silence.ROOT_TOLD
    return Notice(next((use for use in uses if use.change), uses[0]))


def _seen_in(uses: Sequence[Use], items: Items) -> Iterator[Activity]:
    """What the event shows, including by items whose own records have not arrived yet."""
    seen = {use.activity.key: use.activity for use in uses}
    for key, item in items.items():
        if item.activity and subject_of(key) and event_of(item.activity) == event_of(uses[0].activity):
            seen.setdefault(key, item.activity)
    yield from seen.values()


def _newest_of(thing: Flagged, every: Iterable[Activity], items: Items) -> Activity | None:
    """The sighting on its own items comes before one elsewhere that shows it as well."""
    shown = [each for each in every if thing.is_shown_by(each) and is_after(thing.flag, each)]
    shown = [each for each in shown if thing.is_on(each, items)]
    return max(shown, key=lambda each: each.key in places(thing.key), default=None)


def _told(thing: Flagged, seen: Activity) -> Use:
    """A user under its name of now; a role under its whole ARN, since some records leave out its path."""
    arn = thing.subject.arn if thing.subject.kind is Kind.ROLE else seen.principal
    subject = replace(thing.subject, arn=arn, id=thing.holder.id)
    return Use(subject, seen, thing.flag.idle_since or thing.flag.first_flagged, thing.flag.first_flagged)


def _flagged(items: Items) -> Iterator[Flagged]:
    for key, item in items.items():
        subject, flag = subject_of(key), item.own_flag
        if subject and flag and flag.first_flagged:
            yield Flagged(subject, key, flag, _holder(key, flag, items))


def _holder(key: Key, flag: Flag, items: Items) -> Holder:
    """Whose flag it is, until somebody else is seen by the name: at its report, the holder had that name."""
    arn, facet = key
    held = held_by(facet) if is_of_principal(facet) else flag.holder or _only_flagged(arn, items)
    others = [
        item.activity
        for (name, _), item in items.items()
        if without_path(name) == without_path(arn)
        and item.activity
        and flag.first_flagged
        and item.activity.last_seen > flag.first_flagged
    ]
    others = [each for each in others if held and ids_told_by([each]) - {held}]
    if not others:
        return Holder(arn, held)
    return Holder(arn, held, until=min(each.first_seen for each in others))


def _only_flagged(arn: str, items: Items) -> str:
    """The unique id of the only principal that is flagged under the name; "" if there are several or none."""
    ids = {
        held_by(facet)
        for (name, facet), item in items.items()
        if name == arn and item.is_flags_own and is_of_principal(facet)
    }
    return next(iter(ids)) if len(ids) == 1 else ""


def _is_told_by_another(place: Use, items: Items) -> bool:
    """Whether the root user's key or sign-in was seen there in the same hour, which has a notice of its own."""
    known = (
        item.activity
        for key, item in items.items()
        if item.activity and subject_of(key) and not key[1].startswith(ip_facet(""))
    )
    then = hour_and_place(place.activity)
    return place.is_place_alone and any(hour_and_place(each) == then for each in known)
