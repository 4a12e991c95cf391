/** Okta, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { oktaChecks } from "./checks.ts";
import { oktaCredentials } from "./credentials.ts";
import { endUserSessions } from "./end-user-sessions.ts";
import { getUser } from "./get-user.ts";
import { searchSignIns } from "./search-sign-ins.ts";
import { searchUsers } from "./search-users.ts";
import { suspendUser, unsuspendUser } from "./suspend-user.ts";

export const oktaConnector: Connector = {
  name: "okta",
  title: "Okta",
  credentials: Object.values(oktaCredentials),
  tools: [searchUsers, getUser, searchSignIns, suspendUser, unsuspendUser, endUserSessions],
  checks: oktaChecks,
};
