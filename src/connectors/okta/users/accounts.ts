/** Reading all accounts, for controls: who can sign in, when they last did, and who can with a password alone. */

import type { User } from "../../../capabilities/identities/user.ts";
import { asFailure, Failure } from "../../../toolkit/failure.ts";
import { pagesOf } from "../../../toolkit/lists/pages.ts";
import type { Upstream } from "../../../toolkit/upstream/upstream.ts";
import { okta } from "../errors.ts";
import { statusFilter } from "../filter.ts";
import type { UserRecord } from "../schemas.ts";
import type { OktaSettings } from "../settings.ts";
import { userOf, utc } from "./normalise-user.ts";
import { type Known, listUsers, type UsersPage, usesMfa } from "./users.ts";

/** Okta's own most for a page. */
const PAGE_SIZE = 200;
/** How many users' factors are asked for at a time: a Worker has six connections, and others want some. */
const AT_A_TIME = 4;

/** The statuses of people who could be signed in today: what keeps them out is theirs to undo. */
const ENABLED = ["ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"] as const;

/** An account that can be used. */
export interface Account extends User {
  /** ISO 8601 UTC, or `null` where Okta doesn't say. */
  readonly created_time: string | null;
  /**
   * Since when nobody has signed in: for somebody who never did, since the account was created. `null` where Okta left
   * out what this rests on.
   */
  readonly unused_since: string | null;
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
 * The enabled accounts, each once, by a filter that reads what is so now.
 * @throws Failure if not one could be read: nothing must not look like "none"
 */
export async function enabledAccounts(
  upstream: Upstream,
  settings: Pick<OktaSettings, "OKTA_BASE_URL">,
): Promise<Accounts> {
  const question = { filter: statusFilter(ENABLED) };
  const read = async (after: string) => {
    const content = await listUsers(upstream, settings, question, after || null, PAGE_SIZE);
    return { content, next: content.after };
  };
  const accounts = new Map<string, Account>();
  let pages = 0;
  let unreadable = 0;
  const add = (page: UsersPage) => {
    pages += 1;
    unreadable += page.unreadable;
    for (const record of page.records) accounts.set(record.id, accountOf(record));
  };
  let lacking: Failure | null = null;
  try {
    for await (const { content } of pagesOf(okta, "listUsers", "", Number.POSITIVE_INFINITY, read)) {
      add(content);
    }
  } catch (thrown) {
    if (pages === 0) throw thrown;
    lacking = asFailure(thrown);
  }
  if (unreadable > 0) lacking ??= untold(unreadable, "their records can't be read");
  return { accounts: [...accounts.values()], lacking };
}

/**
 * The same accounts with whether they have MFA: one request for each, within the upstream's deadline. Asks no
 * further after the first that fails; accounts that are gone by now are left out.
 */
export async function withFactors(
  upstream: Upstream,
  accounts: readonly Account[],
): Promise<Accounts<AccountWithMfa>> {
  const known = new Map<string, Known | null>();
  let lacking: Failure | null = null;
  const waiting = accounts.values();
  const ask = async () => {
    for (const { user_id } of waiting) {
      if (lacking !== null) return;
      try {
        known.set(user_id, await usesMfa(upstream, user_id));
      } catch (thrown) {
        lacking ??= asFailure(thrown);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, ask));
  const gone = ({ user_id }: Account) => known.get(user_id) === null;
  return {
    accounts: accounts
      .filter((account) => !gone(account))
      .map((account) => ({ ...account, has_mfa: known.get(account.user_id)?.value ?? null })),
    lacking,
  };
}

/** Accounts of which something can't be told. None of them may count as found in order. */
export function untold(count: number, what: string): Failure {
  return new Failure("upstream_contract_changed", `Of ${count} accounts at Okta, ${what}.`, {
    next_step: "Decide those accounts by hand, in Okta's console. Repeating the call will not help.",
    contract_path: "",
  });
}

function accountOf(record: UserRecord): Account {
  const created_time = utc(record.created);
  const never = record.lastLogin === null;
  return {
    ...userOf(record),
    created_time,
    unused_since: never ? created_time : utc(record.lastLogin),
  };
}
