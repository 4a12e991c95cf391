import { beforeAll, expect, test } from "vitest";
import { agentOf, call } from "../../support/worker/agent.ts";
import { freshDevices } from "../../support/worker/devices.ts";
import { signedIn } from "../../support/worker/people.ts";

let device: () => string;

beforeAll(async () => {
  device = await freshDevices();
});

interface Listed {
  readonly operation_id: string;
  readonly state: string;
  readonly tool: string;
  readonly target: string;
  readonly requested_by: string;
  readonly reason: string;
}

type Agent = Awaited<ReturnType<typeof agentOf>>;

async function list(agent: Agent, args: Record<string, unknown> = {}) {
  const answer = await call(agent, "list_operations", args);
  if (answer.status !== "ok") throw new Error(JSON.stringify(answer));
  const { operations } = answer.data as unknown as { operations: Listed[] };
  const next_cursor = "coverage" in answer ? (answer.coverage?.next_cursor ?? null) : null;
  return { operations, next_cursor, ids: operations.map(({ operation_id }) => operation_id) };
}

/** Contains a device, and waits until the audit database knows how that ended. */
async function contained(agent: Agent, finding_id: string): Promise<{ id: string; target: string }> {
  const device_id = device();
  const answer = await call(agent, "contain_device", { device_id, reason: "Test of lists", finding_id });
  const id = "operation" in answer ? (answer.operation?.id ?? "") : "";
  await expect
    .poll(async () => (await list(agent, { state: "succeeded" })).ids, { timeout: 20_000 })
    .toContain(id);
  return { id, target: `device/crowdstrike:${device_id.replace("crowdstrike:", "")}` };
}

test("one's own are listed, the latest first, page by page, each by how it stands now", async () => {
  const agent = await agentOf(await signedIn("lists-own", "responder"));
  const first = await contained(agent, "F-own-1");
  const second = await contained(agent, "F-own-2");
  const { operations, ids } = await list(agent);
  expect(ids).toEqual([second.id, first.id]);
  expect(operations[0]).toMatchObject({
    state: "succeeded",
    tool: "contain_device",
    target: second.target,
    requested_by: "lists-own@acme.test",
    reason: "Test of lists",
  });
  const page = await list(agent, { limit: 1 });
  expect(page.ids).toEqual([second.id]);
  expect((await list(agent, { limit: 1, cursor: page.next_cursor })).ids).toEqual([first.id]);
  expect((await list(agent, { finding_id: "F-own-1" })).ids).toEqual([first.id]);
  expect((await list(agent, { state: "denied" })).ids).toEqual([]);
  expect((await list(agent, { since: new Date(Date.now() + 60_000).toISOString() })).ids).toEqual([]);
  const other = await call(agent, "list_operations", { state: "denied", cursor: page.next_cursor });
  expect(other).toMatchObject({ error: { code: "invalid_input", issues: [{ path: "cursor" }] } });
});

test("other people's are listed where a thing is named that the caller may read, and to auditors", async () => {
  const theirs = await contained(await agentOf(await signedIn("lists-theirs", "responder")), "F-theirs");
  const viewer = await agentOf(await signedIn("lists-viewer", "viewer"));
  expect((await list(viewer)).ids).toEqual([]);
  expect((await list(viewer, { target: theirs.target })).ids).toEqual([theirs.id]);
  expect((await list(viewer, { finding_id: "F-theirs" })).ids).toEqual([theirs.id]);

  const blind = await agentOf(await signedIn("lists-blind", "viewer", "client-2"), ["tickets:read"]);
  expect((await list(blind, { target: theirs.target })).ids).toEqual([]);
  expect((await list(blind, { finding_id: "F-theirs" })).ids).toEqual([]);

  const auditor = await agentOf(await signedIn("lists-auditor", "auditor"));
  expect((await list(auditor, { limit: 100 })).ids).toContain(theirs.id);
});
