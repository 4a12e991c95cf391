/** Okta, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { oktaChecks } from "./checks.ts";
import { oktaCredentials } from "./credentials.ts";
import { oktaEndsSessions } from "./end-user-sessions.ts";
import { okta } from "./errors.ts";
import { oktaGetsUser } from "./get-user.ts";
import { oktaSearchesSignIns } from "./search-sign-ins.ts";
import { oktaSearchesUsers } from "./search-users.ts";
import { oktaSuspends, oktaUnsuspends } from "./suspend-user.ts";

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
