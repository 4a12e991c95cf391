/** Accounts of Acme's Jira, and what each may do. */
import type { VendorRequest } from "../simulator.ts";

/** What an account may do in the projects of Acme's Jira. */
export type Permission = "browse" | "create";

/** An account that an API token belongs to. */
export interface Account {
  accountId: string;
  email: string;
  token: string;
  displayName: string;
  groups: readonly string[];
  permissions: readonly Permission[];
}

/** Least privilege, one account per purpose. The vendor lets nobody create what they can't browse. */
const accounts: readonly Account[] = [
  {
    accountId: "712020:sallyport-read",
    email: "sallyport-read@acme.test",
    token: "lab-jira-read-token",
    displayName: "Sallyport (read)",
    groups: ["jira-users-acme"],
    permissions: ["browse"],
  },
  {
    accountId: "712020:sallyport-create",
    email: "sallyport-create@acme.test",
    token: "lab-jira-create-token",
    displayName: "Sallyport (create)",
    groups: ["jira-users-acme"],
    permissions: ["browse", "create"],
  },
  {
    accountId: "712020:administrator",
    email: "jira-admin@acme.test",
    token: "lab-jira-admin-token",
    displayName: "Jira administrator",
    groups: ["jira-users-acme", "jira-admins-acme"],
    permissions: ["browse", "create"],
  },
];

/**
 * The account that a request is made by, or nothing. A wrong token makes the caller nobody, not a refused
 * caller: what nobody may see is for each operation to say.
 */
export function accountOf(request: VendorRequest): Account | undefined {
  const encoded = /^basic (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  const [email, ...token] = Buffer.from(encoded, "base64").toString().split(":");
  return accounts.find((account) => account.email === email && account.token === token.join(":"));
}
