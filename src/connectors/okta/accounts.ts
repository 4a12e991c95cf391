/** Reading all accounts, for controls: who can sign in, when they last did, and who can with a password alone. */
import type { Upstream } from "../../downstream/upstream.ts";
import { asFailure, type Failure } from "../../path/failure.ts";
import { statusFilter } from "./filter.ts";
import { type User, userOf } from "./normalise.ts";
import type { UserRecord } from "./schemas.ts";
import { listUsers, usesMfa } from "./users.ts";

/** Okta's own most for a page. */
const PAGE_SIZE = 200;
/** How many users' factors are asked for at a time: a Worker has six connections, and others want some. */
const AT_A_TIME = 4;

/** The statuses of people who could be signed in today: what keeps them out is theirs to undo. */
const ENABLED = ["ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"] as const;

/** An account that can be used. */
export interface Account extends User {
  /** ISO 8601 UTC. For somebody who never signed in, inactivity counts from here. */
  readonly created_time: string;
}

/** The same, with whether it can be asked for more than a password. `null`: that couldn't be read. */
export interface AccountWithMfa extends Account {
  readonly has_mfa: boolean | null;
}

/** What was read, and what kept us from the rest: `null` if it is everything. */
export interface Accounts<Item extends Account = Account> {
  readonly accounts: readonly Item[];
  readonly lacking: Failure | null;
}

/**
 * The enabled accounts, by a filter that reads what is so now.
 * @throws Failure if not one could be read: nothing must not look like "none"
 */
export async function enabledAccounts(upstream: Upstream): Promise<Accounts> {
  const question = { filter: statusFilter(ENABLED) };
  const first = await listUsers(upstream, question, null, PAGE_SIZE);
  const accounts = first.users.map(accountOf);
  let { after } = first;
  try {
    while (after !== null) {
      const page = await listUsers(upstream, question, after, PAGE_SIZE);
      accounts.push(...page.users.map(accountOf));
      after = page.after;
    }
  } catch (thrown) {
    return { accounts, lacking: asFailure(thrown) };
  }
  return { accounts, lacking: null };
}

/**
 * The same accounts with whether they have MFA: one request for each, within the upstream's deadline. Asks no
 * further after the first that fails; accounts that are gone by now are left out.
 */
export async function withFactors(
  upstream: Upstream,
  accounts: readonly Account[],
): Promise<Accounts<AccountWithMfa>> {
  const has_mfa = new Map<string, boolean | null>();
  let lacking: Failure | null = null;
  const waiting = accounts.values();
  const ask = async () => {
    for (const { user_id } of waiting) {
      if (lacking !== null) return;
      try {
        has_mfa.set(user_id, await usesMfa(upstream, user_id));
      } catch (thrown) {
        lacking ??= asFailure(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, ask));
  const gone = ({ user_id }: Account) => has_mfa.get(user_id) === null;
  return {
    accounts: accounts
      .filter((account) => !gone(account))
      .map((account) => ({ ...account, has_mfa: has_mfa.get(account.user_id) ?? null })),
    lacking,
  };
}

function accountOf(record: UserRecord): Account {
  return { ...userOf(record), created_time: new Date(record.created).toISOString() };
}
