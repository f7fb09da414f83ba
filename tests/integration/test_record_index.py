"""The index in S3: what one process publishes others read, and no failure in between loses or invents a record."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from chalicelib.adapters.record_index.publisher import SegmentPublisher
from chalicelib.adapters.record_index.replica import Replica
from chalicelib.adapters.record_index.schema import IndexSchema
from chalicelib.adapters.record_index.store import CorruptBlob, IndexStore, MissingBlob
from chalicelib.adapters.record_index.working_copy import WorkingCopy
from chalicelib.domain.errors import Unavailable
from chalicelib.domain.listing import Filter, ListQuery, SearchQuery, Visibility
from chalicelib.domain.organisations import ORGANISATIONS, Organisation
from chalicelib.domain.records import Record, Ref
from chalicelib.services.indexing import Indexing
from tests.support.aws import Cloud, in_process_cloud
from tests.support.faults import Crash, FaultPlan, faults

KINDS = {"organisation": ORGANISATIONS.listed}
SCHEMA = IndexSchema(KINDS)
EVERYTHING = Visibility(everything=True)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def identifier(n: int) -> str:
    return f"01JAAAAAAAAAAAAAAAAAAA{n:04d}"


def ref(n: int) -> Ref:
    return Ref("organisation", identifier(n))


@dataclass
class Table:
    """The source of truth: linearizable, like DynamoDB's consistent reads of one item."""

    records: dict[Ref, Record] = field(default_factory=dict)
    page_size: int = 50
    during_pages: Callable[[int], object] = int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, n: int, name: str) -> Ref:
        with self.lock:
            before = self.records.get(ref(n))
            self.records[ref(n)] = Organisation(
                id=identifier(n), name=name, version=before.version + 1 if before else 1,
                created_at=NOW, created_by="u", updated_at=NOW, updated_by="u",
            )  # fmt: skip
        return ref(n)

    def purge(self, n: int) -> Ref:
        with self.lock:
            self.records.pop(ref(n), None)
        return ref(n)

    def get_many(self, refs: Sequence[Ref]) -> dict[Ref, Record]:
        with self.lock:
            return {r: self.records[r] for r in refs if r in self.records}

    def pages(self) -> Iterator[list[Record]]:
        """Pages by key order at the time of the call, each read when it is asked for, like a scan."""
        keys = sorted(self.records)
        for number, at in enumerate(range(0, max(1, len(keys)), self.page_size)):
            yield list(self.get_many(keys[at : at + self.page_size]).values())
            self.during_pages(number)

    def rows(self) -> dict[str, dict[str, Any]]:
        return {r.id: record.row() for r, record in self.records.items()}


@dataclass
class SteppedTime:
    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


class FixedClock:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with in_process_cloud() as made:
        yield made


@pytest.fixture
def store(cloud: Cloud) -> IndexStore:
    once = Config(retries={"total_max_attempts": 1})
    s3, dynamodb = boto3.client("s3", config=once), boto3.client("dynamodb", config=once)
    return IndexStore(s3, dynamodb, cloud.index_bucket, cloud.table_name, SCHEMA.fingerprint)


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def indexing(store: IndexStore, table: Table, tmp_path: Path) -> Indexing:
    return make_indexing(store, table, tmp_path)


def make_indexing(store: IndexStore, table: Table, root: Path, now: datetime | None = None) -> Indexing:
    return Indexing(table, SegmentPublisher(SCHEMA, store, root), KINDS, FixedClock(now or datetime.now(UTC)))


def make_replica(store: IndexStore, root: Path, time: Callable[[], float] | None = None) -> Replica:
    return Replica(
        SCHEMA, store, root, poll_seconds=0.0 if time is None else 2.0, **({"monotonic": time} if time else {})
    )


def rows_of(replica: Replica) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    total, offset = 1, 0
    while offset < total:
        page = replica.list(ListQuery("organisation", EVERYTHING, limit=1_000, offset=offset))
        rows |= {row["id"]: row for row in page.rows}
        total, offset = page.total, offset + 1_000
    assert len(rows) == total
    return rows


def test_what_is_published_is_read_by_another_process_copy(indexing, store, table, tmp_path):
    version = indexing.index_batch([table.put(1, "Alpha"), table.put(2, "Bêta")])
    replica = make_replica(store, tmp_path)

    assert rows_of(replica) == table.rows()
    assert replica.version() == version
    assert [g.hits[0].id for g in replica.search(SearchQuery("beta", {"organisation": EVERYTHING}))] == [identifier(2)]


def test_updates_and_purges_reach_an_open_replica(indexing, store, table, tmp_path):
    replica = make_replica(store, tmp_path)
    indexing.index_batch([table.put(n, f"Nom {n}") for n in range(30)])
    assert rows_of(replica) == table.rows()

    for n in range(12):
        indexing.index_batch([table.put(n, f"Autre {n}"), table.purge(n + 12)])
        assert rows_of(replica) == table.rows()


def test_a_batch_reads_the_current_state_so_late_and_double_events_do_no_harm(indexing, store, table, tmp_path):
    indexing.index_batch([table.put(1, "Premier"), ref(1), ref(1)])
    table.put(1, "Second")

    indexing.index_batch([ref(1)])
    indexing.index_batch([ref(1), Ref("unlisted_kind", "x")])

    assert [row["name"] for row in rows_of(make_replica(store, tmp_path)).values()] == ["Second"]
    assert indexing.index_batch([Ref("unlisted_kind", "x")]) is None


def test_the_first_batch_under_a_schema_indexes_the_whole_table(indexing, store, table, tmp_path):
    for n in range(120):
        table.put(n, f"Ancien {n}")

    indexing.index_batch([table.put(500, "Nouveau")])

    assert rows_of(make_replica(store, tmp_path)) == table.rows()


def test_a_replica_without_an_index_is_unavailable_until_there_is_one(indexing, store, table, tmp_path):
    replica = make_replica(store, tmp_path)
    with pytest.raises(Unavailable):
        replica.list(ListQuery("organisation", EVERYTHING))

    indexing.index_batch([table.put(1, "Alpha")])

    assert rows_of(replica) == table.rows()


def test_a_replica_asks_for_news_at_most_every_two_seconds(indexing, store, table, tmp_path):
    time = SteppedTime()
    indexing.index_batch([table.put(1, "Alpha")])
    replica = make_replica(store, tmp_path, time)
    assert len(rows_of(replica)) == 1
    indexing.index_batch([table.put(2, "Bêta")])

    with faults(FaultPlan()) as calls:
        time.seconds = 1.9
        assert len(rows_of(replica)) == 1
        assert calls.count("dynamodb.GetItem") == 0
        time.seconds = 2.0
        assert len(rows_of(replica)) == 2
        assert len(rows_of(replica)) == 2
        assert calls.count("dynamodb.GetItem") == 1
        time.seconds = 4.0
        assert len(rows_of(replica)) == 2
        assert (calls.count("dynamodb.GetItem"), calls.count("s3.GetObject")) == (2, 2)


@pytest.mark.parametrize("call", ["dynamodb.GetItem", "s3.GetObject"])
def test_a_replica_serves_its_copy_while_aws_does_not_answer_and_then_catches_up(
    call, indexing, store, table, tmp_path
):
    replica = make_replica(store, tmp_path)
    indexing.index_batch([table.put(1, "Alpha")])
    before = rows_of(replica)
    indexing.index_batch([table.put(2, "Bêta")])

    with faults(FaultPlan(rate=1.0, modes=("before",), calls=(call,))):
        assert rows_of(replica) == before

    assert rows_of(replica) == table.rows()


def newest_blob(store: IndexStore) -> str:
    pointer, manifests = store.pointer(), []
    assert pointer is not None
    manifests.append(store.manifest(pointer.manifest))
    older = store.manifest(manifests[0].parent or "")
    (blob,) = {r.blob for r in manifests[0].files.values()} - {r.blob for r in older.files.values()}
    return blob


@pytest.mark.parametrize("damage", ["missing", "flipped", "cut"])
def test_a_damaged_blob_is_refused_the_old_copy_serves_and_a_rebuild_heals(
    damage, cloud, indexing, store, table, tmp_path
):
    replica = make_replica(store, tmp_path)
    indexing.index_batch([table.put(1, "Alpha")])
    before = rows_of(replica)
    indexing.index_batch([table.put(2, "Bêta")])
    s3, key = boto3.client("s3"), newest_blob(store)
    content = bytearray(s3.get_object(Bucket=cloud.index_bucket, Key=key)["Body"].read())
    content[len(content) // 2] ^= 0xFF
    if damage == "missing":
        s3.delete_object(Bucket=cloud.index_bucket, Key=key)
    else:
        s3.put_object(
            Bucket=cloud.index_bucket,
            Key=key,
            Body=bytes(content if damage == "flipped" else content[: len(content) // 2]),
        )

    assert rows_of(replica) == before
    with pytest.raises((CorruptBlob, MissingBlob)):
        replica.refresh()
    with pytest.raises(Unavailable):
        rows_of(make_replica(store, tmp_path))

    indexing.rebuild()
    assert rows_of(replica) == table.rows()
    assert rows_of(make_replica(store, tmp_path)) == table.rows()


def test_a_writer_that_lost_starts_again_from_the_winners_index(store, table, tmp_path):
    first, second = make_indexing(store, table, tmp_path), make_indexing(store, table, tmp_path)
    first.index_batch([table.put(n, f"Nom {n}") for n in range(20)])
    second.index_batch([table.put(0, "Warm")])

    class Interrupted(Table):
        """While the second writer reads its records, the first one publishes."""

        def get_many(self, refs):
            found = Table.get_many(self, refs)
            if not interruptions:
                interruptions.append(first.index_batch([table.put(5, "Vainqueur"), table.purge(6)]))
            return found

    interruptions: list[int | None] = []
    late = Interrupted(records=table.records, lock=table.lock)
    second = make_indexing(store, late, tmp_path)
    second.index_batch([table.put(7, "Second"), table.purge(8)])

    assert rows_of(make_replica(store, tmp_path)) == table.rows()
    assert len(interruptions) == 1


def test_a_lost_answer_to_the_pointer_move_is_recognised_as_success(cloud, table, tmp_path):
    """The SDK tries again after the lost answer, and meets its own write."""
    store = IndexStore(
        boto3.client("s3"), boto3.client("dynamodb"), cloud.index_bucket, cloud.table_name, SCHEMA.fingerprint
    )
    indexing = make_indexing(store, table, tmp_path)
    indexing.index_batch([table.put(1, "Alpha")])
    before = store.pointer()

    with faults(FaultPlan(script={("dynamodb.PutItem", 1): "after"})) as plan:
        version = indexing.index_batch([table.put(2, "Bêta")])

    assert len(plan.log) == 1
    assert before is not None
    assert version == before.version + 1
    assert rows_of(make_replica(store, tmp_path)) == table.rows()


def test_readers_of_another_schema_are_not_disturbed(cloud, indexing, store, table, tmp_path):
    indexing.index_batch([table.put(1, "Alpha")])
    other = IndexStore(boto3.client("s3"), boto3.client("dynamodb"), cloud.index_bucket, cloud.table_name, "another")

    assert other.pointer() is None
    assert list(other.stored()) == []
    assert len(list(store.stored())) > 0


def test_a_rebuild_beside_live_traffic_misses_nothing(store, table, tmp_path):
    """Records change after the scan passed them, before it reaches them, and while the index is uploaded."""
    live = make_indexing(store, table, tmp_path)
    live.index_batch([table.put(n, f"Nom {n}") for n in range(200)])
    before = store.pointer()

    def change(page: int) -> None:
        live.index_batch(
            [
                table.put(3 + page, f"Après le passage {page}"),
                table.purge(150 + page),
                table.put(900 + page, "Né entretemps"),
            ]
        )

    scanned = Table(records=table.records, lock=table.lock, during_pages=change)
    make_indexing(store, scanned, tmp_path).rebuild()

    after = store.pointer()
    assert before is not None
    assert after is not None
    assert after.version == before.version + 1 + 4
    assert rows_of(make_replica(store, tmp_path)) == table.rows()
    assert store.manifest(after.previous or "").version == after.version - 1
    live.index_batch([table.put(1, "Après la bascule")])
    assert rows_of(make_replica(store, tmp_path)) == table.rows()


def test_a_rebuild_drops_what_the_table_does_not_hold_and_shrinks_the_index(indexing, store, table, tmp_path):
    indexing.index_batch([table.put(n, f"Nom {n}") for n in range(50)])
    for n in range(40):
        del table.records[ref(n)]

    published = indexing.rebuild()

    assert (published.records, published.deleted) == (10, 0)
    assert rows_of(make_replica(store, tmp_path)) == table.rows()


def test_an_empty_table_gives_an_empty_index(indexing, store, tmp_path):
    indexing.rebuild()

    assert rows_of(make_replica(store, tmp_path)) == {}


def test_a_replica_follows_through_a_rebuild_while_an_old_snapshot_is_in_use(indexing, store, table, tmp_path):
    replica = make_replica(store, tmp_path)
    indexing.index_batch([table.put(1, "Alpha")])
    rows_of(replica)
    indexing.rebuild()
    indexing.index_batch([table.put(2, "Bêta")])

    assert rows_of(replica) == table.rows()


def test_garbage_is_collected_and_nothing_in_use(cloud, indexing, store, table, tmp_path):
    for n in range(12):
        indexing.index_batch([table.put(n % 3, f"Nom {n}")])
    indexing.rebuild()
    indexing.index_batch([table.put(1, "Dernier")])
    later = datetime.now(UTC) + timedelta(hours=2)
    before = {key for key, _ in store.stored()}

    assert make_indexing(store, table, tmp_path).collect_garbage() == 0  # its clock says that everything is new
    removed = make_indexing(store, table, tmp_path, now=later).collect_garbage()

    after = {key for key, _ in store.stored()}
    pointer = store.pointer()
    assert pointer is not None
    assert 0 < removed == len(before - after)
    assert rows_of(make_replica(store, tmp_path)) == table.rows()
    for key in (pointer.manifest, pointer.previous or ""):
        WorkingCopy(SCHEMA, store, tmp_path, "check").sync(store.manifest(key))
    assert {key for key in before if store.is_manifest(key)} <= after

    much_later = datetime.now(UTC) + timedelta(days=2)
    make_indexing(store, table, tmp_path, now=much_later).collect_garbage()
    kept = {key for key, _ in store.stored() if store.is_manifest(key)}
    assert kept == {pointer.manifest, pointer.previous}


def test_directories_of_dead_processes_are_removed_and_those_of_living_ones_kept(store, tmp_path):
    """A process is killed while it holds a working copy; the next process on the machine removes what it left."""
    script = (
        "import sys, time; from pathlib import Path\n"
        "from tests.integration.test_record_index import SCHEMA\n"
        "from chalicelib.adapters.record_index.working_copy import WorkingCopy\n"
        "copy = WorkingCopy(SCHEMA, None, Path(sys.argv[1]), 'writer')\n"
        "print(copy._home, flush=True); time.sleep(60)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    )
    assert child.stdout is not None
    left = Path(child.stdout.readline().strip())

    living = WorkingCopy(SCHEMA, store, tmp_path, "replica")
    assert left.is_dir()
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    WorkingCopy(SCHEMA, store, tmp_path, "replica")

    assert not left.exists()
    assert living.directory.is_dir()


class Competition:
    """Two indexers take batches from one queue; a killed one's batch is delivered again; a reader watches."""

    def __init__(self, store: IndexStore, table: Table, root: Path, batches: int) -> None:
        dice = random.Random(7)
        self._store, self._table, self._root = store, table, root
        self._batches = [[(dice.randrange(150), dice.random() < 0.15) for _ in range(20)] for _ in range(batches)]
        self._queue = deque(range(batches))
        self._done = threading.Event()
        self.kills = 0
        self.snapshots: list[tuple[int, int]] = []
        """What a reader counted, and what the manifest of that version says."""

    def run(self) -> None:
        workers = [threading.Thread(target=self._work) for _ in range(2)]
        watcher = threading.Thread(target=self._watch)
        for thread in (*workers, watcher):
            thread.start()
        for thread in workers:
            thread.join()
        self._done.set()
        watcher.join()

    def _work(self) -> None:
        indexing = make_indexing(self._store, self._table, self._root)
        while self._queue:
            try:
                number = self._queue.popleft()
            except IndexError:
                return
            try:
                indexing.index_batch(self._change(number))
            except Crash:
                self.kills += 1
                self._queue.appendleft(number)
                indexing = make_indexing(self._store, self._table, self._root)
            except Unavailable:  # the other one was first each time: the queue delivers again
                self._queue.append(number)

    def _change(self, number: int) -> list[Ref]:
        put, purge = self._table.put, self._table.purge
        return [purge(n) if gone else put(n, f"Lot {number} nom {n}") for n, gone in self._batches[number]]

    def _watch(self) -> None:
        replica = make_replica(self._store, self._root)
        while not self._done.is_set():
            pointer = self._store.pointer()
            page = replica.list(ListQuery("organisation", EVERYTHING))
            if pointer and page.index_version == pointer.version:
                self.snapshots.append((page.total, self._store.manifest(pointer.manifest).counts[1]))


def assert_nothing_lost(store: IndexStore, table: Table, root: Path, batches: int, killed: Sequence[int]) -> None:
    make_indexing(store, table, root).rebuild()
    competition = Competition(store, table, root, batches)

    with faults(FaultPlan(script={("dynamodb.PutItem", n): "crash_before" for n in killed})):
        competition.run()

    assert competition.kills == len(killed)
    assert rows_of(make_replica(store, root)) == table.rows()
    assert len(competition.snapshots) > 10
    assert [shown for shown, _ in competition.snapshots] == [published for _, published in competition.snapshots]


def test_two_competing_indexers_one_killed_lose_nothing(store, table, tmp_path):
    assert_nothing_lost(store, table, tmp_path, batches=20, killed=(4, 11))


@pytest.mark.java
def test_eighty_batches_by_two_competing_indexers_on_dynamodb_lose_nothing(cloud, local_table, table, tmp_path):
    """The pointer is on Amazon's own engine: its condition alone decides who is first."""
    once = Config(retries={"total_max_attempts": 1})
    dynamodb = boto3.client("dynamodb", endpoint_url=local_table.endpoint_url, config=once)
    store = IndexStore(boto3.client("s3"), dynamodb, cloud.index_bucket, local_table.name, SCHEMA.fingerprint)

    assert_nothing_lost(store, table, tmp_path, batches=80, killed=(9, 31, 60))


def test_filters_see_only_the_newest_state_after_many_small_batches(indexing, store, table, tmp_path):
    for n in range(40):
        indexing.index_batch([table.put(n % 7, f"Nom {n % 7} état {n}")])

    replica = make_replica(store, tmp_path)
    for n in range(33, 40):
        query = ListQuery("organisation", EVERYTHING, (Filter("name", "eq", (f"Nom {n % 7} état {n}",)),))
        assert replica.list(query).total == 1
    assert replica.list(ListQuery("organisation", EVERYTHING)).total == 7
