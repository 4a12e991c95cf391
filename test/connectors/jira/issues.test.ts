import { describe, expect, test } from "vitest";
import { findCreation, getIssue } from "../../../src/connectors/jira/issues.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const SEARCH = "searchAndReconsileIssuesUsingJql";
const getCurrentUser = { accountId: "712020:sallyport-read" };
const labelled = (...labels: string[]) => ({ key: "SEC-7", fields: { summary: "Look", labels } });

describe("a creation", () => {
  test("is what carries its label, and nothing if nothing does", async () => {
    const found = new RecordedRequests({
      [SEARCH]: { issues: [labelled("sallyport", "op_1")] },
      getCurrentUser,
    });
    expect((await findCreation(found, "SEC", "op_1"))?.key).toBe("SEC-7");
    const nothing = new RecordedRequests({ [SEARCH]: { issues: [], isLast: true }, getCurrentUser });
    expect(await findCreation(nothing, "SEC", "op_1")).toBeNull();
  });

  test("isn't somebody else's ticket, should the restriction ever be ignored", async () => {
    const others = [[], ["op_2"], ["sallyport"]].map((labels) => labelled(...labels));
    for (const issue of [...others, { key: "SEC-7" }]) {
      const through = new RecordedRequests({ [SEARCH]: { issues: [issue] }, getCurrentUser });
      await expect(findCreation(through, "SEC", "op_1")).rejects.toMatchObject({
        code: "upstream_contract_changed",
        detail: { contract_path: "issues.0.fields.labels" },
      });
    }
  });

  test("is looked for, and not found, only by somebody", async () => {
    const through = new RecordedRequests({ [SEARCH]: { issues: [], isLast: true }, getCurrentUser });
    await findCreation(through, "SEC", "op_1");
    expect(through.asked.map(({ operation }) => operation)).toEqual([SEARCH, "getCurrentUser"]);
  });
});

test("an issue that was moved to another project is none of this one", async () => {
  const fields = {
    summary: "Confidential",
    status: { name: "Done", statusCategory: { key: "done" } },
    created: "2026-11-22T10:00:00.000+0000",
    updated: "2026-11-22T10:00:00.000+0000",
  };
  for (const [key, found] of [
    ["HR-1", false],
    ["SEC-7", true],
  ] as const) {
    const through = new RecordedRequests({ getIssue: { key, fields }, getCurrentUser });
    expect((await getIssue(through, "SEC-7", "SEC")) !== null).toBe(found);
  }
});
