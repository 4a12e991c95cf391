import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { headingOf } from "../../cli/browser.ts";
import { operationKey } from "../../src/effect/machine/operation.ts";
import { effectName, newOperationId } from "../../src/toolkit/operation-id.ts";
import { type ConsoleBrowser, consoleOf } from "../support/worker/console.ts";
import { lab } from "../support/worker/lab.ts";
import { operationOnce } from "../support/worker/operations.ts";
import { personKeyOf, personOf } from "../support/worker/person.ts";

let devices: string[] = [];
let responder: ConsoleBrowser;

beforeAll(async () => {
  devices = await lab.devices();
  responder = await consoleOf("responder");
});

const NETWORK = { network: "isolated" };

/** A containment that its own requester is to confirm, by a policy that says so. */
async function toConfirm() {
  const device_id = devices.pop() ?? "";
  const target = { kind: "device", id: device_id };
  const [session] = await personOf("responder").listSessions();
  const effect = env.EFFECT.getByName(effectName(env.TENANT, target));
  const answer = await effect.claim({
    operation_id: newOperationId(env.TENANT, target),
    tool: "contain_device",
    target,
    key: operationKey(env.TENANT, "contain_device", target, { sets: NETWORK, says: {} }),
    sets: NETWORK,
    title: null,
    caller_key: null,
    input: { device_id },
    reason: "To be confirmed",
    finding_id: null,
    supersedes: null,
    trace_id: null,
    requester: {
      subject: "responder@acme.test",
      display: "responder@acme.test",
      person: personKeyOf("responder"),
      session_id: session?.session_id ?? "",
      client_id: "console",
      roles: ["responder"],
    },
  });
  if (answer.kind !== "new") throw new Error(answer.kind);
  const { id } = answer.operation;
  const before = JSON.stringify({ device_id, hostname: null, containment: "normal" });
  const hold = { for: "confirmation", policy_version: "1", because: "to be sure", before } as const;
  await effect.hold(id, { ...hold, attributes: {} });
  return { id, device_id, path: `/console/approvals/${id}` };
}

test("a confirmation is its requester's to give, and leads to one effect", async () => {
  const { id, device_id, path } = await toConfirm();
  expect((await responder.open(path)).html).toContain("Do you want this?");
  await responder.post(path, { decision: "approve", reason: "" });
  await operationOnce(id, ({ state }) => state === "succeeded");
  expect(await lab.effects(device_id)).toHaveLength(1);
});

test("a confirmation is nobody else's, whatever they may approve", async () => {
  const { id, path } = await toConfirm();
  const approver = await consoleOf("approver");
  expect((await approver.open(path)).html).toContain("Only the person who asked for this can confirm it");
  const answer = await approver.post(path, { decision: "approve", reason: "" });
  expect(answer.status).toBe(403);
  expect(headingOf(answer.html)).toBe("This isn't yours to confirm");
  await operationOnce(id, ({ state }) => state === "awaiting_confirmation");
});
