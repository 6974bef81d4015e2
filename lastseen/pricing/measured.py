"""What the benchmarks measured of ingest, for reckoning without a deployed stack."""

from math import exp, log
from typing import NamedTuple

from lastseen.pricing.load import Roads

HOURS = 720  # A month is 30 days here.
SECONDS = HOURS * 3600

# Figure 1 of benchmarks/README.md, on the slower machine of note 7: the handler's processor time for an event
# that the table holds already.
EVENT_SECONDS = 6.84e-6
# Figure 2: so many events per second, and so many to a write; what is not the handler's is the writes'. It is
# time on the clock with the server on the same two cores, and so more than the client's part of a write.
EVENTS_PER_SECOND = 2_635
EVENTS_PER_WRITE = 7.84
WRITE_SECONDS = (1 / EVENTS_PER_SECOND - EVENT_SECONDS) * EVENTS_PER_WRITE

FACETS_PER_EVENT = 3.1

# The stream that all figures are of: so many who act, so many bytes to a message.
STREAM_PRINCIPALS = 700
MESSAGE_BYTES = 2_209
BATCH = 2_000
WINDOW = 10  # Seconds, of the event source mapping in template.yaml.

# Figure 7: events in an hour, and the items that two sandboxes that knew nothing read, and wrote. That is more
# than in an hour in the midst of a month, in which many a facet is still stored from the hour before.
READS = ((100, 240), (1_000, 1_304), (10_000, 6_664), (100_000, 22_054), (1_000_000, 37_732))
WRITES = ((100, 206), (1_000, 1_047), (10_000, 4_932), (100_000, 13_000), (1_000_000, 20_327))

# Figure 7, too: what the table holds after that hour, and how large it is. Each write is one write unit.
ITEMS_PER_PRINCIPAL = 6
ITEM_BYTES = 579
INDEX_ENTRY_BYTES = 90


# Figure 10: users and roles of an account, and the seconds of Lambda that its review takes with 512 MB, if its
# credential report is there; what it writes; the seconds that the end of a run takes for each account.
REVIEW_SECONDS = ((170, 2.7), (400, 4.7))
REVIEW_WRITES = 23
SUMMING_SECONDS = 0.021

# Figure 11: the log function's time for a record, in objects of so many; so there is a part for each object.
RECORD_TIMES = ((500, 9.7e-6), (2_000, 8.3e-6))
OBJECT_SECONDS = (RECORD_TIMES[0][1] - RECORD_TIMES[1][1]) / (1 / RECORD_TIMES[0][0] - 1 / RECORD_TIMES[1][0])
RECORD_SECONDS = RECORD_TIMES[0][1] - OBJECT_SECONDS / RECORD_TIMES[0][0]

# Figure 12: of so many events in an hour, the items of principals, ids and keys that are read, or written, at a
# resolution of 5 minutes and of an hour, and those of services, addresses and sessions.
MEASURED_PRINCIPALS = 5_000


class Counted(NamedTuple):
    rate: int
    minutes: int
    hour: int
    details_minutes: int
    details_hour: int


READ = {
    Roads.EVENTS: (
        Counted(1_389, 1_962, 1_178, 1_060, 757),
        Counted(13_889, 11_309, 4_819, 7_613, 4_606),
        Counted(138_889, 48_474, 13_893, 44_768, 19_843),
        Counted(1_388_889, 143_314, 21_016, 195_272, 44_536),
    ),
    Roads.LOGS: (
        Counted(1_389, 1_748, 1_147, 985, 757),
        Counted(13_889, 8_718, 4_810, 6_612, 4_562),
        Counted(138_889, 38_788, 13_979, 38_611, 19_876),
        Counted(1_388_889, 117_181, 21_565, 151_232, 44_779),
    ),
}

WRITTEN = {
    Roads.EVENTS: (
        Counted(1_389, 1_692, 923, 951, 667),
        Counted(13_889, 8_657, 3_548, 6_467, 3_767),
        Counted(138_889, 33_952, 8_112, 35_217, 13_855),
        Counted(1_388_889, 82_058, 11_419, 129_618, 24_624),
    ),
    Roads.LOGS: (
        Counted(1_389, 1_640, 923, 932, 667),
        Counted(13_889, 8_190, 3_548, 6_282, 3_767),
        Counted(138_889, 31_206, 8_112, 33_661, 13_855),
        Counted(1_388_889, 72_029, 11_419, 117_926, 24_624),
    ),
}


def in_an_hour(counts: tuple[tuple[int, int], ...], events: float, principals: int) -> float:
    """READS or WRITES of `events` in one hour by `principals`, if the stream's shape is the same otherwise.

    What decides is how often one principal acts: between two measured rates, and beyond the last of them, the
    logarithms lie on a line. Below the first there is nothing to save, and each event takes as many.
    """
    scale = principals / STREAM_PRINCIPALS
    rate = events / scale
    if rate <= counts[0][0]:
        return scale * rate * counts[0][1] / counts[0][0]
    above = next((i for i, (most, _) in enumerate(counts) if rate <= most), len(counts) - 1)
    (events_1, writes_1), (events_2, writes_2) = counts[above - 1], counts[above]
    slope = log(writes_2 / writes_1) / log(events_2 / events_1)
    return scale * writes_1 * exp(slope * log(rate / events_1))
