import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test } from "vitest";
import type { Figures } from "../../src/console/health/figures.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { consoleOf } from "../support/worker/console.ts";
import { ENVELOPE } from "../support/worker/eras.ts";
import { lab } from "../support/worker/lab.ts";
import { connect, MCP_URL, reach } from "../support/worker/oauth.ts";
import { signedIn } from "../support/worker/people.ts";

afterEach(() => lab.clear());

interface Health {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly figures: Figures;
  readonly drift: readonly { readonly source: string; readonly field: string; readonly count: number }[];
}

describe("health in detail", () => {
  test("is behind the console's sign-in, while the plain answer is for everybody", async () => {
    const detail = await reach(`${env.PUBLIC_URL}/healthz?detail`, { redirect: "manual" });
    expect(detail.headers.get("location")).toBe(`${env.PUBLIC_URL}/console/health`);
    expect(await (await reach(`${env.PUBLIC_URL}/healthz`, {})).json()).toEqual({ ok: true, problems: [] });
  });

  test("counts calls, denials and failures by kind, and what waits for a person", async () => {
    const before = await figuresNow();
    const analyst = await agentOf(await signedIn("figures", "analyst"));
    const viewer = await agentOf(await signedIn("figures-viewer", "viewer"));
    const [device_id] = await lab.devices();
    await call(analyst, "get_device", { device_id });
    await call(analyst, "get_device", { device_id: 1 });
    await call(viewer, "contain_device", { device_id, reason: "Not mine to do" });
    await call(analyst, "contain_device", { device_id, reason: "Held back for an approver" });
    const was = before.last_15_minutes;
    // The calls are events of the sessions, and what waits is one of the effect's object: each comes when it comes.
    await expect.poll(figuresNow).toMatchObject({
      last_24_hours: { calls: before.last_24_hours.calls + 4 },
      last_15_minutes: {
        denials: was.denials + 1,
        failures: { invalid_request: (was.failures.invalid_request ?? 0) + 1 },
      },
      operations: {
        awaiting_approval: before.operations.awaiting_approval + 1,
        needs_operator: before.operations.needs_operator,
      },
    });
  });

  test("isn't well when the audit isn't", async () => {
    await env.DB.prepare(
      "INSERT INTO audit_dead_letters (id, queue, reason, body) VALUES ('health', 'q', 'r', 'b')",
    ).run();
    const { ok, problems } = JSON.parse(
      (await (await consoleOf("admin")).open("/console/health")).html,
    ) as Health;
    expect(ok).toBe(false);
    expect(problems).toContain("1 dead letters of the audit");
    await env.DB.prepare("DELETE FROM audit_dead_letters WHERE id = 'health'").run();
  });

  test("names a client that mixes two revisions in one request", async () => {
    const { tokens } = await connect("viewer", "devices:read");
    const params = { name: "whoami", arguments: {}, _meta: ENVELOPE };
    const answer = await reach(MCP_URL, {
      method: "POST",
      headers: {
        authorization: `Bearer ${tokens.access_token}`,
        "content-type": "application/json",
        "mcp-protocol-version": "2025-11-25",
        "mcp-method": "tools/call",
        "mcp-name": "whoami",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params }),
    });
    expect(answer.status).toBe(400);
    const admin = await consoleOf("admin");
    const mixing = async () =>
      (JSON.parse((await admin.open("/console/health")).html) as { mixed_eras: { client_id: string }[] })
        .mixed_eras;
    await expect
      .poll(async () => (await mixing()).map(({ client_id }) => client_id))
      .toContain(tokens.client_id);
  });

  test("counts drifts by vendor and field, as the audit names them", async () => {
    const [device_id] = await lab.devices();
    const agent = await agentOf(await signedIn("health", "responder"));
    await lab.fault({ operation: "PostDeviceDetailsV2", mode: "drift" });
    for (let i = 0; i < 2; i++) {
      expect(await call(agent, "get_device", { device_id })).toMatchObject({
        error: { kind: "contract", code: "upstream_contract_changed" },
      });
    }
    const admin = await consoleOf("admin");
    // The events are on their way through the queue.
    for (let left = 200; left > 0; left--) {
      const { drift } = JSON.parse((await admin.open("/console/health")).html) as Health;
      if (drift.some(({ count }) => count === 2)) {
        expect(drift).toEqual([
          expect.objectContaining({ source: "crowdstrike", field: expect.any(String), count: 2 }),
        ]);
        return;
      }
      await scheduler.wait(50);
    }
    throw new Error("the drift never arrived");
  });
});

async function figuresNow(): Promise<Figures> {
  return (JSON.parse((await (await consoleOf("admin")).open("/console/health")).html) as Health).figures;
}
