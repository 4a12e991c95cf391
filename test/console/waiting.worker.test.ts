import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { agentOf, call } from "../support/worker/agent.ts";
import { consoleOf } from "../support/worker/console.ts";
import { signedIn } from "../support/worker/people.ts";

const PEOPLE = 5;
const EACH = 12;

/** How many operations wait, as far as the audit database has heard. */
async function waiting(): Promise<number> {
  const query = "SELECT COUNT(*) AS n FROM audit_events WHERE decision = 'awaiting_approval'";
  return (await env.DB.prepare(query).first<number>("n")) ?? 0;
}

async function ask(person: string, titles: readonly string[]): Promise<string[]> {
  const agent = await agentOf(await signedIn(person, "analyst"), ["tickets:read", "tickets:write"]);
  const ids: string[] = [];
  for (const title of titles) {
    const result = await call(agent, "create_ticket", {
      title,
      description: "A test",
      priority: "low",
      reason: title,
    });
    if (result.status !== "pending_approval") throw new Error(JSON.stringify(result));
    ids.push(result.operation.id);
  }
  return ids;
}

test("sixty later requests hide no earlier one: the list is paged, longest wait first, and says how many there are", async () => {
  const [earliest = ""] = await ask("waits-first", ["The earliest request"]);
  await vi.waitUntil(async () => (await waiting()) === 1, { timeout: 20_000 });
  const later = await Promise.all(
    Array.from({ length: PEOPLE }, (_, nth) =>
      ask(
        `waits-${nth}`,
        Array.from({ length: EACH }, (_, of) => `Request ${of} of person ${nth}`),
      ),
    ),
  );
  await vi.waitUntil(async () => (await waiting()) === 1 + PEOPLE * EACH, { timeout: 20_000 });

  const approver = await consoleOf("approver");
  const seen: string[] = [];
  const pages: number[] = [];
  for (let path: string | undefined = "/console/approvals"; path !== undefined; ) {
    const { html } = await approver.open(path);
    expect(html).toContain(`${1 + PEOPLE * EACH} in all`);
    const ids = [...html.matchAll(/href="\/console\/approvals\/(op_[\w-]+)"/g)].map(([, id = ""]) => id);
    seen.push(...ids);
    pages.push(ids.length);
    path = /<a class="button" href="([^"]+cursor=[^"]+)"/.exec(html)?.[1];
  }
  expect(seen[0]).toBe(earliest);
  expect(pages).toEqual([25, 25, 11]);
  expect(new Set(seen)).toEqual(new Set([earliest, ...later.flat()]));

  expect((await approver.open("/console")).html).toMatch(/61<\/p><p><a href="\/console\/approvals">/);
});
