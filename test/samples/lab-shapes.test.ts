/**
 * The lab's records beside real ones, field by field. What the lab always writes and a vendor leaves out would let a
 * connector rely on it.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Connection, connect } from "./connection.ts";
import { differencesBetween, profileOf } from "./profile.ts";
import { folder, samplesOf, why } from "./sample.ts";
import { SAMPLE_VENDORS } from "./vendors.ts";

const JUDGED = folder === undefined ? [] : SAMPLE_VENDORS.filter(({ lab }) => lab !== undefined);

describe.skipIf(folder === undefined)(`the lab beside real answers${why}`, () => {
  let connection: Connection;

  beforeAll(async () => {
    connection = await connect(SAMPLE_VENDORS);
  });
  afterAll(() => connection.dispose());

  test.each(JUDGED)(
    "$name leaves out what the vendor leaves out, in the same types and words",
    async (vendor) => {
      const { calls, records, meant = {} } = vendor.lab ?? { calls: [], records: {} };
      const { standIn, client, instance } = connection;
      standIn.passOnTo(instance.lab.url);
      for (const { tool, args } of calls) {
        const { structuredContent } = await client.callTool({ name: tool, arguments: { ...args } });
        expect(structuredContent).not.toMatchObject({ status: "error" });
      }
      const samples = samplesOf(vendor.folder).filter((sample) => sample.http_status < 300);
      const found = Object.entries(records).flatMap(([operation, of]) => {
        const simulated = (standIn.passed.get(operation) ?? []).flatMap(of);
        expect(simulated.length, `${operation}: records of the lab`).toBeGreaterThan(0);
        const real = samples
          .filter((sample) => sample.operation === operation)
          .flatMap(({ json }) => of(json));
        return differencesBetween(profileOf(simulated), profileOf(real)).map(
          (text) => `${operation} ${text}`,
        );
      });
      const unmeant = found.filter(
        (text) => !Object.keys(meant).some((known) => text.startsWith(`${known}:`)),
      );
      expect(unmeant).toEqual([]);
    },
  );
});
