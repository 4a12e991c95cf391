-- The console lists operations by when they entered their last state, and by that state.
CREATE INDEX audit_events_transition ON audit_events (at, event_id) WHERE type = 'operation';
CREATE INDEX audit_events_state ON audit_events (decision, at, event_id) WHERE type = 'operation';

-- Notices that were sent to the webhook, or given up. What is here is not sent again.
CREATE TABLE notices (
  -- The audit event that the notice was about.
  event_id TEXT PRIMARY KEY,
  outcome TEXT NOT NULL CHECK (outcome IN ('delivered', 'undelivered')),
  at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
);
