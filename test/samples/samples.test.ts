/** Real answers, through connector, tool and a real MCP client. */
import { mkdirSync, writeFileSync } from "node:fs";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signIn } from "../../scripts/oauth-client.ts";
import { scopesOfRoles } from "../../src/path/scopes.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { folder, type Sample, samplesOf } from "./sample.ts";
import { StandIn } from "./stand-in.ts";
import type { Outcome } from "./table.ts";
import type { SampleCase, SampleVendor } from "./vendor.ts";
import { SAMPLE_VENDORS } from "./vendors.ts";

/** For `npm run test:samples`, which prints the table. */
const OUTCOMES = "artefacts/samples.json";

const skipped = folder === undefined ? " (skipped: set VENDOR_SAMPLES to the folder of the samples)" : "";

describe.skipIf(folder === undefined)(`samples of real answers${skipped}`, () => {
  const standIn = new StandIn(SAMPLE_VENDORS);
  const outcomes: Outcome[] = [];
  let instance: TestInstance;
  let client: Client;

  beforeAll(async () => {
    const url = await standIn.listen();
    const environment = Object.assign(
      {},
      ...SAMPLE_VENDORS.map((vendor) => vendor.environment(`${url}/${vendor.name}`)),
    );
    instance = await startTestInstance({ environment });
    const mcpUrl = `${instance.url}/mcp`;
    const scope = scopesOfRoles(["responder"]).join(" ");
    const { access_token } = await signIn({ mcpUrl, user: "responder", scope });
    client = new Client({ name: "samples", version: "1" });
    const headers = { authorization: `Bearer ${access_token}` };
    const transport = new StreamableHTTPClientTransport(new URL(mcpUrl), { requestInit: { headers } });
    // The SDK's own transport isn't assignable under exactOptionalPropertyTypes.
    await client.connect(transport as Transport);
  });

  afterAll(async () => {
    await client.close();
    await instance.dispose();
    await standIn.close();
    mkdirSync("artefacts", { recursive: true });
    writeFileSync(OUTCOMES, JSON.stringify(outcomes));
  });

  async function feed(vendor: SampleVendor, sample: Sample, its: SampleCase): Promise<void> {
    standIn.show(vendor, sample, its);
    const { structuredContent } = await client.callTool({ name: its.tool, arguments: { ...its.args } });
    expect(standIn.strays, "requests that nothing answered").toEqual([]);
    expect(standIn.wasAsked(), `${its.tool} asked for ${sample.operation}`).toBe(true);
    its.check(structuredContent);
  }

  describe.each(folder === undefined ? [] : SAMPLE_VENDORS)("of $name", (vendor) => {
    test.each(samplesOf(vendor.folder))("$file: $what_is_special", async (sample) => {
      const its = sample.not_judged === undefined ? vendor.caseOf(sample) : null;
      const outcome = {
        vendor: vendor.name,
        operation: sample.operation,
        file: sample.file,
        kind: sample.http_status < 300 ? "answer" : "error",
      } as const;
      if (its === null) {
        outcomes.push({ ...outcome, fate: sample.not_judged === undefined ? "not_asked" : "not_judged" });
        return;
      }
      outcomes.push({ ...outcome, fate: "wrong" });
      await feed(vendor, sample, its);
      outcomes[outcomes.length - 1] = { ...outcome, fate: "right" };
    });
  });
});
