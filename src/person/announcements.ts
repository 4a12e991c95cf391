/**
 * Tells session objects what changed about their person, their grants and their scopes, until each has
 * confirmed it.
 */
import type { Grant } from "../auth/tokens/grant.ts";
import type { Env } from "../bindings.ts";
import type { AddedScopes } from "./added-scopes.ts";
import type { Grants } from "./grants.ts";
import type { Person, PersonRecord } from "./person-record.ts";
import type { AddedToGrant, SessionControl } from "./session-control.ts";
import type { Session, Sessions } from "./sessions.ts";

/** How many session objects are told at a time. */
const AT_A_TIME = 50;

/**
 * Tells session objects what changed. Whoever changes a standing waits for this before answering, so that the
 * change holds on the next call; what could not be told stays owed, and the object's alarm tries again.
 */
export class Announcements {
  readonly #env: Env;
  readonly #record: PersonRecord;
  readonly #sessions: Sessions;
  readonly #grants: Grants;
  readonly #added: AddedScopes;

  constructor(env: Env, record: PersonRecord, sessions: Sessions, grants: Grants, added: AddedScopes) {
    this.#grants = grants;
    this.#added = added;
    this.#env = env;
    this.#record = record;
    this.#sessions = sessions;
  }

  /** @throws Error naming how many session objects couldn't be reached */
  async deliver(): Promise<void> {
    const owed = [
      ...this.#sessions.owed().map((session) => () => this.#tell(session)),
      ...this.#grants.owed().map((grant) => () => this.#tellOfEnd(grant)),
      ...this.#added.owed().map((grant) => () => this.#tellOfScopes(grant)),
    ];
    const failures: unknown[] = [];
    for (let start = 0; start < owed.length; start += AT_A_TIME) {
      const told = owed.slice(start, start + AT_A_TIME).map((tell) => tell());
      for (const result of await Promise.allSettled(told)) {
        if (result.status === "rejected") failures.push(result.reason);
      }
    }
    if (failures.length > 0) {
      throw new Error(`${failures.length} of ${owed.length} sessions could not be told`, {
        cause: failures[0],
      });
    }
  }

  /** Whether anything is still to be told. */
  get owed(): boolean {
    return [this.#sessions, this.#grants, this.#added].some((debts) => debts.owed().length > 0);
  }

  async #tellOfEnd({ grant_id, session_id }: Grant): Promise<void> {
    await this.#control(session_id).endGrant(grant_id);
    this.#grants.settle(grant_id);
  }

  async #tellOfScopes({ session_id, ...added }: AddedToGrant & Grant): Promise<void> {
    await this.#control(session_id).allow(added);
    this.#added.settle(added.grant_id, added.revision);
  }

  async #tell(session: Session): Promise<void> {
    const person = this.#record.require();
    const control = this.#control(session.session_id);
    const ended = session.state !== "active";
    if (!ended && !session.opened) await control.open(this.#recordOf(session, person));
    else {
      const { roles, epoch, confirmed_at, renewable } = person;
      const standing = { roles, epoch, confirmed_at, renewable, revoked: ended };
      await control.update({ ...standing, ...(ended ? { reason: session.state } : {}) });
    }
    this.#sessions.settle(session.session_id, person.epoch, !ended);
  }

  #recordOf({ session_id, client_id, client_name }: Session, person: Person) {
    return { session_id, client_id, client_name, tenant: this.#env.TENANT, ...person };
  }

  #control(session_id: string): SessionControl {
    return this.#env.SESSION.getByName(session_id);
  }
}
