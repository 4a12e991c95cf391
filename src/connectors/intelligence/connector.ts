/** Public intelligence, as a deployment takes it. */
import type { Connector } from "../../toolkit/connector.ts";
import { intelligenceChecks } from "./checks.ts";
import { intelligenceCredentials } from "./credentials.ts";
import { lookupCve } from "./lookup-cve.ts";

export const intelligenceConnector: Connector = {
  name: "intelligence",
  title: "Public intelligence",
  credentials: Object.values(intelligenceCredentials),
  tools: [lookupCve],
  checks: intelligenceChecks,
};
