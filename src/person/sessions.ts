/** Keeps a person's sessions, and what each session object still has to be told. */
import { v7 as uuidv7 } from "uuid";
import { isLoopback } from "../auth/public-url.ts";
import type { SessionSummary } from "./protocol.ts";
import type { EndReason } from "./session-control.ts";

/** `signed_out` waits for the person to come back; `revoked` is final. */
export type SessionState = "active" | EndReason;

/** A client as one person uses it. */
export interface Client {
  readonly client_id: string;
  readonly client_name: string;
  readonly redirect_uri: string;
}

/** What the console is called where clients are. */
export const CONSOLE_CLIENT_ID = "console";

/** A person's session with one client. Times are milliseconds since the epoch. */
export interface Session extends Client {
  readonly session_id: string;
  readonly scopes: readonly string[];
  readonly state: SessionState;
  readonly created_at: number;
  readonly signed_in_at: number;
  readonly ended_at: number | null;
  /** The session object has its record. */
  readonly opened: boolean;
}

interface SessionRow extends Record<string, SqlStorageValue> {
  session_id: string;
  client_id: string;
  client_name: string;
  redirect_uri: string;
  scopes: string;
  state: SessionState;
  created_at: number;
  signed_in_at: number;
  ended_at: number | null;
  opened: number;
}

const SELECT = `SELECT session_id, client_id, client_name, redirect_uri, scopes, state, created_at, signed_in_at,
  ended_at, opened FROM sessions`;

/**
 * The sessions of one person, and what each session object has yet to be told. A debt is written with the change
 * that causes it and settled when the object has confirmed, so that a crash in between forgets nothing.
 */
export class Sessions {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The session with this id, whatever its state. */
  get(session_id: string): Session | null {
    return this.#all(`${SELECT} WHERE session_id = ?`, session_id)[0] ?? null;
  }

  /** Newest first. */
  list(): Session[] {
    return this.#all(`${SELECT} ORDER BY created_at DESC, session_id DESC`);
  }

  /** Those that may act. */
  active(): Session[] {
    return this.#all(`${SELECT} WHERE state = 'active'`);
  }

  /** Those that may act, or might again after a sign-in. */
  unrevoked(): Session[] {
    return this.#all(`${SELECT} WHERE state <> 'revoked'`);
  }

  /** The session of this client at this redirect URI, taken up again or begun. A revoked one stays revoked. */
  takeUp(client: Client, scopes: readonly string[], epoch: number, now: number): Session {
    const redirect_uri = withoutLoopbackPort(client.redirect_uri);
    const known = this.#all(
      `${SELECT} WHERE client_id = ? AND redirect_uri = ? AND state <> 'revoked'`,
      client.client_id,
      redirect_uri,
    )[0];
    const session_id = known?.session_id ?? `ses_${uuidv7({ msecs: now })}`;
    this.#sql.exec(
      `INSERT INTO sessions
         (session_id, client_id, client_name, redirect_uri, scopes, state, created_at, signed_in_at, owed_epoch)
       VALUES (?1, ?2, ?3, ?4, ?5, 'active', ?6, ?6, ?7)
       ON CONFLICT (session_id) DO UPDATE SET client_name = ?3, scopes = ?5, state = 'active', signed_in_at = ?6,
         ended_at = NULL, opened = 0, owed_epoch = ?7`,
      session_id,
      client.client_id,
      client.client_name,
      redirect_uri,
      JSON.stringify(scopes),
      now,
      epoch,
    );
    return this.#require(session_id);
  }

  /**
   * Ends a session that has not been revoked. The console's ends for good, whatever the reason: a cookie can't be
   * taken back, and its owner's next sign-in would sign in whoever copied it, too.
   */
  end(session_id: string, reason: EndReason, epoch: number, now: number): void {
    this.#sql.exec(
      `UPDATE sessions SET state = CASE client_id WHEN ?1 THEN 'revoked' ELSE ?2 END, ended_at = ?3, owed_epoch = ?4
       WHERE session_id = ?5 AND state <> 'revoked'`,
      CONSOLE_CLIENT_ID,
      reason,
      now,
      epoch,
      session_id,
    );
  }

  /** Every session that may act has to be told of `epoch`. */
  oweActive(epoch: number): void {
    this.#sql.exec("UPDATE sessions SET owed_epoch = ? WHERE state = 'active'", epoch);
  }

  /** Those whose object has yet to be told something. */
  owed(): Session[] {
    return this.#all(`${SELECT} WHERE owed_epoch IS NOT NULL ORDER BY session_id`);
  }

  /** The session's object has confirmed `epoch`. What came up since is still owed. */
  settle(session_id: string, epoch: number, opened: boolean): void {
    this.#sql.exec(
      "UPDATE sessions SET owed_epoch = NULL, opened = ? WHERE session_id = ? AND owed_epoch <= ?",
      opened ? 1 : 0,
      session_id,
      epoch,
    );
  }

  #require(session_id: string): Session {
    const session = this.get(session_id);
    if (session === null) throw new Error(`session ${session_id} was never stored`);
    return session;
  }

  #all(query: string, ...bindings: SqlStorageValue[]): Session[] {
    return this.#sql
      .exec<SessionRow>(query, ...bindings)
      .toArray()
      .map(({ scopes, opened, ...row }) => ({ ...row, scopes: JSON.parse(scopes), opened: opened === 1 }));
  }
}

/** A session as people see it. */
export function summaryOf(session: Session): SessionSummary {
  const { created_at, signed_in_at, ended_at, opened: _, ...rest } = session;
  return {
    ...rest,
    created_at: iso(created_at),
    signed_in_at: iso(signed_in_at),
    ended_at: ended_at === null ? null : iso(ended_at),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/**
 * RFC 8252 §7.3: a native app listens on whatever port is free, so the port of a loopback redirect URI says
 * nothing about which client it is. With it, every sign-in of such a client would begin another session.
 */
function withoutLoopbackPort(redirect_uri: string): string {
  const url = URL.parse(redirect_uri);
  if (url === null || !isLoopback(url.hostname)) return redirect_uri;
  url.port = "";
  return url.href;
}
