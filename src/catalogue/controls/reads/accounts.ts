/** Reads all enabled accounts for controls, and says where sign-ins or factors can't be told. */
import { oktaCredentials } from "../../../connectors/okta/access/credentials.ts";
import { okta } from "../../../connectors/okta/errors.ts";
import { oktaSettings } from "../../../connectors/okta/settings.ts";
import {
  type Account,
  type Accounts,
  type AccountWithMfa,
  enabledAccounts,
  untold,
  withFactors,
} from "../../../connectors/okta/users/accounts.ts";
import { incomplete } from "../../../toolkit/upstream/failures.ts";
import type { Part, Read } from "../control.ts";
import { daysSince } from "../days.ts";

/**
 * All accounts that somebody can sign in with, or could once they have a new password. The read is whole only if of each
 * it can be told whether it was unused for `days`: one that was created since wasn't, whatever else is unknown of it.
 */
export function accountsUsedWithin(days: number): Read<Account> {
  return {
    what: "enabled user accounts",
    credential: oktaCredentials.read,
    population: true,
    async run(upstream, { env, now }) {
      const part = partOf(await enabledAccounts(upstream, oktaSettings.parse(env)));
      const unknown = part.items.filter(
        ({ unused_since, created_time }) =>
          unused_since === null && (created_time === null || daysSince(created_time, now) >= days),
      );
      const error = unknown.length === 0 ? null : untold(unknown.length, "the last sign-in isn't known");
      return { ...part, error: part.error ?? error };
    },
  };
}

/** The same, with whether each can be asked for more than a password: one request for each of them. */
export const accountsWithMfa: Read<AccountWithMfa> = {
  what: "enabled user accounts with their factors",
  credential: oktaCredentials.read,
  population: true,
  async run(upstream, { env }) {
    const listed = await enabledAccounts(upstream, oktaSettings.parse(env));
    const part = partOf(await withFactors(upstream, listed.accounts));
    const vanished = listed.accounts.length - part.items.length;
    const known = part.items.filter(({ has_mfa }) => has_mfa !== null);
    const unknown = part.items.length - known.length;
    const error =
      listed.lacking ??
      part.error ??
      // Between two requests somebody may go, but not many: whoever is hidden from the second isn't gone.
      (vanished > 0 ? incomplete(okta, listed.accounts.length, part.items.length) : null) ??
      (unknown > 0
        ? untold(unknown, "it can't be told whether the factors prove more than a password")
        : null);
    return { items: known, error, more: false };
  },
};

function partOf<Item extends Account>({ accounts, lacking }: Accounts<Item>): Part<Item> {
  return { items: accounts, error: lacking, more: false };
}
