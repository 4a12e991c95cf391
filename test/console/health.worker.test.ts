import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test } from "vitest";
import { agentOf, call } from "../support/worker/agent.ts";
import { consoleOf } from "../support/worker/console.ts";
import { lab } from "../support/worker/lab.ts";
import { reach } from "../support/worker/oauth.ts";
import { signedIn } from "../support/worker/people.ts";

afterEach(() => lab.clear());

interface Health {
  readonly drift: readonly { readonly source: string; readonly field: string; readonly count: number }[];
}

describe("health in detail", () => {
  test("is behind the console's sign-in, while the plain answer is for everybody", async () => {
    const detail = await reach(`${env.PUBLIC_URL}/healthz?detail`, { redirect: "manual" });
    expect(detail.headers.get("location")).toBe(`${env.PUBLIC_URL}/console/health`);
    expect(await (await reach(`${env.PUBLIC_URL}/healthz`, {})).json()).toEqual({ ok: true, problems: [] });
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
