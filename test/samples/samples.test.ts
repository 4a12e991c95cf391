/** Real answers, through connector, tool and a real MCP client. */
import { mkdirSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Connection, connect } from "./connection.ts";
import { folder, type Sample, samplesOf, why } from "./sample.ts";
import type { Outcome } from "./table.ts";
import type { SampleCase, SampleVendor } from "./vendor.ts";
import { SAMPLE_VENDORS } from "./vendors.ts";

/** For `npm run test:samples`, which prints the table. */
const OUTCOMES = "artefacts/samples.json";

describe.skipIf(folder === undefined)(`samples of real answers${why}`, () => {
  const outcomes: Outcome[] = [];
  let connection: Connection;

  beforeAll(async () => {
    connection = await connect(SAMPLE_VENDORS);
  });

  afterAll(async () => {
    await connection.dispose();
    mkdirSync("artefacts", { recursive: true });
    writeFileSync(OUTCOMES, JSON.stringify(outcomes));
  });

  async function feed(vendor: SampleVendor, sample: Sample, its: SampleCase): Promise<void> {
    const { standIn, client } = connection;
    standIn.show(vendor, sample, its);
    const { structuredContent } = await client.callTool({ name: its.tool, arguments: { ...its.args } });
    expect(standIn.strays, "requests that nothing answered").toEqual([]);
    expect(standIn.wasAsked(), `${its.tool} asked for ${sample.operation}`).toBe(true);
    its.check(asTheVendorNames(structuredContent, vendor.name));
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

/** A result with the source's ids as the vendor writes them: a sample has no others. */
function asTheVendorNames(result: unknown, source: string): unknown {
  const text = JSON.stringify(result);
  return JSON.parse(text.replaceAll(`"${source}:`, '"'));
}
