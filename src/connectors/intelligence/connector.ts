/** The public sources of intelligence, as a deployment takes them. What they know of a CVE is one answer. */
import type { Connector } from "../../toolkit/connector.ts";
import { intelligenceChecks } from "./checks.ts";
import { intelligenceCredentials } from "./credentials.ts";

export const intelligenceConnectors: readonly Connector[] = Object.values(intelligenceCredentials).map(
  (credential) => ({
    vendor: credential.vendor,
    credentials: [credential],
    serves: [],
    checks: intelligenceChecks.filter((check) => check.credential === credential),
  }),
);
