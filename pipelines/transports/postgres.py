"""Pulls tables and views of a PostgreSQL database: what changed since the last time by a cursor column, or the rows of a day by a date column.

Everything of one relation is read in one read-only transaction on one snapshot, and streamed as JSON lines made by the server. A row's cursor value is
set before its transaction commits, so rows can appear behind the position that a pull has reached. Each pull therefore begins an overlap before it;
rows that come again are duplicates. The source's clock alone counts, never this machine's.
"""

from __future__ import annotations

from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

from pipelines.transports.inbox import Part
from pipelines.transports.position import advance, position
from pipelines.transports.pull import Errand, PullFailed, PullUnset, Window
from pipelines.transports.section import PostgresSection, Relation

TIMES = ("timestamp with time zone", "timestamp without time zone", "date")
NUMBERS = ("smallint", "integer", "bigint", "numeric", "real", "double precision")
OVERLAP_SECONDS, OVERLAP_NUMBERS = 600, 1000
OVERLAP_WALL_SECONDS = 7200  # a clock without a zone goes back an hour in autumn
NOTHING = sql.SQL("")
# one JSON object a line: the server's JSON has no line ends of its own but those that a json column was written with, and no control characters,
# so a quote and a delimiter that cannot occur leave every line as it is
LINE = sql.SQL(r"translate(row_to_json(q)::text, E'\n\r\t', '   ')")
COPY = sql.SQL(r"copy ({}) to stdout (format csv, quote E'\x01', delimiter E'\x02', encoding 'UTF8')")


def fetch_relations(errand: Errand, section: PostgresSection) -> None:
    """Pull every relation of the source."""
    dsn = errand.secret(section.dsn, "The connection string (dsn)")
    for relation in section.relations:
        errand.check_name(relation.name)
        if errand.window and not relation.date:
            raise PullUnset(f"Relation {relation.name} of {errand.source.id} has no `date` column, so it cannot be pulled by days.")
    try:
        with psycopg.connect(dsn, autocommit=False, connect_timeout=15, application_name="onegate") as con:
            con.read_only, con.isolation_level = True, psycopg.IsolationLevel.REPEATABLE_READ
            for relation in section.relations:
                for window in errand.window.days() if errand.window else [None]:
                    with con.transaction():
                        _prepare(con, errand.source.zone, section.statement_timeout)
                        _Pull(errand, con, relation).run(window)
    except psycopg.Error as error:
        raise PullFailed(f"PostgreSQL did not answer the pull of {errand.source.id}: {_sentence(error)}") from error


class _Pull:
    """The pull of one relation in the transaction that is open."""

    def __init__(self, errand: Errand, con: psycopg.Connection, relation: Relation) -> None:
        self._errand, self._con, self._relation = errand, con, relation
        self._from = _from(relation)

    def run(self, window: Window | None) -> None:
        """Land the rows of a day, or what is new."""
        if window:
            self._day(window)
        elif self._relation.cursor:
            self._news()
        else:
            self._whole()

    def _day(self, window: Window) -> None:
        day = sql.Identifier(self._relation.date)
        bounds = [sql.Literal(window.start.isoformat()), sql.Literal(window.end.isoformat())]
        with Part(self._errand.settings) as part:
            self._copy(part, sql.SQL("q.{0} >= {1}::date and q.{0} < {2}::date").format(day, *bounds))
            if part.rows:
                self._errand.land(part, self._relation.name)
            else:
                self._errand.note(f"{self._relation.name}: no rows of {window.start}.")

    def _whole(self) -> None:
        """Everything, each time; the same content does not land twice in a row."""
        with Part(self._errand.settings) as part:
            self._copy(part, sql.SQL("true"), sql.SQL("order by 1"))
            self._land_news(part, {})

    def _news(self) -> None:
        cursor = sql.Identifier(self._relation.cursor)
        kind = self._kind(cursor)
        high = self._high(cursor, kind)
        before = self._reached(kind, high)
        chosen, order = sql.SQL("true"), sql.SQL("")
        if before is not None:  # rows without a cursor value can never be passed, so they come each time
            low = sql.SQL("({}::{} - {})").format(sql.Literal(before), sql.SQL(cast(LiteralString, kind)), self._overlap(kind))
            chosen = sql.SQL("q.{0} >= {1} or q.{0} is null").format(cursor, low)
            order = sql.SQL("order by 1")  # the same rows make the same file, which then need not land again
        with Part(self._errand.settings) as part:
            self._copy(part, chosen, order)
            self._land_news(part, {"value": before if high is None else high, "type": kind})

    def _land_news(self, part: Part, reached: dict[str, Any]) -> None:
        """Land what was not just landed, then remember how far it goes."""
        source, name = self._errand.source.id, self._relation.name
        last = position(self._errand.settings, source, name)
        if part.rows and part.sha256 != last.get("sha256"):
            self._errand.land(part, name)
        else:
            self._errand.say(f"{name}: nothing new.")
        advance(self._errand.settings, source, name, {**reached, "sha256": part.sha256})

    def _kind(self, cursor: sql.Identifier) -> str:
        """The type of the cursor column; one that can be counted back from."""
        with self._con.cursor() as empty:
            empty.execute(sql.SQL("select q.{} from {} limit 0").format(cursor, self._from))
            oid = empty.description[0].type_code if empty.description else 0
        kind = str(self._value(sql.SQL("select format_type({}, null)").format(sql.Literal(oid))))
        if kind not in (*TIMES, *NUMBERS):
            raise PullUnset(
                f"The cursor {self._relation.cursor} of {self._relation.name} is {kind}; it must be a time or a number that grows."
            )
        return kind

    def _high(self, cursor: sql.Identifier, kind: str) -> str | None:
        """The newest cursor value. One that lies in the future by the server's clock does not count: it would hide all that comes until then."""
        past = sql.SQL("where q.{} <= now()").format(cursor) if kind in TIMES else sql.SQL("")
        return self._value(sql.SQL("select max(q.{})::text from {} {}").format(cursor, self._from, past))

    def _reached(self, kind: str, high: str | None) -> str | None:
        """The position of the last pull, unless the relation has since begun anew."""
        last = position(self._errand.settings, self._errand.source.id, self._relation.name)
        if not last.get("value"):
            return None
        name = self._relation.name
        if last["type"] != kind:
            self._errand.note(f"{name}: the cursor was {last['type']} and is {kind} now; everything is pulled again.")
            return None
        if high is not None and self._value(sql.SQL("select {}::{t} < {}::{t}").format(
            sql.Literal(high), sql.Literal(last["value"]), t=sql.SQL(cast(LiteralString, kind)))
        ):  # fmt: skip
            self._errand.note(
                f"{name}: the newest row is older than the last pull's; it may have been restored, so everything is pulled again."
            )
            return None
        return last["value"]

    def _overlap(self, kind: str) -> sql.Composable:
        given = self._relation.overlap
        if kind in NUMBERS:
            return sql.Literal(OVERLAP_NUMBERS if given is None else given)
        usual = OVERLAP_SECONDS if kind == "timestamp with time zone" else OVERLAP_WALL_SECONDS
        return sql.SQL("make_interval(secs => {})").format(sql.Literal(usual if given is None else given))

    def _copy(self, part: Part, chosen: sql.Composable, order: sql.Composable = NOTHING) -> None:
        query = sql.SQL("select {} from {} where {} {}").format(LINE, self._from, chosen, order)
        with self._con.cursor() as cursor, cursor.copy(COPY.format(query)) as rows:
            for block in rows:
                part.write(bytes(block))

    def _value(self, query: sql.Composed) -> Any:
        row = self._con.execute(query).fetchone()
        return row[0] if row else None


def _prepare(con: psycopg.Connection, zone: str, timeout: int) -> None:
    """Days and instants in the source's zone; nothing runs for ever."""
    setting = sql.SQL("select set_config(%s, %s, true)")
    for name, value in (
        ("TimeZone", zone), ("DateStyle", "ISO, YMD"), ("statement_timeout", f"{timeout}s"), ("lock_timeout", "60s"),
        ("idle_in_transaction_session_timeout", "600s"),
    ):  # fmt: skip
        con.execute(setting, [name, value])


def _from(relation: Relation) -> sql.Composed:
    if relation.table:
        return sql.SQL("{} as q").format(sql.Identifier(*relation.table.split(".")))
    return sql.SQL("({}) as q").format(sql.SQL(cast(LiteralString, relation.query.strip().rstrip(";"))))


def _sentence(error: psycopg.Error) -> str:
    """What the server said, without the connection string."""
    return (error.diag.message_primary or str(error).splitlines()[0] if str(error) else type(error).__name__).strip()
