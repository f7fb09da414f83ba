"""PostgreSQL on the same records, asked the same questions: full-text search with unaccent, prefixes and pg_trgm over
all searched fields, and indexed columns for lists. Started for the bench with sane memory settings, on a socket in a
folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from chalicelib.adapters.record_index.queries import read_words
from chalicelib.adapters.record_index.schema import stem
from chalicelib.domain.listing import IndexDocument, ListedKind, ListQuery, SearchQuery, Visibility
from chalicelib.domain.matching import Highlighter, Needle, fold, query_words

Row = dict[str, Any]
# Rows, total, and the counts of each facet.
Rows = list[Row]
Counts = dict[str, int]
Listed = tuple[Rows, int, dict[str, Counts]]
# Per kind its total, its best rows, and for each of those the highlighted texts by field.
Marks = dict[str, str]
Groups = dict[str, tuple[int, Rows, list[Marks]]]

INSTALLATIONS = Path("/usr/lib/postgresql")
SETTINGS = (
    "shared_buffers=1GB", "work_mem=64MB", "maintenance_work_mem=256MB", "effective_cache_size=4GB", "jit=off",
    "random_page_cost=1.1", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=8GB",
    "autovacuum=off",
)  # fmt: skip
# With fewer hits than this for the words as typed, similar names are looked for: the same rule as ours.
ENOUGH_HITS = 3
SIMILAR = 0.4
"""pg_trgm's threshold up to which it finds most: 0.5 finds a little less, 0.3 no more and takes longer."""

_SCHEMA = """
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE TEXT SEARCH CONFIGURATION fr (COPY = french);
ALTER TEXT SEARCH CONFIGURATION fr ALTER MAPPING FOR hword, hword_part, word WITH unaccent, french_stem;
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION plain ALTER MAPPING FOR hword, hword_part, word WITH unaccent, simple;
CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT lower(unaccent('unaccent', $1)) $$;
CREATE TABLE records (
  id text NOT NULL, kind text NOT NULL, deleted boolean NOT NULL, audience text[] NOT NULL, row json NOT NULL,
  title text, email text, texts text, city text, pipeline_stage text, category text, type text, tags text[],
  is_active boolean, potential_amount numeric, created_at timestamptz, words tsvector
);
"""
_INDEXES = """
ALTER TABLE records ADD PRIMARY KEY (kind, id);
CREATE INDEX ON records USING gin (words);
CREATE INDEX ON records USING gin (audience);
CREATE INDEX ON records USING gin (title gin_trgm_ops);
CREATE INDEX ON records USING gin (email gin_trgm_ops);
CREATE INDEX ON records USING gin (texts gin_trgm_ops);
CREATE INDEX ON records (kind, deleted, created_at);
CREATE INDEX ON records (kind, deleted, title);
CREATE INDEX ON records (kind, deleted, email);
CREATE INDEX ON records (kind, deleted, potential_amount);
CREATE INDEX ON records (kind, deleted, pipeline_stage, title);
CREATE INDEX ON records (kind, deleted, city);
VACUUM ANALYZE records;
"""
_INSERT = """
INSERT INTO records SELECT id, kind, deleted, audience, row, folded(title), folded(email), folded(texts), folded(city),
  pipeline_stage, category, type, tags, is_active, potential_amount, created_at,
  setweight(to_tsvector('plain', coalesce(title, '')), 'A') || setweight(to_tsvector('fr', coalesce(title, '')), 'A') ||
  setweight(to_tsvector('plain', regexp_replace(coalesce(email, ''), '[^[:alnum:]]+', ' ', 'g')), 'B') ||
  setweight(to_tsvector('plain', texts), 'C') || setweight(to_tsvector('fr', texts), 'C') ||
  setweight(to_tsvector('fr', notes), 'D')
FROM staged
"""
_STAGED = (
    "id", "kind", "deleted", "audience", "row", "title", "email", "city", "pipeline_stage", "category", "type", "tags",
    "is_active", "potential_amount", "created_at", "texts", "notes",
)  # fmt: skip


_LISTED = (
    "id",
    "title",
    "email",
    "city",
    "pipeline_stage",
    "category",
    "type",
    "tags",
    "is_active",
    "potential_amount",
    "created_at",
)
_TAGS = 99


class PostgresMissing(Exception):
    """No PostgreSQL server program on this machine."""


def server_programs() -> Path:
    """The folder of the newest installed server's programs."""
    found = sorted(INSTALLATIONS.glob("*/bin/initdb"))
    if not found:
        raise PostgresMissing("Install PostgreSQL (Debian: postgresql) to run the search benches.")
    return found[-1].parent


@contextmanager
def running_postgres() -> Iterator[psycopg.Connection[Any]]:
    """A connection to a fresh server that is gone afterwards. As root, the server runs as the user `postgres`."""
    programs = server_programs()
    home = Path(tempfile.mkdtemp(prefix="bench-postgres-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(home, "postgres")
    data = home / "data"
    control = [*as_user, str(programs / "pg_ctl"), "-D", str(data), "-w", "-s"]
    options = " ".join(
        f"-c {setting}" for setting in (*SETTINGS, "listen_addresses=", f"unix_socket_directories={home}")
    )
    try:
        initdb = [*as_user, str(programs / "initdb"), "-D", str(data), "-U", "bench", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initdb, "--locale=C.UTF-8", "-N"], check=True, stdout=subprocess.DEVNULL, cwd="/")
        subprocess.run([*control, "-l", str(home / "log"), "-o", options, "start"], check=True, cwd="/")
        try:
            with psycopg.connect(host=str(home), user="bench", dbname="postgres", autocommit=True) as connection:
                yield connection
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd="/")
    finally:
        shutil.rmtree(home)


class PostgresRecords:
    """The records in one table, and lists and searches over it in as few statements as PostgreSQL allows."""

    def __init__(self, connection: psycopg.Connection[Any], kinds: dict[str, ListedKind]) -> None:
        self._connection, self._kinds = connection, kinds

    def load(self, documents: Iterable[IndexDocument]) -> None:
        self._connection.execute(_SCHEMA)
        self._connection.execute(sql.SQL("SET pg_trgm.word_similarity_threshold = {}").format(SIMILAR))
        columns = ", ".join(_STAGED)
        self._connection.execute(
            "CREATE UNLOGGED TABLE staged (id text, kind text, deleted boolean, audience text[], row json, title text,"
            " email text, city text, pipeline_stage text, category text, type text, tags text[], is_active boolean,"
            " potential_amount numeric, created_at timestamptz, texts text, notes text)"
        )
        with self._connection.cursor() as cursor, cursor.copy(f"COPY staged ({columns}) FROM STDIN") as copy:
            for document in documents:
                copy.write_row(self._staged(document))
        self._connection.execute(_INSERT)
        self._connection.execute("DROP TABLE staged")
        for statement in _INDEXES.strip().split(";\n"):
            self._connection.execute(statement)

    def cpu_seconds(self) -> float:
        """CPU time spent so far by this thread and by the server process that answers it, parallel workers aside."""
        schedule = Path(f"/proc/{self._connection.info.backend_pid}/schedstat").read_text("ascii")
        return time.thread_time() + int(schedule.split()[0]) / 1e9

    def list(self, query: ListQuery) -> Listed:
        """Rows, total and facets of a page, in one statement."""
        where, values = _conditions(query)
        plain = [name for name in query.facets if name != "tags"]
        statement = sql.SQL(
            "WITH found AS {kept} (SELECT {columns} FROM records WHERE {where}),"
            " page AS (SELECT id, row_number() OVER (ORDER BY {order}) place FROM found"
            "  ORDER BY {order} LIMIT {limit} OFFSET {offset}),"
            " shown AS (SELECT place, row FROM page JOIN records USING (id) WHERE kind = %(kind)s ORDER BY place)"
            " SELECT -1, NULL, NULL::bigint, row FROM shown UNION ALL {counts}"
        ).format(
            kept=sql.SQL("MATERIALIZED" if query.facets else "NOT MATERIALIZED"),
            columns=sql.SQL(", ").join(sql.Identifier(name) for name in _LISTED),
            where=where,
            order=_order(query),
            limit=query.limit,
            offset=query.offset,
            counts=_counts(plain, with_tags="tags" in query.facets),
        )
        sets = {(1 << len(plain)) - 1 - (1 << n): name for n, name in enumerate(reversed(plain))}
        rows: Rows = []
        total, facets = 0, {name: Counts() for name in query.facets}
        for group, value, count, row in self._connection.execute(statement, values):
            if group == -1:
                rows.append(row)
            elif value is not None:
                facets["tags" if group == _TAGS else sets[group]][value] = count
            elif group == (1 << len(plain)) - 1:
                total = count
        return rows, total, facets

    def search(self, query: SearchQuery) -> Groups:
        """Per kind the total and the best rows, by name above e-mail above other texts, with highlights; similar texts
        too if the words as typed find too few."""
        asked = query_words(query.text)
        if not asked:
            return {}
        parts = []
        for word in asked:
            beginning = ":*" if query.autocomplete or (word == asked[-1] and len(word) > 1) else ""
            parts.append(f"(to_tsquery('plain', '{word}{beginning}') || to_tsquery('fr', '{word}'))")
        words = sql.SQL(" && ".join(parts))
        matches = sql.SQL("words @@ ({})").format(words)
        as_typed, *_, forgiving = read_words(query.text, completing=query.autocomplete).attempts()
        found = self._grouped(query, matches, sql.SQL("ts_rank(words, {})").format(words), as_typed.needles)
        if sum(total for total, *_ in found.values()) >= ENOUGH_HITS:
            return found
        text = sql.Literal(" ".join(asked))
        similar = sql.SQL("{0} <% title OR {0} <% email OR {0} <% texts OR {1}").format(text, matches)
        rank = sql.SQL(
            "4 * ({0})::int + greatest(4 * word_similarity({1}, title), 2 * word_similarity({1}, email),"
            " word_similarity({1}, texts))"
        ).format(matches, text)
        return self._grouped(query, similar, rank, forgiving.needles)

    def _grouped(
        self, query: SearchQuery, condition: sql.Composable, rank: sql.Composable, needles: Sequence[Needle]
    ) -> Groups:
        """Ranked by id alone; the rows are looked up for the best ones."""
        seen = sql.SQL(" OR ").join(
            sql.SQL("(kind = {} AND {})").format(sql.Literal(kind), _visible(v)) for kind, v in query.visibility.items()
        )
        statement = sql.SQL(
            "SELECT kind, total, row FROM (SELECT kind, id, count(*) OVER (PARTITION BY kind) total,"
            " row_number() OVER (PARTITION BY kind ORDER BY {} DESC, length(title), id) place"
            " FROM records WHERE ({}) AND NOT deleted AND ({})) ranked JOIN records USING (kind, id)"
            " WHERE place <= {} ORDER BY kind, place"
        ).format(rank, condition, seen, sql.Literal(query.limit))
        marker = None if query.autocomplete else Highlighter(needles, stem)
        groups: Groups = {}
        for kind, total, row in self._connection.execute(statement):
            _, rows, marks = groups.setdefault(kind, (total, [], []))
            rows.append(row)
            marks.append(self._marks(kind, row, marker) if marker else {})
        return groups

    def _marks(self, kind: str, row: Row, marker: Highlighter) -> Marks:
        texts = ((f.name, _text(row.get(f.name))) for f in self._kinds[kind].fields.values() if f.search)
        return {name: mark for name, text in texts if text and (mark := marker.mark(text))}

    def _staged(self, document: IndexDocument) -> tuple[Any, ...]:
        row, kind = document.row or {}, self._kinds[document.kind]
        texts = " ".join(_text(row.get(f.name)) for f in kind.fields.values() if f.search == "text")
        notes = " ".join(_text(row.get(f.name)) for f in kind.fields.values() if f.search == "notes")
        envelope = (document.id, document.kind, document.deleted, sorted(document.audience), json.dumps(row))
        return (*envelope, row.get(kind.title), *(row.get(name) for name in _STAGED[6:15]), texts, notes)


def _order(query: ListQuery) -> sql.Composable:
    """The order asked for, then the id, as ours has it; newest first if none was."""
    keys: list[sql.Composable] = [
        sql.SQL("{} {} NULLS LAST").format(sql.Identifier(_column(s.field)), _direction(s.descending))
        for s in query.sort
    ]
    last = query.sort[-1].descending if query.sort else True
    return sql.SQL(", ").join([*keys, sql.SQL("id {}").format(_direction(last))])


def _direction(descending: bool) -> sql.SQL:
    return sql.SQL("DESC") if descending else sql.SQL("ASC")


def _counts(plain: Sequence[str], with_tags: bool) -> sql.Composable:
    """The total and the facets' counts, in one pass over what was found, and one more for the tags."""
    names = [sql.Identifier(name) for name in plain]
    sets = [sql.SQL("({})").format(name) for name in [*names, sql.SQL("")]]
    counts = (
        sql.SQL(
            "SELECT GROUPING({0}), coalesce({1}), count(*), NULL::json FROM found GROUP BY GROUPING SETS ({2})"
        ).format(
            sql.SQL(", ").join(names),
            sql.SQL(", ").join(sql.SQL("{}::text").format(name) for name in names),
            sql.SQL(", ").join(sets),
        )
        if names
        else sql.SQL("SELECT 0, NULL::text, count(*), NULL::json FROM found")
    )
    if not with_tags:
        return counts
    tags = sql.SQL("SELECT {}, v, count(*), NULL::json FROM found, unnest(tags) v GROUP BY v").format(_TAGS)
    return sql.SQL("{} UNION ALL {}").format(counts, tags)


def _text(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value or "")


def _column(field: str) -> str:
    return "title" if field in ("name", "full_name") else field


def _visible(visibility: Visibility) -> sql.Composable:
    if visibility.everything:
        return sql.SQL("true")
    return sql.SQL("audience && {}::text[]").format(sql.Literal(sorted(visibility.keys)))


def _conditions(query: ListQuery) -> tuple[sql.Composable, dict[str, Any]]:
    """The WHERE clause of a list and its values."""
    parts: list[sql.Composable] = [sql.SQL("kind = %(kind)s AND deleted = %(deleted)s"), _visible(query.visibility)]
    values: dict[str, Any] = {"kind": query.kind, "deleted": query.deleted}
    for n, asked in enumerate(query.filters):
        column, name = sql.Identifier(_column(asked.field)), f"v{n}"
        values[name] = _value(asked.field, asked.operator, asked.values)
        form = {
            "eq": "{} = ANY(%({})s)", "ne": "({} IS NULL OR NOT {} = ANY(%({})s))", "prefix": "{} LIKE %({})s",
            "gte": "{} >= %({})s", "lte": "{} <= %({})s",
        }[asked.operator]  # fmt: skip
        slots = [column] * (form.count("{}") - 1)
        parts.append(sql.SQL(form).format(*slots, sql.SQL(name)))
    if query.text:
        words = " & ".join(query_words(query.text))
        parts.append(
            sql.SQL("words @@ (to_tsquery('fr', {0}) || to_tsquery('plain', {1}))").format(words, f"{words}:*")
        )
    return sql.SQL(" AND ").join(parts), values


def _value(field: str, operator: str, values: Sequence[str]) -> Any:
    if field in ("city", "name"):
        values = [fold(value) for value in values]
    if operator in ("eq", "ne"):
        return [value == "true" for value in values] if field == "is_active" else list(values)
    return f"{values[0]}%" if operator == "prefix" else values[0]
