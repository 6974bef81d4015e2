"""What was told until now: by mails, what is new and what is resolved; by notices, what was used."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders import ACCOUNT
from simulation.verdicts import RESOLUTION, is_in_table, thing_of

from activity.arn import is_role, without_path
from activity.item import item_of
from activity.model import SIGNIN, access_key_of, held_by

# As awakened/waking.py has it.
LATE = timedelta(hours=1)


def flagged_thing(key, holder):
    """What an item stands for that carries a flag."""
    arn, facet = key
    if access_key_of(facet):
        return "access_key", access_key_of(facet)
    if facet == SIGNIN:
        return "password", holder
    return ("role" if is_role(arn) else "user"), held_by(facet)


class Mails:
    """`open`: what mails have told of as stale, last when, and not as resolved; of mails that are noted as sent.

    `unnoted`: what was flagged by reports of which that is not noted; `overlooked`: of that, what the mail after
    them could not tell of. `unsure`: what may not be flagged. `half_forgotten`: what was resolved and may be flagged
    still; `lingering`: of that, what the mail after could not look up, and so is told once more.
    """

    def __init__(self, account):
        self.account = account
        self.open = {}
        self.unnoted = set()
        self.overlooked = set()
        self.unsure = set()
        self.half_forgotten = set()
        self.lingering = set()
        self.dormant = set()

    def sent(self, report, trouble, holders, reported):
        """`holders`: whose each flag was before, by its key. `reported`: when IAM made its credential report."""
        found = {thing_of(each.subject): each for each in report.findings}
        self.dormant = {thing_of(subject) for subject, _ in report.dormant}
        resolved = [flagged_thing(each.key, holders[each.places[0]]) for each in report.resolved]
        for thing, finding in found.items():
            if finding.is_new:
                is_known = thing in self.open and not self._is_another_story(thing)
                assert not is_known, f"{thing} is told as new once more"
            else:
                is_known = thing in self.open or thing in self.overlooked
                assert is_known, f"{thing} is told as known, and was never told as new"
        assert len(set(resolved)) == len(resolved), "resolved twice in a mail"
        for thing, each in zip(resolved, report.resolved, strict=True):
            assert thing in {*self.open} | self.unnoted | self.overlooked | self.lingering, (
                f"{thing} is told as resolved, and was not open"
            )
            assert thing not in found, f"{thing} is told as resolved and as stale"
            self._check_resolution(thing, each, reported)
        lost = self.open.keys() - found.keys() - {*resolved}
        assert report.gaps or lost <= self.unsure, (
            f"{lost} were told as stale, and never of what became of them"
        )
        if not trouble.note:
            self._noted(report, trouble, {*found}, {*resolved})

    def _noted(self, report, trouble, found, resolved):
        is_throttled = trouble.writes is not None
        self.open = {thing: at for thing, at in self.open.items() if thing not in resolved}
        self.open |= dict.fromkeys(found, report.at)
        self.overlooked = (self.overlooked | self.unnoted) - found - resolved
        self.unnoted = set()
        self.unsure = self.unsure | found if is_throttled else self.unsure - found
        is_whole = not report.gaps and not is_throttled
        self.lingering = set() if is_whole else self.lingering | self.half_forgotten
        self.half_forgotten = resolved if is_throttled else set() if is_whole else self.half_forgotten

    def went_astray(self, flagged, overwritten):
        """A report that set these flags was not mailed, or nobody noted that it was.

        `overwritten`: passwords of who had the name before, of which the flag was in the same item.
        """
        self.unnoted |= flagged
        self.unsure |= overwritten

    def forgot(self, things):
        self.open = {thing: at for thing, at in self.open.items() if thing not in things}

    def flags_were_not_listed(self):
        """Those of who was renamed are not found by what exists."""
        for user in self.account.users:
            if user.is_renamed:
                things = {("user", user.id), ("password", user.id)}
                things |= {("access_key", key.id) for key in user.keys}
                self.unsure |= things
                self.lingering |= things

    def _is_another_story(self, thing):
        """It was used since, or may not be flagged."""
        is_used = any(use.at > self.open[thing] - timedelta(hours=5) for use in self.account.uses_of(thing))
        return is_used or thing in self.unsure

    def _check_resolution(self, thing, each, reported):
        how = str(each.how)
        uses = self.account.uses_of(thing)
        user = self.account.user_of(thing)
        if not self.account.exists(thing) or (user and user.is_renamed):
            uses += self._of_namesakes(without_path(each.arn))
        if each.used:
            assert any(abs(use.at - each.used) <= timedelta(minutes=20) for use in uses), f"{thing} used?"
        if each.refused:
            refused = [use for use in uses if use.is_refused]
            assert any(abs(use.at - each.refused) <= RESOLUTION for use in refused), f"{thing} refused?"
        ends = {how, str(each.then)}
        if "deleted" in ends:
            is_new_password = user and thing[0] == "password" and user.password > reported
            assert not self.account.exists(thing) or is_new_password, f"{thing} is not deleted"
        if "disabled" in ends:
            keys = [key for user in self.account.users for key in user.keys if key.id == thing[1]]
            assert not any(key.is_active for key in keys), f"{thing} is not disabled"
        if "exempt" in ends:
            who = [*self.account.users, *self.account.roles]
            owner = self.account.user_of(thing) or next(each for each in who if each.id == thing[1])
            assert owner.is_exempt, f"{thing} is not exempt"
        if how == "dormant":
            assert thing in self.dormant, f"{thing} is not dormant"
        assert how != "not_told", f"whose {thing} is is known"

    def _of_namesakes(self, name):
        """Uses that tell no id, of who had the name and has it no more: nothing tells whose they are."""
        who = (*self.account.users, *self.account.roles)
        there = {each.id for each in who if without_path(each.arn) == name}
        nameless = [use for use in self.account.uses if use.is_anonymous and use.id not in there]
        return [use for use in nameless if without_path(use.arn) == name]


@dataclass
class Story:
    """One flag of a thing. `told`: of each notice of its use, whether that was refused."""

    thing: tuple
    arn: str
    first_flagged: datetime
    idle_since: datetime
    told: list = field(default_factory=list)
    is_over: bool = False
    is_half_set: bool = False

    @property
    def since(self):
        """Uses after that are to be told."""
        return max(self.idle_since, self.first_flagged - LATE)


class Notices:
    def __init__(self, account, tracker):
        self.account, self.tracker = account, tracker
        self.stories = []

    def flags_changed(self, trouble, found):
        """To be called after each report, with what is stale by it; answers what it has flagged anew."""
        flagged = self._flagged()
        for story in self.stories:
            _, flag = flagged.get(story.thing, (None, None))
            if flag and flag.first_flagged == story.first_flagged:
                story.arn = flagged.pop(story.thing)[0]
            else:
                story.is_over = True
        self.stories += [
            Story(thing, arn, flag.first_flagged, flag.idle_since) for thing, (arn, flag) in flagged.items()
        ]
        for story in self.stories:
            is_done = story.thing in found or not story.is_half_set
            story.is_half_set = trouble.writes is not None or not is_done
        return {*flagged}

    def flags_expired(self):
        """What is flagged no more, though no report or notice took its flag off."""
        flagged = self._flagged()
        gone = [
            story
            for story in self.stories
            if not story.is_over and not story.told and story.thing not in flagged
        ]
        for story in gone:
            story.is_over = True
        return {story.thing for story in gone}

    def _flagged(self):
        """The things that are flagged, each with the name under which it is, and its flag."""
        flagged = {}
        for key, item in self.tracker.table.items.items():
            if item.get("flagged", {}).get("S") == ACCOUNT:
                flag = item_of(item).flag
                if flag and flag.first_flagged:
                    flagged[flagged_thing(key, flag.holder)] = key[0], flag
        return flagged

    def sent(self, messages):
        for message in messages:
            if message["event"] != "awakened":
                continue
            for told in (message, *message["also"]):
                kind = told["kind"]
                (use,) = (
                    use
                    for use in self.account.uses
                    if use.event == message["evidence"]["event_id"]
                    and (kind == "role") == use.id.startswith("AROA")
                )
                thing = kind, told.get("access_key_id") or use.id
                stories = [each for each in self.stories if each.thing == thing and each.since < use.at]
                stories = stories or list(self._of_predecessors(kind, use))
                assert stories, f"{thing} was not flagged, and told for {use}"
                for story in stories:
                    story.told.append(use.is_refused)
            assert message["denied"] == use.is_refused

    def _of_predecessors(self, kind, use):
        """Of an event that tells no id, if nothing told before that another has the name now."""
        name = without_path(use.arn)
        is_known = any(
            (each.id, without_path(each.arn)) == (use.id, name)
            and each.is_heard
            and not each.is_anonymous
            and each.at <= use.at
            for each in self.account.uses
        )
        if use.is_anonymous and not is_known:
            yield from (
                each for each in self.stories if each.thing[0] == kind and without_path(each.arn) == name
            )

    def check_that_all_are_told(self):
        """To be called when nothing is on its way."""
        for story in self.stories:
            uses = [
                use
                for use in self.account.uses_of(story.thing)
                if is_in_table(self.account, use, story.thing)
                and use.at > story.since + RESOLUTION
                and not _is_nameless(use, story)
            ]
            if story.is_over or story.is_half_set or not uses or self._is_of_another_name(story, uses):
                continue
            assert story.told, f"{story} was used, and nobody was told: {uses}"
            if not all(use.is_refused for use in uses):
                assert not all(story.told), f"{story} was used, and told as refused alone: {uses}"

    def _is_of_another_name(self, story, uses):
        """Of a password alone, whose user was never seen by the name under which it is flagged."""
        if story.thing[0] != "password":
            return False
        facets = {facet for arn, facet in self.tracker.table.items if arn == story.arn}
        return f"ID#{story.thing[1]}" not in facets and all(use.arn != story.arn for use in uses)


def _is_nameless(use, story):
    """It tells neither an id nor the name under which its user is flagged."""
    return use.is_anonymous and story.thing[0] == "user" and use.arn != story.arn
