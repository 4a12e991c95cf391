/** Okta, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { oktaCredentials } from "./access/credentials.ts";
import { oktaChecks } from "./checks.ts";
import { okta } from "./errors.ts";
import { oktaEndsSessions } from "./sign-ins/end-user-sessions.ts";
import { oktaSearchesSignIns } from "./sign-ins/search-sign-ins.ts";
import { oktaGetsUser } from "./users/get-user.ts";
import { oktaSearchesUsers } from "./users/search-users.ts";
import { oktaSuspends, oktaUnsuspends } from "./users/suspend-user.ts";

export const oktaConnector: Connector = {
  vendor: okta,
  credentials: Object.values(oktaCredentials),
  serves: [
    oktaSearchesUsers,
    oktaGetsUser,
    oktaSearchesSignIns,
    oktaSuspends,
    oktaUnsuspends,
    oktaEndsSessions,
  ],
  checks: oktaChecks,
};
