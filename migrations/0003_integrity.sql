-- Signed statements of where chains ended: docs/audit.md says how they are checked.
CREATE TABLE audit_checkpoints (
  n INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  -- The statement, a compact JWS. It is published; the list isn't.
  jws TEXT NOT NULL,
  -- RFC 8785 text of the list that the statement holds the digest of: [[chain, seq, hash], …]
  heads TEXT NOT NULL
);

-- Up to where a chain's events may go, by a signed statement: one for each chain, and it only ever rises.
-- What arrives at or below an anchor is not stored again.
CREATE TABLE audit_anchors (
  chain TEXT PRIMARY KEY,
  seq INTEGER NOT NULL,
  hash TEXT NOT NULL,
  at TEXT NOT NULL,
  -- The statement, a compact JWS.
  jws TEXT NOT NULL
);
