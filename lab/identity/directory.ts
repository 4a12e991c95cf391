/** The accounts, as tests have changed them. */
import * as z from "zod";
import { type Account, accounts } from "../estate/people.ts";
import type { Storage } from "../storage.ts";

/** An account as it is now: as seeded, with what tests changed. */
export interface DirectoryUser extends Account {
  disabled: boolean;
}

const change = z.strictObject({
  disabled: z.boolean().optional(),
  groups: z.array(z.string().min(1)).optional(),
});

type Change = z.infer<typeof change>;

const collection = "identity/users";
const password = "lab";

/** Who can sign in, and in which groups they are. */
export class Directory {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Everybody who can sign in, or could. */
  users(): DirectoryUser[] {
    return accounts.map((account) => this.#asNow(account));
  }

  /** A user by login (`responder`) or e-mail address. */
  byLogin(login: string): DirectoryUser | undefined {
    const wanted = login.trim().toLowerCase();
    const account = accounts.find(({ login, email }) => login === wanted || email === wanted);
    return account && this.#asNow(account);
  }

  /** A user by `sub`. */
  byId(id: string): DirectoryUser | undefined {
    const account = accounts.find((account) => account.id === id);
    return account && this.#asNow(account);
  }

  /** The user, if the password is theirs and they aren't disabled. */
  authenticate(login: string, given: string): DirectoryUser | undefined {
    const user = this.byLogin(login);
    return user && !user.disabled && given === password ? user : undefined;
  }

  /**
   * Disables or enables a user, or puts them in other groups; holds until a reset. Returns the user as they are
   * now, or nothing if there is none of that login.
   * @throws z.ZodError naming the field that is wrong
   */
  update(login: string, input: unknown): DirectoryUser | undefined {
    const wanted = change.parse(input);
    const user = this.byLogin(login);
    if (!user) return undefined;
    const earlier = this.#storage.change<Change>(collection, user.login);
    this.#storage.setChange(collection, user.login, { ...earlier, ...wanted });
    return this.byLogin(login);
  }

  #asNow(account: Account): DirectoryUser {
    const changed = this.#storage.change<Change>(collection, account.login);
    return { ...account, groups: changed?.groups ?? account.groups, disabled: changed?.disabled ?? false };
  }
}
