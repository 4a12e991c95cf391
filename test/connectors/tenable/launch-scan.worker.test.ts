import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { newOperationId } from "../../../src/toolkit/operation-id.ts";
import { effects, requestsOf } from "../../downstream/lab-control.ts";
import { changeAt } from "../../support/deployed.ts";
import { agentOf, call } from "../../support/worker/agent.ts";
import { signedIn } from "../../support/worker/people.ts";
import { beginsAnew, everything, fault, reader, SCOPES, search, standsStill } from "./searching.ts";

const LIST = "scans-list";
const LAUNCH = "scans-launch";
const why = { reason: "Test of scans" };

beginsAnew();

describe("launch_scan", () => {
  const responder = async () => agentOf(await signedIn("scanner", "responder"), SCOPES);
  let taken = 0;

  /** Operations outlive the lab's reset, so each test takes a scan of its own. */
  async function scan(): Promise<string> {
    const found = await everything();
    const ids = [...new Set(found.flatMap(({ scan_id }) => scan_id ?? []))].toSorted();
    taken += 1;
    return ids[taken - 1] ?? "";
  }

  test("launches once, however often it is asked for, and shows that the scan ran", async () => {
    const scan_id = await scan();
    const agent = await responder();
    const first = await call(agent, "launch_scan", { scan_id, ...why });
    expect(first).toMatchObject({
      status: "ok",
      data: { scan_id, status: "pending", run_uid: expect.any(String) },
      operation: { state: "succeeded", evidence: "answered", replayed: false },
    });
    const operation_id = "operation" in first ? first.operation?.id : undefined;
    expect(await effects()).toEqual([
      expect.objectContaining({ action: "launch", target: `scan/${scan_id}`, request_id: operation_id }),
    ]);
    // A replay looks back for a second at most, and else doesn't know.
    await expect
      .poll(() => call(agent, "launch_scan", { scan_id, reason: "In other words" }))
      .toMatchObject({
        status: "ok",
        operation: { id: operation_id, replayed: true, still_in_effect: true },
      });
    expect(await effects()).toHaveLength(1);
  });

  test("whose answer was lost is settled by what the list of scans shows", async () => {
    const scan_id = await scan();
    const agent = await responder();
    await fault(LAUNCH, "drop_after_effect", { times: 1 });
    const lost = await call(agent, "launch_scan", { scan_id, ...why });
    expect(lost).toMatchObject({ status: "error", error: { code: "outcome_unknown" } });
    await expect
      .poll(() => call(agent, "launch_scan", { scan_id, ...why }))
      .toMatchObject({ status: "ok", operation: { evidence: "read_back", replayed: true } });
    expect(await effects()).toHaveLength(1);
  });

  test("that the vendor refused had no effect, and the repeat launches", async () => {
    const scan_id = await scan();
    const agent = await responder();
    await fault(LAUNCH, "rate_limit", { times: 1 });
    expect(await call(agent, "launch_scan", { scan_id, ...why })).toMatchObject({
      status: "error",
      error: { code: "rate_limited", retryable: true },
      operation: { state: "failed_safe" },
    });
    expect(await effects()).toEqual([]);
    expect(await call(agent, "launch_scan", { scan_id, ...why })).toMatchObject({ status: "ok" });
    expect(await effects()).toHaveLength(1);
  });

  test("doesn't launch what is running, and doesn't find what doesn't exist", async () => {
    const scan_id = await scan();
    const agent = await responder();
    await standsStill();
    const first = await call(agent, "launch_scan", { scan_id, ...why });
    const supersedes = "operation" in first ? first.operation?.id : undefined;
    expect(await call(agent, "launch_scan", { scan_id, ...why, supersedes })).toMatchObject({
      status: "ok",
      operation: { evidence: "already_so", replayed: false },
    });
    expect(await effects()).toHaveLength(1);
    const unknown = scan_id.replace(/:.{8}/, ":00000000");
    expect(await call(agent, "launch_scan", { scan_id: unknown, ...why })).toMatchObject({
      status: "not_found",
      resource: { kind: "scan", id: unknown },
    });
  });

  test.each(["drift", "partial", "reset"])(
    "is never sent when the scan can't be looked at: %s",
    async (mode) => {
      await fault(LIST, mode);
      const scan_id = "461e4ebc-b309-face-6fa1-afa4ba163cb6d84b9dc0a0dc5020";
      const result = await call(await responder(), "launch_scan", { scan_id, ...why });
      expect(result).toMatchObject({ status: "error" });
      expect(await requestsOf(LAUNCH)).toEqual([]);
    },
  );

  test("takes a role that the credential for reading doesn't have", async () => {
    const launchScan = changeAt("launch_scan");
    const scan_id = await scanned();
    const operation_id = newOperationId("acme", { kind: "scan", id: scan_id });
    const request = launchScan.request({ scan_id }, operation_id, env);
    const { z } = await import("zod");
    await expect(reader().read(request, z.unknown())).rejects.toMatchObject({
      code: "credential_rejected",
      message: expect.stringContaining("Scan Operator [24]"),
    });
    expect(await effects()).toEqual([]);
  });

  async function scanned(): Promise<string> {
    return (await search({ limit: 100 })).vulnerabilities.find(({ scan_id }) => scan_id)?.scan_id ?? "";
  }
});
