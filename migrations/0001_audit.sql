-- Every event of every chain, as the objects that decided something wrote it.
-- `event` is the RFC 8785 text that was hashed. Every other column but `received_at` repeats something of it
-- for searching, and verification recomputes them from it.
-- A rowid table: its rows are far larger than what WITHOUT ROWID is good for.
CREATE TABLE audit_events (
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  event_id TEXT NOT NULL,
  at TEXT NOT NULL,
  tenant TEXT NOT NULL,
  type TEXT NOT NULL,
  subject TEXT,
  session_id TEXT,
  client_id TEXT,
  tool TEXT,
  decision TEXT NOT NULL,
  outcome TEXT NOT NULL,
  error_kind TEXT,
  error_code TEXT,
  target TEXT,
  operation_id TEXT,
  trace_id TEXT,
  prev TEXT NOT NULL,
  hash TEXT NOT NULL,
  event TEXT NOT NULL,
  received_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  PRIMARY KEY (chain, seq)
);

-- Newest first, and from a cursor on: every index ends in the order of a page.
CREATE INDEX audit_events_at ON audit_events (at, event_id);
CREATE INDEX audit_events_subject ON audit_events (subject, at, event_id) WHERE subject IS NOT NULL;
CREATE INDEX audit_events_tool ON audit_events (tool, at, event_id) WHERE tool IS NOT NULL;
CREATE INDEX audit_events_target ON audit_events (target, at, event_id) WHERE target IS NOT NULL;
CREATE INDEX audit_events_operation ON audit_events (operation_id, at, event_id) WHERE operation_id IS NOT NULL;
-- The audit_id of every answer is an event's id.
CREATE INDEX audit_events_event_id ON audit_events (event_id);

-- A second event for a place that is taken. The first stays; this is what came later, or what its object holds.
CREATE TABLE audit_conflicts (
  chain TEXT NOT NULL,
  seq INTEGER NOT NULL,
  stored_hash TEXT NOT NULL,
  offered_hash TEXT NOT NULL,
  offered_event TEXT NOT NULL,
  -- `consumer`: seen when the offered event arrived. `object`: seen when its object read the store back.
  seen_by TEXT NOT NULL,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
  PRIMARY KEY (chain, seq, stored_hash, offered_hash)
);

-- What could not be stored as an event, whole, with the reason.
CREATE TABLE audit_dead_letters (
  -- The queue's id of the message: the same when it is delivered again.
  id TEXT PRIMARY KEY,
  queue TEXT NOT NULL,
  reason TEXT NOT NULL,
  chain TEXT,
  seq INTEGER,
  body TEXT NOT NULL,
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
