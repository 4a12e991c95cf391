import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { personKey } from "../../../src/auth/person-key.ts";
import { chainTexts } from "./chain.ts";

/** What the audit says, as far as these tests read it. */
export interface Event {
  readonly seq: number;
  readonly type: string;
  readonly decision: string;
  readonly outcome: string;
  readonly session_id?: string;
  readonly client_id?: string;
  readonly error_kind?: string;
  readonly error_code?: string;
  readonly roles?: readonly string[];
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The name of a lab user's object. */
export function personKeyOf(user: string): string {
  return personKey(env.OIDC_ISSUER, `${user}@acme.test`);
}

/** The object of a lab user. */
export function personOf(user: string) {
  return env.PERSON.getByName(personKeyOf(user));
}

/** The session that a client has with a lab user. */
export async function sessionOf(user: string, client_id: string): Promise<string> {
  const sessions = await personOf(user).listSessions();
  const session = sessions.find((session) => session.client_id === client_id);
  if (session === undefined) throw new Error(`${user} has no session with ${client_id}`);
  return session.session_id;
}

/** The user's chain from its beginning. */
export async function chainOf(user: string): Promise<Event[]> {
  return (await chainTexts(personOf(user))).map((text) => JSON.parse(text) as Event);
}

/** The chain's events about one client. */
export async function eventsOf(user: string, client_id: string): Promise<Event[]> {
  return (await chainOf(user)).filter((event) => event.client_id === client_id);
}

/** Has the identity provider's last word on somebody be older by `ms`: for their object, and for these sessions of theirs. */
export async function age(person: string, ms: number, ...session_ids: readonly string[]): Promise<void> {
  await runInDurableObject(env.PERSON.getByName(person), (_object, { storage: { sql } }) => {
    sql.exec("UPDATE person SET confirmed_at = confirmed_at - ?, upstream_tried_at = NULL", ms);
  });
  for (const session_id of session_ids) {
    const session = env.SESSION.getByName(session_id);
    await runInDurableObject(session, (_object, { storage: { sql } }) => {
      sql.exec(
        `UPDATE session SET record = json_set(record, '$.confirmed_at',
           json_extract(record, '$.confirmed_at') - ?)`,
        ms,
      );
    });
    // What it remembers of its record goes with it.
    await evictDurableObject(session);
  }
}
