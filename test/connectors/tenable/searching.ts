/** Searches of the lab's scanner, as the tests of its tools make them. */

import { env } from "cloudflare:workers";
import { afterEach, beforeEach } from "vitest";
import type { Vulnerability } from "../../../src/capabilities/vulnerabilities/vulnerability.ts";
import { breakerReport } from "../../../src/downstream/circuit.ts";
import { upstreamFor } from "../../../src/downstream/client.ts";
import { inject, resetLab } from "../../downstream/lab-control.ts";
import { credentialOf, readTool } from "../../support/deployed.ts";
import { lab } from "../../support/worker/lab.ts";

const searchVulnerabilities = readTool("search_vulnerabilities");

export const REQUEST = "exports-vulns-request-export";
export const STATUS = "exports-vulns-export-status";
export const CHUNK = "exports-vulns-download-chunk";
export const SCOPES = ["vulnerabilities:read", "scans:launch"];

export const fault = (operation: string, mode: string, more: object = {}) =>
  inject({ vendor: "tenable", operation, mode, ...more });
export const reader = () => upstreamFor(env, credentialOf("tenable.read"));

/** From now on no export gets any further, and no scan. */
export const standsStill = () => lab.clock({ ahead_ms: 0, still: true });
/** Never to before where it stood: what was done by then would be undone. */
export async function goesOn(ahead_ms = 0): Promise<void> {
  await lab.clock({ ahead_ms });
}

export async function search(input: object = {}) {
  const principal = {
    tenant: "acme",
    subject: "ada",
    display: "Ada",
    roles: [],
    client_id: "test",
    scopes: [],
    session_id: "s",
  };
  const context = { env, principal, now: Date.now(), upstream: reader, progress: () => undefined };
  const outcome = await searchVulnerabilities.run(searchVulnerabilities.input.parse(input), context);
  if (outcome.outcome !== "found")
    throw new Error(`${outcome.resource.kind} ${outcome.resource.id} not found`);
  const { vulnerabilities } = searchVulnerabilities.output.parse(outcome.data) as {
    vulnerabilities: Vulnerability[];
  };
  return { vulnerabilities, next_cursor: outcome.next_cursor ?? null, sources: outcome.sources };
}

export async function everything(input: object = {}): Promise<Vulnerability[]> {
  const found: Vulnerability[] = [];
  let cursor: string | null = null;
  do {
    const page = await search({ limit: 100, ...input, ...(cursor === null ? {} : { cursor }) });
    found.push(...page.vulnerabilities);
    cursor = page.next_cursor;
  } while (cursor !== null && found.length < 2000);
  return found;
}

/** Each test begins with the lab as it was seeded, and a vendor that nobody has seen failing. */
export function beginsAnew(): void {
  beforeEach(async () => {
    await resetLab();
    breakerReport("tenable.read", true);
    breakerReport("tenable.scan", true);
  });
  afterEach(() => goesOn());
}
