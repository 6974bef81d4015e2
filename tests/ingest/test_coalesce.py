from builders import ALICE, NOON, activity, at

from activity.model import Evidence, Sighting
from ingest.coalesce import Coalescer


def sighting(seconds, *facets):
    return Sighting(ALICE, facets, at(seconds), Evidence("e"))


def test_one_write_for_each_principal_and_facet():
    coalescer = Coalescer()
    for seconds in (60, 0, 120):
        coalescer.add(sighting(seconds, "ID#A", "KEY#K"), "m")

    assert coalescer.activities() == [
        activity(120, first=0, facet="ID#A"),
        activity(120, first=0, facet="KEY#K"),
    ]


def test_all_messages_behind_a_write_come_back_and_no_others():
    coalescer = Coalescer()
    coalescer.add(sighting(0, "ID#A"), "one")
    coalescer.add(sighting(1, "ID#A", "KEY#K"), "two")
    coalescer.add(sighting(2, "KEY#K"), "three")

    assert coalescer.messages_behind([(ALICE, "ID#A")]) == {"one", "two"}
    assert coalescer.messages_behind([(ALICE, "ID#A"), (ALICE, "KEY#K")]) == {"one", "two", "three"}
    assert coalescer.messages_behind([]) == set()


def test_the_evidence_is_of_the_newest_sighting():
    coalescer = Coalescer()
    coalescer.add(Sighting(ALICE, ("ID#A",), NOON, Evidence("new")), "m")
    coalescer.add(Sighting(ALICE, ("ID#A",), at(-60), Evidence("old")), "m")

    assert coalescer.activities()[0].evidence.event_id == "new"
