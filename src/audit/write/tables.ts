/** What an object does later, and when its one alarm is set for. */
export const DUE_SCHEMA = [
  `CREATE TABLE due (
     task TEXT NOT NULL,
     key TEXT NOT NULL,
     at INTEGER NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0,
     running INTEGER NOT NULL DEFAULT 0,
     PRIMARY KEY (task, key)
   ) WITHOUT ROWID;
   CREATE TABLE due_alarm (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER)`,
] as const;

/**
 * The outbox holds the truth until the store has confirmed it; the head outlives it, so that a chain goes on
 * after its events have left. Verification reads both tables from an object's file.
 */
export const LEDGER_TABLES = `CREATE TABLE audit_chain (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     kind TEXT NOT NULL,
     name TEXT NOT NULL,
     chain TEXT NOT NULL,
     seq INTEGER NOT NULL,
     hash TEXT NOT NULL,
     confirmed_seq INTEGER NOT NULL
   );
   CREATE TABLE audit_outbox (
     seq INTEGER PRIMARY KEY,
     hash TEXT NOT NULL,
     event TEXT NOT NULL,
     sends INTEGER NOT NULL DEFAULT 0,
     check_at INTEGER
   )`;

/** The way to {@link LEDGER_TABLES} from whatever an object has. */
export const LEDGER_SCHEMA = [
  LEDGER_TABLES,
  // Chains from before chains were registered: the key, which would be the first event's hash, is left for the store.
  // Not at 0: an alarm set for then never comes.
  `INSERT INTO due (task, key, at) SELECT 'register', '', unixepoch() * 1000 FROM audit_chain WHERE seq > 0`,
] as const;
