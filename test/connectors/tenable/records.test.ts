/** Every tool of Tenable's, fed with one record that lacks something, or that can't be read, beside one that is whole. */
import { describe, expect, test } from "vitest";
import { newOperationId } from "../../../src/toolkit/operation-id.ts";
import { changeAt, readTool } from "../../support/deployed.ts";
import { type Lacking, readRecorded, withoutEach } from "../../support/records.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { FINDING } from "./findings.ts";

const launchScan = changeAt("launch_scan");
const searchVulnerabilities = readTool("search_vulnerabilities");

const SCAN_ID = "template-49372206-2970-d2a5-ecf1-9e6ec4c1818397b95d96e9bc6639";
const ASSET_ID = FINDING.asset.uuid;
const OTHER_FINDING = { ...FINDING, finding_id: "f2" };
const ASSET = {
  id: ASSET_ID,
  last_seen: "2026-11-21T05:03:13.737Z",
  hostname: ["bos-web-01"],
  fqdn: ["bos-web-01.acme.test"],
  netbios_name: ["BOS-WEB-01"],
  agent_name: ["bos-web-01"],
  ipv4: ["10.20.0.11"],
  ipv6: ["2001:db8::11"],
  mac_address: ["00:00:5e:00:53:21"],
};
const SCAN = {
  schedule_uuid: "another",
  name: "Weekly",
  status: "completed",
  last_modification_date: 1_623_325_148,
  uuid: "run-1",
};

const USUAL = {
  "exports-vulns-request-export": { export_uuid: "bf765455-53aa-4e70-9ef3-87cfca1d2be0" },
  "exports-vulns-export-status": { status: "FINISHED", chunks_available: [1] },
  "exports-vulns-download-chunk": [FINDING],
};

async function search(args: object, answers: Readonly<Record<string, unknown>>) {
  const { answer } = await readRecorded(searchVulnerabilities, { ...USUAL, ...answers }, { args });
  if (answer.status !== "ok" || !("coverage" in answer)) throw new Error("it is there");
  return { ...answer.coverage, shown: (answer.data.vulnerabilities as unknown[]).length };
}

/** The searches, each with the record that is spoilt, and how many findings the whole answer shows. */
const SEARCHES = [
  {
    by: "what was found",
    record: FINDING,
    ids: ["finding_id", "asset", "asset > uuid", "plugin > id"],
    unreadable: { ...FINDING, severity_id: "3" },
    of: (...findings: unknown[]) =>
      search({}, { "exports-vulns-download-chunk": [...findings, OTHER_FINDING] }),
    shown: 2,
    left: 1,
  },
  {
    by: "device, among the assets",
    record: { ...ASSET, id: "another" },
    ids: ["id"],
    unreadable: { ...ASSET, id: 7 },
    of: (...assets: unknown[]) =>
      search(
        { device: "bos-web-01" },
        { "assets-list-assets": { assets: [...assets, ASSET], total: assets.length + 1 } },
      ),
    shown: 1,
    left: 1,
  },
] as const;

describe.each(SEARCHES)("search_vulnerabilities by $by", ({ record, ids, unreadable, of, shown, left }) => {
  const fields: readonly Lacking[] = [
    ...withoutEach(record, ids),
    // The rest of an asset must go, too, but for what it is known by.
    ...("asset" in record
      ? withoutEach(record.asset, ["uuid"]).map(([name, asset]): Lacking => [name, { ...record, asset }])
      : []),
  ];

  test.each(fields)("comes through whole with a record that has %s", async (_, lacking) => {
    expect(await of(lacking)).toMatchObject({ complete: true, unreadable: 0, shown });
  });

  test.each([
    ["of another type", unreadable],
    ["no object", "x"],
  ])("comes through without a record that is %s, and says so", async (_, spoilt) => {
    expect(await of(spoilt)).toMatchObject({ complete: false, unreadable: 1, shown: left });
  });
});

describe("launch_scan", () => {
  const inspect = (...scans: unknown[]) =>
    launchScan.inspect(
      { scan_id: SCAN_ID },
      new RecordedRequests({ "scans-list": { scans } }),
      {} as Env,
      newOperationId("acme", { kind: "scan", id: SCAN_ID }),
    );
  const wanted = { ...SCAN, schedule_uuid: SCAN_ID };
  const found = {
    exists: true,
    in_effect: false,
    data: { scan_id: `tenable:${SCAN_ID}`, status: "completed" },
  };

  test.each(withoutEach(SCAN, []))("finds its scan beside one that has %s", async (_, lacking) => {
    expect(await inspect(lacking, wanted)).toMatchObject(found);
  });

  test.each(withoutEach(wanted, ["schedule_uuid", "status", "last_modification_date"]))(
    "finds its scan where that has %s",
    async (_, lacking) => {
      expect(await inspect(lacking, SCAN)).toMatchObject(found);
    },
  );

  test.each([
    ["of another type", { ...SCAN, schedule_uuid: 7 }],
    ["no object", "x"],
  ])(
    "finds its scan beside one that is %s, and doesn't say that there is none without it",
    async (_, spoilt) => {
      expect(await inspect(spoilt, wanted)).toMatchObject(found);
      await expect(inspect(spoilt, SCAN)).rejects.toMatchObject({ code: "upstream_contract_changed" });
    },
  );
});
