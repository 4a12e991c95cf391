/** The users of the org, as they stand now. */
import type { World } from "../world.ts";
import { type OktaAccount, oktaAccounts, type UserStatus } from "./accounts.ts";

interface Change {
  status: UserStatus;
  previous: UserStatus;
  /** Epoch ms. */
  changedAt: number;
}

const collection = "okta/status";

/** How long the search index lags behind. The vendor's takes seconds; nobody wants to wait for that in a test. */
const searchLagMs = 1000;

/** An account as it is at one moment. Times are epoch ms. */
export interface Standing {
  account: OktaAccount;
  status: UserStatus;
  createdAt: number;
  changedAt: number;
  lastLoginAt: number | null;
}

const byId = new Map(oktaAccounts.map((account) => [account.id, account]));

/** The users of the org: as seeded, with what was done to them. */
export class Directory {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A user by id, login or the login's part before the @, as the vendor resolves a path's `{id}`. */
  resolve(key: string): OktaAccount | undefined {
    const wanted = key.toLowerCase();
    return (
      byId.get(key) ??
      oktaAccounts.find(({ person }) => person.email === wanted || person.email.split("@")[0] === wanted)
    );
  }

  /** A user as they are now. */
  now(account: OktaAccount): Standing {
    const change = this.#world.storage.change<Change>(collection, account.id);
    return this.#standing(account, change, change?.status);
  }

  /** Everybody as the search index knows them: what has just changed is not in it yet. */
  indexed(now: number): Standing[] {
    return this.#everybody((change) =>
      change.changedAt <= now - searchLagMs ? change.status : change.previous,
    );
  }

  /** Everybody as they are now. */
  all(): Standing[] {
    return this.#everybody((change) => change.status);
  }

  /** Gives a user another status. */
  set(account: OktaAccount, status: UserStatus, now: number): void {
    const change: Change = { status, previous: this.now(account).status, changedAt: now };
    this.#world.storage.setChange(collection, account.id, change);
  }

  #everybody(see: (change: Change) => UserStatus): Standing[] {
    const changes = this.#world.storage.changes<Change>(collection);
    return oktaAccounts.map((account) => {
      const change = changes.get(account.id);
      return this.#standing(account, change, change && see(change));
    });
  }

  #standing(account: OktaAccount, change: Change | undefined, status = account.status): Standing {
    const seededAt = this.#world.estate.seededAt();
    const createdAt = seededAt - account.createdAgoMs;
    return {
      account,
      status,
      createdAt,
      changedAt: change?.changedAt ?? createdAt,
      lastLoginAt: account.lastLoginAgoMs === null ? null : seededAt - account.lastLoginAgoMs,
    };
  }
}
