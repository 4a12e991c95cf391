/** Fails where an enabled account hasn't been signed in to for 90 days. */
import { defineControl } from "./control.ts";
import { daysSince } from "./days.ts";
import { accountsUsedWithin } from "./reads/accounts.ts";

/** PCI DSS 4.0.1, 8.2.6. CIS 5.3 asks for 45 days: a pass here doesn't show that, so it isn't claimed. */
const DAYS = 90;

export const usersInactive = defineControl({
  control_id: "users-inactive",
  title: "Users inactive for 90 days but enabled",
  question: "Is every account that nobody has signed in to for 90 days disabled?",
  violations: `enabled users who have not signed in for ${DAYS} days`,
  requirements: {
    soc2: ["CC6.2", "CC6.3"],
    iso27001: ["A.5.16", "A.5.18"],
    pci_dss: ["8.2.6"],
  },
  severity: "medium",
  reads: { accounts: accountsUsedWithin(DAYS) },
  judge: ({ accounts }, now) =>
    accounts
      .flatMap((account) =>
        account.unused_since === null ? [] : { ...account, since: account.unused_since },
      )
      .filter(({ since }) => daysSince(since, now) >= DAYS)
      .toSorted((a, b) => (a.since < b.since ? -1 : 1))
      .map(({ user_id, name, status, last_login_time, created_time }) => ({
        resource: { type: "user", uid: user_id, name },
        facts: { user_id, name, status, last_login_time, created_time },
      })),
});
