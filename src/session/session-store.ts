/**
 * Keeps a session's tables: its record, idempotency keys, protocol sessions, used states and changes to
 * grants.
 */
import { applySchema } from "../audit/write/schema.ts";
import type { Keys } from "../path/ports.ts";
import { keyReused, tooManyKeys } from "../path/refusals.ts";
import type { AddedScope, AddedToGrant, EndReason, SessionRecord } from "../person/session-control.ts";
import type { UsedOnce } from "./lanes/resumption.ts";

/** What a session is, as the person object told it last. */
export interface KnownSession extends SessionRecord {
  /** Why it may do nothing any more, or `null` while it may. */
  readonly ended: EndReason | null;
}

const SCHEMA = [
  `CREATE TABLE session (id INTEGER PRIMARY KEY CHECK (id = 1), record TEXT NOT NULL);
   CREATE TABLE keys (
     key TEXT PRIMARY KEY,
     fingerprint TEXT NOT NULL,
     operation_id TEXT NOT NULL,
     bound_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE TABLE protocol_sessions (
     id TEXT PRIMARY KEY,
     state TEXT NOT NULL,
     used_at INTEGER NOT NULL
   ) WITHOUT ROWID`,
  "CREATE TABLE used_states (nonce TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID",
  "CREATE TABLE ended_grants (grant_id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
  `CREATE TABLE grant_additions (
     grant_id TEXT PRIMARY KEY,
     revision INTEGER NOT NULL,
     added TEXT NOT NULL
   ) WITHOUT ROWID`,
] as const;

/** Longer than any token of an ended grant can still be good for, in milliseconds. */
const TOKEN_LIFE_MS = 30 * 24 * 60 * 60_000;

/** A client that reconnects for ever must not fill the object: beyond this many, the longest unused go. */
const MAX_PROTOCOL_SESSIONS = 50;

/** What a session keeps of its callers' keys. */
export const KEYS = { most: 10_000, days: 90 } as const;

/** As many old keys as make room in one go, so that the next ones needn't look for it. */
const MOST_DROPPED = 100;

/** The session object's tables. */
export class SessionStore implements Keys, UsedOnce {
  readonly #storage: DurableObjectStorage;
  #record: KnownSession | null | undefined;
  #ended_grants: Set<string> | undefined;
  #added: Map<string, AddedToGrant> | undefined;
  readonly #now: () => number;
  /** How many keys there are, once they were counted. */
  #keys: number | undefined;

  /** @param now milliseconds since the epoch */
  constructor(storage: DurableObjectStorage, now: () => number = Date.now) {
    this.#storage = storage;
    this.#now = now;
    applySchema(storage, "session", SCHEMA);
  }

  /** What this session is, or `null` before anybody opened it. */
  get record(): KnownSession | null {
    if (this.#record === undefined) {
      const row = this.#storage.sql.exec<{ record: string }>("SELECT record FROM session").toArray()[0];
      this.#record = row === undefined ? null : (JSON.parse(row.record) as KnownSession);
    }
    return this.#record;
  }

  write(record: KnownSession): void {
    // Forgotten until the next read, so that a transaction that rolls back leaves no trace in memory.
    this.#record = undefined;
    this.#storage.sql.exec(
      "INSERT INTO session (id, record) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record",
      JSON.stringify(record),
    );
  }

  /** Whether nothing may be done with a grant's tokens any more. */
  hasEnded(grant_id: string): boolean {
    this.#ended_grants ??= new Set(
      this.#storage.sql
        .exec<{ grant_id: string }>("SELECT grant_id FROM ended_grants")
        .toArray()
        .map(({ grant_id }) => grant_id),
    );
    return this.#ended_grants.has(grant_id);
  }

  /** Nothing may be done with a grant's tokens any more. */
  endGrant(grant_id: string, now: number): void {
    this.#storage.sql.exec("DELETE FROM ended_grants WHERE at <= ?", now - TOKEN_LIFE_MS);
    this.#storage.sql.exec("INSERT OR IGNORE INTO ended_grants (grant_id, at) VALUES (?, ?)", grant_id, now);
    this.#storage.sql.exec("DELETE FROM grant_additions WHERE grant_id = ?", grant_id);
    this.#ended_grants = undefined;
    this.#added = undefined;
  }

  /** What the person has added to a grant, whether or not it still holds. */
  addedTo(grant_id: string): readonly AddedScope[] {
    return this.#known_added.get(grant_id)?.added ?? [];
  }

  /** Takes over what the person has added to a grant. False for a list that was overtaken by a newer one. */
  writeAdded({ grant_id, revision, added }: AddedToGrant): boolean {
    if ((this.#known_added.get(grant_id)?.revision ?? 0) >= revision) return false;
    this.#added = undefined;
    this.#storage.sql.exec(
      `INSERT INTO grant_additions (grant_id, revision, added) VALUES (?1, ?2, ?3)
       ON CONFLICT (grant_id) DO UPDATE SET revision = ?2, added = ?3`,
      grant_id,
      revision,
      JSON.stringify(added),
    );
    return true;
  }

  get #known_added(): Map<string, AddedToGrant> {
    this.#added ??= new Map(
      this.#storage.sql
        .exec<{ grant_id: string; revision: number; added: string }>(
          "SELECT grant_id, revision, added FROM grant_additions",
        )
        .toArray()
        .map((row) => [row.grant_id, { ...row, added: JSON.parse(row.added) as AddedScope[] }]),
    );
    return this.#added;
  }

  bind(key: string, fingerprint: string, operation_id: string): string {
    const known = this.#storage.sql
      .exec<{ fingerprint: string; operation_id: string }>(
        "SELECT fingerprint, operation_id FROM keys WHERE key = ?",
        key,
      )
      .toArray()[0];
    if (known === undefined) {
      this.#makeRoom();
      this.#storage.sql.exec(
        "INSERT INTO keys (key, fingerprint, operation_id, bound_at) VALUES (?, ?, ?, ?)",
        key,
        fingerprint,
        operation_id,
        this.#now(),
      );
      if (this.#keys !== undefined) this.#keys += 1;
      return operation_id;
    }
    if (known.fingerprint !== fingerprint) throw keyReused(known.operation_id);
    return known.operation_id;
  }

  rebind(key: string, operation_id: string): void {
    this.#storage.sql.exec(
      "UPDATE keys SET operation_id = ?1 WHERE key = ?2 AND operation_id <> ?1",
      operation_id,
      key,
    );
  }

  /**
   * Drops the oldest keys where there are as many as may be, but none before its time. What they stand for is still
   * found as the same action, for as long as that may answer.
   * @throws Failure `invalid_input` if there is no room
   */
  #makeRoom(): void {
    if (this.#countKeys() < KEYS.most) return;
    const { rowsWritten } = this.#storage.sql.exec(
      `DELETE FROM keys WHERE key IN
         (SELECT key FROM keys WHERE bound_at <= ? ORDER BY bound_at LIMIT ${MOST_DROPPED})`,
      this.#now() - KEYS.days * 24 * 60 * 60_000,
    );
    this.#keys = undefined;
    if (rowsWritten === 0) throw tooManyKeys(KEYS.most, KEYS.days);
  }

  #countKeys(): number {
    this.#keys ??= this.#storage.sql.exec<{ keys: number }>("SELECT COUNT(*) AS keys FROM keys").one().keys;
    return this.#keys;
  }

  use(nonce: string, until: number): boolean {
    this.#storage.sql.exec("DELETE FROM used_states WHERE until < ?", Date.now());
    const { rowsWritten } = this.#storage.sql.exec(
      "INSERT INTO used_states (nonce, until) VALUES (?, ?) ON CONFLICT DO NOTHING",
      nonce,
      until,
    );
    return rowsWritten > 0;
  }

  /** The transport state of a protocol session of the 2025 lane, or `null` if there is none of that id. */
  protocolSession(id: string): string | null {
    return (
      this.#storage.sql
        .exec<{ state: string }>("SELECT state FROM protocol_sessions WHERE id = ?", id)
        .toArray()[0]?.state ?? null
    );
  }

  /** True if there is such a protocol session; it counts as used now, to the minute. */
  useProtocolSession(id: string): boolean {
    const now = Date.now();
    this.#storage.sql.exec(
      "UPDATE protocol_sessions SET used_at = ?1 WHERE id = ?2 AND used_at < ?1 - 60000",
      now,
      id,
    );
    return this.protocolSession(id) !== null;
  }

  writeProtocolSession(id: string, state: string): void {
    this.#storage.sql.exec(
      `INSERT INTO protocol_sessions (id, state, used_at) VALUES (?1, ?2, ?3)
       ON CONFLICT (id) DO UPDATE SET state = ?2, used_at = ?3`,
      id,
      state,
      Date.now(),
    );
    this.#storage.sql.exec(
      `DELETE FROM protocol_sessions WHERE id NOT IN
         (SELECT id FROM protocol_sessions ORDER BY used_at DESC, id LIMIT ${MAX_PROTOCOL_SESSIONS})`,
    );
  }

  deleteProtocolSession(id: string): void {
    this.#storage.sql.exec("DELETE FROM protocol_sessions WHERE id = ?", id);
  }
}
