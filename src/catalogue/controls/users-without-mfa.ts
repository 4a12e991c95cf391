/** Fails where a user who can sign in has no second factor. */
import { defineControl } from "./control.ts";
import { accountsWithMfa } from "./reads/accounts.ts";

export const usersWithoutMfa = defineControl({
  control_id: "users-without-mfa",
  title: "Active users without MFA",
  question: "Has every user who can sign in enrolled a second factor that a password is not enough for?",
  violations: "enabled users without a second factor",
  requirements: {
    soc2: ["CC6.1"],
    iso27001: ["A.8.5"],
    pci_dss: ["8.4.2"],
    cis: ["6.3"],
  },
  severity: "high",
  reads: { accounts: accountsWithMfa },
  judge: ({ accounts }) =>
    accounts
      .filter(({ has_mfa }) => has_mfa === false)
      .toSorted((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1))
      .map(({ user_id, name, status, last_login_time }) => ({
        resource: { type: "user", uid: user_id, name },
        facts: { user_id, name, status, last_login_time },
      })),
});
