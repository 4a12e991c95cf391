import { expect, test } from "vitest";
import { pagerdutyChecks } from "../../../src/connectors/pagerduty/checks.ts";
import type { PagerdutySettings } from "../../../src/connectors/pagerduty/settings.ts";
import { RecordedRequests } from "../recorded-requests.ts";

const env = { PAGERDUTY_FROM: "responder@acme.test", PAGERDUTY_SERVICE_ID: "PSECOPS" };
const user = { email: "Responder@acme.test", role: "user" };
const service = { id: "PSECOPS", status: "active" };

async function problems(answers: object): Promise<string[]> {
  const through = new RecordedRequests({
    listUsers: { users: [user] },
    getService: { service },
    listIncidents: { incidents: [] },
    ...answers,
  });
  return (
    await Promise.all(pagerdutyChecks.map(({ run }) => run(through, env as PagerdutySettings, {} as Env)))
  ).flat();
}

test("a user and a service that will do have no problems", async () => {
  expect(await problems({})).toEqual([]);
  expect(
    await problems({ listUsers: { users: [{ email: user.email }] }, getService: { service: { id: "P1" } } }),
  ).toEqual([]);
});

test.each([
  [{ listUsers: { users: [] } }, "PAGERDUTY_FROM: the account has no user"],
  [
    { listUsers: { users: [{ email: "other-responder@acme.test" }] } },
    "PAGERDUTY_FROM: the account has no user",
  ],
  [{ listUsers: { users: [{ ...user, role: "observer" }] } }, "PAGERDUTY_FROM: this user may only look"],
  [
    { getService: { error: { code: 2100, message: "Not Found" } } },
    "PAGERDUTY_SERVICE_ID: the account has no such",
  ],
  [
    { getService: { service: { ...service, status: "disabled" } } },
    "PAGERDUTY_SERVICE_ID: the service is disabled",
  ],
])("%j is named by its setting", async (answers, problem) => {
  expect(await problems(answers)).toEqual([expect.stringContaining(problem)]);
});
