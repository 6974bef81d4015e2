"""A bucket on loopback: it keeps what is put there, and answers what it is told to make up."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from benchmarks.server import Answering, listening

PAGE = 1000  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html


class Bucket:
    """`made` answers for a key that nothing was put under, and `names` are those of such keys, in order.

    Each request takes `seconds` more. Of an object of several parts its size alone is kept.
    """

    def __init__(
        self,
        seconds: float = 0.0,
        made: Callable[[str], bytes | None] = lambda _: None,
        names: Callable[[], list[str]] = list,
    ) -> None:
        self.seconds, self.made, self.names = seconds, made, names
        self.objects: dict[str, bytes] = {}
        self.sizes: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()

    def get(self, key: str) -> bytes | None:
        return self.objects[key] if key in self.objects else self.made(key)

    def listed(self, prefix: str, after: str) -> str:
        every = sorted(name for name in {*self.objects, *self.names()} if name.startswith(prefix))
        rest = [name for name in every if name > after]
        page, more = rest[:PAGE], len(rest) > PAGE
        found = "".join(f"<Contents><Key>{escape(each)}</Key><Size>1</Size></Contents>" for each in page)
        token = f"<NextContinuationToken>{escape(page[-1])}</NextContinuationToken>" if more else ""
        counts = f"<KeyCount>{len(page)}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>{token}"
        return f"<ListBucketResult>{counts}{found}</ListBucketResult>"


@contextmanager
def kept(bucket: Bucket) -> Iterator[str]:
    """The address where it answers. Its name is the first part of each path, and is not looked at."""
    with listening(type("Handler", (_Asked,), {"bucket": bucket})) as address:
        yield address


class _Asked(Answering, BaseHTTPRequestHandler):
    bucket: Bucket

    def do_GET(self) -> None:
        key, query = self._asked()
        if "list-type" in query:
            self.bucket.calls["ListObjectsV2"] += 1
            token = query.get("continuation-token", [""])[0]
            self._answer(200, self.bucket.listed(query.get("prefix", [""])[0], token).encode())
            return
        self.bucket.calls["GetObject"] += 1
        found = self.bucket.get(key)
        self._answer(404 if found is None else 200, found or b"<Error><Code>NoSuchKey</Code></Error>")

    def do_PUT(self) -> None:
        (key, query), body, bucket = self._asked(), self.body(), self.bucket
        is_part = "partNumber" in query
        bucket.calls["UploadPart" if is_part else "PutObject"] += 1
        bucket.sizes[key] = len(body) + (bucket.sizes[key] if is_part else 0)
        if not is_part:
            bucket.objects[key] = body
        self._answer(200)

    def do_POST(self) -> None:
        """The beginning and the end of an upload in parts."""
        _, query = self._asked()
        self.body()
        named = "Initiate" if "uploads" in query else "Complete"
        self.bucket.calls[f"{named}MultipartUpload"] += 1
        body = f"<{named}MultipartUploadResult><UploadId>1</UploadId></{named}MultipartUploadResult>"
        self._answer(200, body.encode())

    def _asked(self) -> tuple[str, dict[str, list[str]]]:
        parts = urlsplit(self.path)
        _, _, key = unquote(parts.path).lstrip("/").partition("/")
        return key, parse_qs(parts.query, keep_blank_values=True)

    def _answer(self, status: int, body: bytes = b"") -> None:
        time.sleep(self.bucket.seconds)
        self.answer(status, body, ETag='"1"')
