/** A person's tables, version by version. Steps are only ever appended to. */
export const PERSON_SCHEMA = [
  `CREATE TABLE person (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     person TEXT NOT NULL,
     subject TEXT NOT NULL,
     display TEXT NOT NULL,
     roles TEXT NOT NULL,
     epoch INTEGER NOT NULL,
     -- Sealed; null when there is none to refresh with.
     upstream_token TEXT,
     -- Counts the tokens that sign-ins brought and sign-outs took: a refresh under way can tell that it is late.
     upstream_generation INTEGER NOT NULL DEFAULT 0,
     -- Set while a refresh has no answer, so that one cut short is known for what it was.
     upstream_asked_at INTEGER,
     -- When a refresh was last sent, whatever came of it.
     upstream_tried_at INTEGER,
     -- When the identity provider last vouched for the person: at a sign-in, or at a refresh.
     confirmed_at INTEGER NOT NULL
   );
   CREATE TABLE sessions (
     session_id TEXT PRIMARY KEY,
     client_id TEXT NOT NULL,
     client_name TEXT NOT NULL,
     redirect_uri TEXT NOT NULL,
     scopes TEXT NOT NULL,
     state TEXT NOT NULL CHECK (state IN ('active', 'signed_out', 'revoked')),
     created_at INTEGER NOT NULL,
     signed_in_at INTEGER NOT NULL,
     ended_at INTEGER,
     -- Whether the session object has its record, and the epoch it has yet to be told of.
     opened INTEGER NOT NULL DEFAULT 0,
     owed_epoch INTEGER
   );
   CREATE UNIQUE INDEX session_of_client ON sessions (client_id, redirect_uri) WHERE state <> 'revoked';
   CREATE INDEX sessions_owed ON sessions (session_id) WHERE owed_epoch IS NOT NULL;
   CREATE TABLE sign_ins (sign_in_id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL);
   CREATE TABLE grants (
     grant_id TEXT PRIMARY KEY,
     session_id TEXT NOT NULL,
     -- The newest refresh token, by its digest.
     current TEXT,
     -- When that was given out.
     at INTEGER NOT NULL,
     ended_at INTEGER,
     -- Whether the session's object has yet to be told of the end.
     owed INTEGER NOT NULL DEFAULT 0
   );
   CREATE INDEX grants_by_age ON grants (at);
   CREATE INDEX grants_owed ON grants (grant_id) WHERE owed = 1;
   CREATE TABLE refresh_tokens (
     digest TEXT PRIMARY KEY,
     -- The token that it was given for; null for a grant's first.
     predecessor TEXT,
     at INTEGER NOT NULL,
     used_at INTEGER,
     -- What it was exchanged for, sealed, for as long as that is shared.
     answer TEXT
   );
   CREATE INDEX refresh_tokens_by_predecessor ON refresh_tokens (predecessor);
   CREATE INDEX refresh_tokens_by_age ON refresh_tokens (at);
   CREATE TABLE changes (operation_id TEXT PRIMARY KEY, at INTEGER NOT NULL);
   CREATE INDEX changes_by_age ON changes (at)`,
  `-- How a grant began: what its person can know it by.
   ALTER TABLE grants ADD COLUMN scopes TEXT NOT NULL DEFAULT '[]';
   ALTER TABLE grants ADD COLUMN signed_in_at INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE grants ADD COLUMN address TEXT;
   ALTER TABLE grants ADD COLUMN place TEXT;
   -- Rises with each change of the added scopes, and how far its session's object was told.
   ALTER TABLE grants ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE grants ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX grants_untold ON grants (grant_id) WHERE told < revision;
   CREATE TABLE added_scopes (
     grant_id TEXT NOT NULL,
     scope TEXT NOT NULL,
     until INTEGER NOT NULL,
     PRIMARY KEY (grant_id, scope)
   ) WITHOUT ROWID`,
] as const;
