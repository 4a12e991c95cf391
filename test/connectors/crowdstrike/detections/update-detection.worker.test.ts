import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bareId } from "../../../../src/capabilities/ids.ts";
import { effectNameOf } from "../../../../src/toolkit/operation-id.ts";
import { effects, inject, resetLab } from "../../../downstream/lab-control.ts";
import { agentOf, call } from "../../../support/worker/agent.ts";
import { rested } from "../../../support/worker/credentials.ts";
import { signedIn } from "../../../support/worker/people.ts";

const SCOPES = ["detections:read", "detections:write"];
const PATCH = { operation: "PatchEntitiesAlertsV3" };
const why = { reason: "Test of detections" };

/** Detections that nobody has dealt with; each test takes its own, because operations outlive a reset. */
let untouched: string[] = [];
let people = 0;

const responder = async (): Promise<Client> =>
  agentOf(await signedIn(`detections-${++people}`, "responder"), SCOPES);

async function detection(): Promise<string> {
  if (untouched.length === 0) {
    const found = await call(await responder(), "search_detections", { status: ["new"], limit: 100 });
    const { detections } = (found as unknown as { data: { detections: { detection_id: string }[] } }).data;
    untouched = detections.map(({ detection_id }) => detection_id);
  }
  const id = untouched.pop();
  if (id === undefined) throw new Error("the lab has no detection left");
  return id;
}

const effectsOn = async (detection_id: string) =>
  (await effects()).filter(({ target }) => target === `detection/${detection_id}`);

/** Somebody changes a detection in the vendor's own console. */
async function elsewhere(detection_id: string, status: string): Promise<void> {
  const url = (path: string) => `${env.CROWDSTRIKE_BASE_URL}${path}`;
  const body = new URLSearchParams({
    client_id: env.CROWDSTRIKE_ALERTS_WRITE_CLIENT_ID,
    client_secret: env.CROWDSTRIKE_ALERTS_WRITE_CLIENT_SECRET,
  });
  const token = await (await fetch(url("/oauth2/token"), { method: "POST", body })).json<{
    access_token: string;
  }>();
  const changed = await fetch(url("/alerts/entities/alerts/v3"), {
    method: "PATCH",
    headers: { authorization: `Bearer ${token.access_token}`, "content-type": "application/json" },
    body: JSON.stringify({
      composite_ids: [bareId(detection_id)],
      action_parameters: [{ name: "update_status", value: status }],
    }),
  });
  if (!changed.ok) throw new Error(await changed.text());
}

const idOf = (result: unknown) => (result as { operation: { id: string } }).operation.id;

/** Lets the object's alarm run until the operation is in one of `states`. */
async function until(operation_id: string, ...states: string[]): Promise<void> {
  const effect = env.EFFECT.getByName(effectNameOf(operation_id) ?? "");
  while (!states.includes((await effect.read(operation_id))?.state ?? "gone")) {
    await runDurableObjectAlarm(effect);
    // As if the pause that the object asked for had passed.
    vi.setSystemTime(Date.now() + 20_000);
  }
}

beforeEach(async () => {
  await resetLab();
  await rested("crowdstrike.alerts_read", "crowdstrike.alerts_write");
});
afterEach(() => {
  vi.useRealTimers();
});

describe("update_detection", () => {
  test("takes effect once, and a repeat returns the first result", async () => {
    const agent = await responder();
    const detection_id = await detection();
    const wanted = { detection_id, status: "in_progress" };
    const first = await call(agent, "update_detection", { ...wanted, ...why });
    expect(first).toMatchObject({
      status: "ok",
      data: { detection_id, status: "in_progress" },
      operation: { state: "succeeded", evidence: "answered", replayed: false },
    });
    await expect
      .poll(() => call(agent, "update_detection", { ...wanted, reason: "In other words" }))
      .toMatchObject({ operation: { id: idOf(first), replayed: true, still_in_effect: true } });
    expect(await effectsOn(detection_id)).toMatchObject([
      { action: "update_status", request_id: idOf(first) },
    ]);
    expect(await call(agent, "get_detection", { detection_id })).toMatchObject({
      data: { status: "in_progress" },
    });
  });

  test("says it was so before, and sends nothing, where there is nothing to say", async () => {
    const agent = await responder();
    const detection_id = await detection();
    const wanted = { detection_id, status: "new", ...why };
    expect(await call(agent, "update_detection", wanted)).toMatchObject({
      status: "ok",
      operation: { evidence: "already_so" },
    });
    expect(await effectsOn(detection_id)).toEqual([]);
  });

  test("adds a comment once, though the status was so before", async () => {
    const agent = await responder();
    const detection_id = await detection();
    const wanted = { detection_id, status: "new", comment: "Seen; waiting for the owner.", ...why };
    for (const replayed of [false, true]) {
      expect(await call(agent, "update_detection", wanted)).toMatchObject({
        status: "ok",
        operation: { evidence: "answered", replayed },
      });
    }
    expect(await effectsOn(detection_id)).toMatchObject([{ action: "update_status+append_comment+add_tag" }]);
  });

  test("with another comment is another action", async () => {
    const agent = await responder();
    const detection_id = await detection();
    for (const comment of ["One.", "Two.", "One."]) {
      await call(agent, "update_detection", { detection_id, status: "in_progress", comment, ...why });
    }
    expect(await effectsOn(detection_id)).toHaveLength(2);
  });

  test("tells a repeat that somebody has changed the status since", async () => {
    const agent = await responder();
    const detection_id = await detection();
    const wanted = { detection_id, status: "closed", ...why };
    await call(agent, "update_detection", wanted);
    await elsewhere(detection_id, "reopened");
    await expect
      .poll(() => call(agent, "update_detection", wanted))
      .toMatchObject({
        error: {
          code: "differs_from_done",
          differences: [{ field: "status", done: "closed", now: "reopened" }],
        },
      });
    expect(await effectsOn(detection_id)).toHaveLength(2);
  });

  test("closes again what was closed and reopened", async () => {
    const agent = await responder();
    const detection_id = await detection();
    for (const status of ["closed", "reopened", "closed"]) {
      const changed = await call(agent, "update_detection", { detection_id, status, ...why });
      expect(changed).toMatchObject({ status: "ok", data: { status }, operation: { replayed: false } });
    }
    expect(await effectsOn(detection_id)).toHaveLength(3);
  });

  test("doesn't claim that a commented update still holds when it doesn't", async () => {
    const agent = await responder();
    const detection_id = await detection();
    const wanted = { detection_id, status: "closed", comment: "Benign.", ...why };
    await call(agent, "update_detection", wanted);
    await elsewhere(detection_id, "reopened");
    await expect
      .poll(() => call(agent, "update_detection", wanted))
      .toMatchObject({ error: { code: "differs_from_done" } });
    expect(await effectsOn(detection_id)).toHaveLength(2);
  });

  test("of a detection that doesn't exist changes nothing", async () => {
    const detection_id = `${"0".repeat(32)}:ind:x:1-2-3`;
    expect(
      await call(await responder(), "update_detection", { detection_id, status: "closed", ...why }),
    ).toMatchObject({
      status: "not_found",
      resource: { kind: "detection", id: `crowdstrike:${detection_id}` },
    });
    expect(await effects()).toEqual([]);
  });

  test("asked for by an analyst waits for another person", async () => {
    const analyst = await agentOf(await signedIn("detections-analyst", "analyst"), SCOPES);
    const detection_id = await detection();
    expect(await call(analyst, "update_detection", { detection_id, status: "closed", ...why })).toMatchObject(
      { status: "pending_approval" },
    );
    expect(await effects()).toEqual([]);
  });
});

describe("a comment whose outcome is in doubt", () => {
  const commented = (detection_id: string) => ({
    detection_id,
    status: "in_progress",
    comment: "Contained; forensics has it.",
    ...why,
  });

  test.each(["drop_after_effect", "error_after_effect", "drift", "malformed"])(
    "after %s is found by its mark, and never said twice",
    async (mode) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      const agent = await responder();
      const detection_id = await detection();
      await inject({ ...PATCH, mode, times: 1 });
      const first = await call(agent, "update_detection", commented(detection_id));
      expect(first).toMatchObject({ status: "error", error: { kind: "in_doubt" } });
      await until(idOf(first), "succeeded", "failed_safe", "needs_operator");
      expect(await call(agent, "update_detection", commented(detection_id))).toMatchObject({
        status: "ok",
        operation: { id: idOf(first), replayed: true, evidence: "read_back", still_in_effect: true },
      });
      expect(await effectsOn(detection_id)).toHaveLength(1);
    },
  );

  test.each(["reset", "partial"])(
    "after %s is proven absent, and sent once more by whoever asks again",
    async (mode) => {
      vi.useFakeTimers({ toFake: ["Date"] });
      const agent = await responder();
      const detection_id = await detection();
      await inject({ ...PATCH, mode, times: 1 });
      const first = await call(agent, "update_detection", commented(detection_id));
      expect(first).toMatchObject({ error: { kind: "in_doubt" } });
      await until(idOf(first), "succeeded", "failed_safe", "needs_operator");
      expect(await effectsOn(detection_id)).toEqual([]);
      expect(await call(agent, "update_detection", commented(detection_id))).toMatchObject({
        status: "ok",
        operation: { id: idOf(first), replayed: false, evidence: "answered" },
      });
      expect(await effectsOn(detection_id)).toHaveLength(1);
    },
  );

  test("isn't taken for absent because the status has moved on", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const agent = await responder();
    const detection_id = await detection();
    await inject({ ...PATCH, mode: "drop_after_effect", times: 1 });
    const first = await call(agent, "update_detection", commented(detection_id));
    await elsewhere(detection_id, "closed");
    await until(idOf(first), "succeeded", "failed_safe", "needs_operator");
    const settled = await call(agent, "update_detection", commented(detection_id));
    expect(settled).toMatchObject({ operation: { id: idOf(first) } });
    // Ours, and the one of whoever closed it.
    expect(await effectsOn(detection_id)).toHaveLength(2);
  });
});

describe("a refusal by the vendor", () => {
  test.each([
    ["rate_limit", {}],
    ["expire_tokens", { times: 2 }],
    ["status", { status: 400 }],
    ["status", { status: 403 }],
  ])("that proves no effect (%s %j) is retried as the same operation", async (mode, detail) => {
    const agent = await responder();
    const detection_id = await detection();
    await inject({ ...PATCH, mode, times: 1, ...detail });
    const wanted = { detection_id, status: "closed", comment: "Benign.", ...why };
    const first = await call(agent, "update_detection", wanted);
    expect(first).toMatchObject({ status: "error", operation: { state: "failed_safe" } });
    await rested("crowdstrike.alerts_write");
    expect(await call(agent, "update_detection", wanted)).toMatchObject({
      status: "ok",
      operation: { id: idOf(first), replayed: false },
    });
    expect(await effectsOn(detection_id)).toHaveLength(1);
  });
});
