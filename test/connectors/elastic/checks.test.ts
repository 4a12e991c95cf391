import { expect, test } from "vitest";
import { elasticChecks } from "../../../src/connectors/elastic/checks.ts";
import { elasticSettings, kibanaOf } from "../../../src/connectors/elastic/settings.ts";
import { problemsIn as problemsWith } from "../../../src/toolkit/settings.ts";
import { RecordedRequests } from "../recorded-requests.ts";
import { searched } from "./alert-hits.ts";

const granted = { read: true, write: true, maintenance: true };

async function problems(answers: object = {}): Promise<string[]> {
  const through = new RecordedRequests({
    SearchAlerts: searched(),
    findCasesDefaultSpace: { cases: [] },
    ReadPrivileges: { index: { ".alerts-security.alerts-default": granted } },
    ...answers,
  });
  return (await Promise.all(elasticChecks.map(({ run }) => run(through, {}, {} as Env)))).flat();
}

test("keys that may do what they are for have no problems, and neither has what isn't told", async () => {
  expect(await problems()).toEqual([]);
  expect(await problems({ ReadPrivileges: {} })).toEqual([]);
});

test("a privilege that a key lacks is named", async () => {
  const index = { ".alerts-security.alerts-soc": { ...granted, maintenance: false } };
  expect(await problems({ ReadPrivileges: { index } })).toEqual([
    expect.stringMatching(/^ELASTIC_ALERTS_API_KEY: give the key "maintenance"/),
  ]);
});

test("a space without alerts is named by its setting", async () => {
  const SearchAlerts = { ...searched(), _shards: { total: 0, failed: 0 } };
  await expect(problems({ SearchAlerts })).rejects.toMatchObject({
    code: "misconfigured",
    detail: { settings: ["ELASTIC_SPACE", "ELASTIC_READ_API_KEY"] },
  });
});

test("a space is a setting of its own", () => {
  const env = { ELASTIC_BASE_URL: "https://kibana.example.com", ELASTIC_SPACE: "" };
  const problemsIn = (more: object) => problemsWith(elasticSettings, { ...env, ...more } as unknown as Env);
  expect(kibanaOf(env)).toBe("https://kibana.example.com");
  expect(kibanaOf({ ...env, ELASTIC_SPACE: "soc" })).toBe("https://kibana.example.com/s/soc");
  expect(problemsIn({})).toEqual([]);
  expect(problemsIn({ ELASTIC_SPACE: "a/b" })).toHaveLength(1);
  expect(problemsIn({ ELASTIC_BASE_URL: "https://kibana.example.com/s/soc" })).toHaveLength(1);
});
