import { afterEach, expect, it, vi } from "vitest";
import { consoleOf } from "../support/worker/console.ts";
import { chainOf } from "../support/worker/person.ts";

/** What flows in within ten seconds, at 600 a minute. */
const AT_ONCE = 100;

afterEach(() => {
  vi.useRealTimers();
});

it("whoever asks the console without end is refused and fills no audit, and keeps nobody else out", async () => {
  const [viewer, other] = [await consoleOf("viewer"), await consoleOf("auditor")];
  const denials = async () => (await chainOf("viewer")).filter(({ decision }) => decision === "deny").length;
  const before = await denials();
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
  const statuses: number[] = [];
  for (let nth = 0; nth < AT_ONCE + 20; nth += 1)
    statuses.push((await viewer.open("/console/approvals")).status);
  const forbidden = statuses.filter((status) => status === 403).length;
  expect(forbidden).toBeLessThanOrEqual(AT_ONCE);
  expect(new Set(statuses.slice(forbidden))).toEqual(new Set([429]));
  expect(await denials()).toBe(before + forbidden);
  expect((await other.open("/console")).status).toBe(200);

  vi.setSystemTime(Date.now() + 1_000);
  expect((await viewer.open("/console")).status).toBe(200);
});
