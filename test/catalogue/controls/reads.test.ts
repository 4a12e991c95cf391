import { describe, expect, test } from "vitest";
import { exploited } from "../../../src/catalogue/controls/reads/known-exploited.ts";
import { openVulnerabilities } from "../../../src/catalogue/controls/reads/vulnerabilities.ts";
import { RecordedRequests } from "../../connectors/recorded-requests.ts";
import { FINDING } from "../../connectors/tenable/findings.ts";

const CONTEXT = {
  env: { CISA_KEV_PATH: "/kev.json", INTELLIGENCE_MEMORY_MS: "0" } as Env,
  now: Date.parse("2026-11-22T10:00:00Z"),
};
const changed = { code: "upstream_contract_changed" };

/** What a control reads of a scanner that answers so. Each call is an hour after the one before: no export is old. */
let hours = 0;
async function scanner(findings: readonly unknown[], state: object = { status: "FINISHED" }) {
  hours += 1;
  const through = new RecordedRequests({
    "exports-vulns-request-export": { export_uuid: "bf765455-53aa-4e70-9ef3-87cfca1d2be0" },
    "exports-vulns-export-status": { chunks_available: [1], ...state },
    "exports-vulns-download-chunk": findings,
  });
  const now = Date.now() + hours * 60 * 60_000;
  return openVulnerabilities({ severity: "high", rests_on: "first_seen_time" }).run(through, {
    ...CONTEXT,
    now,
  });
}

describe("open vulnerabilities", () => {
  test("are counted once each, by the id that they have or get", async () => {
    const nameless = { ...FINDING, finding_id: undefined };
    const { items, error } = await scanner([FINDING, nameless, FINDING, nameless]);
    expect(items).toHaveLength(2);
    expect(error).toBeNull();
  });

  test("leave the control open where one doesn't say when it was first seen", async () => {
    const { items, error } = await scanner([FINDING, { ...FINDING, finding_id: "x", first_found: null }]);
    expect(items).toHaveLength(2);
    expect(error).toMatchObject({ ...changed, message: expect.stringContaining("first_seen_time") });
  });

  test("leave the control open where one can't be read", async () => {
    expect(await scanner([FINDING, { ...FINDING, asset: null }])).toMatchObject({ error: changed });
  });

  test("are not what somebody accepted, and are what nobody said anything of", async () => {
    const accepted = { ...FINDING, finding_id: "x", severity_modification_type: "ACCEPTED" };
    const unknown = { ...FINDING, finding_id: "y", severity_modification_type: "DEFERRED" };
    const { items } = await scanner([FINDING, accepted, unknown]);
    expect(items.map(({ vulnerability_id }) => vulnerability_id)).toEqual([FINDING.finding_id, "y"]);
  });
});

test.each([7, "CVE-2021"])(
  "a catalogue with an entry of %j leaves the control open, with the others",
  async (cveID) => {
    const vulnerabilities = [{ cveID: " cve-2021-44228" }, { cveID }];
    const through = new RecordedRequests({ getKevCatalog: { count: 2, vulnerabilities } });
    expect(await exploited.run(through, CONTEXT)).toMatchObject({
      items: [{ cveID: "CVE-2021-44228" }],
      error: changed,
    });
  },
);
