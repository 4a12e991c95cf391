/** What two controls read of the scanner: what they ask about, and nothing else for it. */

import { afterEach, describe, expect, test } from "vitest";
import { openVulnerabilities } from "../../../../src/catalogue/controls/reads/vulnerabilities.ts";
import { RecordedRequests } from "../../../connectors/recorded-requests.ts";
import { FINDING } from "../../../connectors/tenable/findings.ts";

const CRITICAL = { ...FINDING, finding_id: "c", severity: "critical", severity_id: 4 };

/** Exports are remembered for a while: each test comes a day after the one before. */
let now = Date.now();
afterEach(() => {
  now += 24 * 60 * 60_000;
});

const scanner = (findings: readonly unknown[]) =>
  new RecordedRequests({
    "exports-vulns-request-export": { export_uuid: "bf765455-53aa-4e70-9ef3-87cfca1d2be0" },
    "exports-vulns-export-status": { status: "FINISHED", chunks_available: [1] },
    "exports-vulns-download-chunk": findings,
  });

const run = (read: ReturnType<typeof openVulnerabilities>, upstream: RecordedRequests) =>
  read.run(upstream, { env: {} as Env, now });

describe("open vulnerabilities of one severity", () => {
  const critical = openVulnerabilities({ severity: "critical" });

  test("are those alone, though an export of everything answers for them", async () => {
    const upstream = scanner([FINDING, CRITICAL]);
    await run(openVulnerabilities(), upstream);
    const part = await run(critical, upstream);
    expect(upstream.asked.filter(({ method }) => method === "POST")).toHaveLength(1);
    expect(part).toMatchObject({ items: [{ vulnerability_id: "c" }], error: null });
    expect(part.items).toHaveLength(1);
  });

  test("are known by the word where there is no number", async () => {
    const { severity_id: _, ...worded } = CRITICAL;
    const part = await run(critical, scanner([worded, { ...FINDING, severity_id: null }]));
    expect(part).toMatchObject({ items: [{ vulnerability_id: "c", severity: "Critical" }], error: null });
  });

  test("can't be told from those that don't say how severe they are", async () => {
    const { severity: _, severity_id: __, ...unrated } = { ...CRITICAL, finding_id: "u" };
    const { error } = await run(critical, scanner([unrated, CRITICAL]));
    expect(error).toMatchObject({ code: "upstream_contract_changed" });
    expect(error?.message).toContain("severity");
  });
});
