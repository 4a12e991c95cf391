import {
  type Account,
  type Accounts,
  type AccountWithMfa,
  enabledAccounts,
  withFactors,
} from "../../connectors/okta/accounts.ts";
import { okta } from "../../connectors/okta/errors.ts";
import { incomplete } from "../../downstream/failures.ts";
import type { Part, Read } from "../control.ts";

/** All accounts that somebody can sign in with, or could once they have a new password. */
export const accounts: Read<Account> = {
  what: "enabled user accounts",
  credential: "okta.read",
  population: true,
  run: async (upstream) => partOf(await enabledAccounts(upstream)),
};

/** The same, with whether each can be asked for more than a password: one request for each of them. */
export const accountsWithMfa: Read<AccountWithMfa> = {
  what: "enabled user accounts with their factors",
  credential: "okta.read",
  population: true,
  async run(upstream) {
    const listed = await enabledAccounts(upstream);
    const part = partOf(await withFactors(upstream, listed.accounts));
    const vanished = listed.accounts.length - part.items.length;
    const known = part.items.filter(({ has_mfa }) => has_mfa !== null);
    const error =
      listed.lacking ??
      part.error ??
      // Between two requests somebody may go, but not many: whoever is hidden from the second isn't gone.
      (vanished > 0 ? incomplete(okta, listed.accounts.length, part.items.length) : null);
    return { items: known, error, more: false };
  },
};

function partOf<Item extends Account>({ accounts, lacking }: Accounts<Item>): Part<Item> {
  return { items: accounts, error: lacking, more: false };
}
