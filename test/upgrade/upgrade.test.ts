import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Agent, connect } from "../../cli/demo/agent.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { submitAs } from "./console-form.ts";
import { keptStates, LOST_PAGE, type Recorded, restoreState } from "./recorded-state.ts";

/** In days. What was recorded stays recorded: events that are let go by their age are another test's matter. */
const A_CENTURY = "36500";

const AUDIT = join(import.meta.dirname, "../../cli/audit.ts");

describe.each(await keptStates())("what an instance of version %s stored", (version) => {
  let instance: TestInstance;
  let recorded: Recorded;
  let auditor: Agent;
  let responder: Agent;

  beforeAll(async () => {
    instance = await startTestInstance({
      environment: { PAGERDUTY_SETTLE_MS: "", AUDIT_RETENTION_DAYS: A_CENTURY },
      async prepare(stateDir) {
        recorded = await restoreState(version, stateDir);
      },
    });
    auditor = await agentOf("auditor", "audit:read");
    responder = await agentOf("responder", "devices:read devices:contain pages:write tickets:read");
  }, 120_000);
  afterAll(async () => {
    await auditor?.close();
    await responder?.close();
    await instance?.dispose();
  });

  async function agentOf(user: string, scope: string): Promise<Agent> {
    const mcpUrl = `${instance.url}/mcp`;
    return connect(mcpUrl, "2026-07-28", (await signIn({ mcpUrl, user, scope })).access_token);
  }

  const inState = (state: string) => recorded.operations.filter((operation) => operation.state === state);
  const look = async (operation_id: string) => (await auditor.call("get_operation", { operation_id })).data;

  test("answers with the same results and the same evidence", async () => {
    const succeeded = inState("succeeded");
    expect(succeeded.length).toBeGreaterThan(2);
    for (const { operation_id, target, result, evidence } of succeeded) {
      expect(await look(operation_id)).toMatchObject({
        operation_id,
        target,
        result,
        evidence,
        state: "succeeded",
      });
    }
    for (const { operation_id } of inState("denied"))
      expect(await look(operation_id)).toMatchObject({ state: "denied" });
  });

  test("still knows what waits for an approval, or that nobody gave it in time", async () => {
    const [waiting] = inState("awaiting_approval");
    const { target, requested_by, expires_at } = waiting ?? {};
    const state = Date.parse(expires_at ?? "") > Date.now() ? "awaiting_approval" : "expired";
    await expect
      .poll(() => look(waiting?.operation_id ?? ""))
      .toMatchObject({ state, target, requested_by, expires_at });
  });

  test("leaves what is in doubt to a person, who can settle it", async () => {
    const [doubtful] = inState("needs_operator");
    expect(await responder.call("page_on_call", LOST_PAGE)).toMatchObject({
      error: { code: "outcome_unknown" },
      operation: { id: doubtful?.operation_id },
    });
    const page = `${instance.url}/console/operations/${doubtful?.operation_id}`;
    await submitAs("approver", page, `${page}/settle`, { outcome: "happened", reason: "Looked at it" });
    expect(await look(doubtful?.operation_id ?? "")).toMatchObject({
      state: "succeeded",
      evidence: "operator",
    });
  });

  test("takes new changes on the targets of old ones", async () => {
    const contained = inState("succeeded").find(({ tool }) => tool === "release_device");
    const device_id = contained?.target.replace("device/", "");
    expect(await responder.call("contain_device", { device_id, reason: "Again" })).toMatchObject({
      status: "ok",
      operation: { replayed: false, evidence: "answered" },
    });
  });

  test("keeps switched off what was, and can be revoked", async () => {
    expect(await responder.call(recorded.disabled_tool, {})).toMatchObject({
      error: { code: "tool_disabled" },
    });
    const [oldest] = instance.sql<{ chain: string }>(
      "SELECT chain FROM audit_events WHERE chain LIKE 'person/%' ORDER BY at LIMIT 1",
    );
    const page = `${instance.url}/console/sessions/${oldest?.chain.split("/")[1]}`;
    await submitAs("admin", page, `${page}/revoke`, { session: "all" });
    await expect
      .poll(() => instance.sql("SELECT 1 FROM audit_events WHERE type = 'session' AND decision = 'revoked'"))
      .not.toEqual([]);
  });

  test("has its chains registered as soon as they go on, so that checkpoints cover them", async () => {
    const [doubtful] = inState("needs_operator");
    const [begun] = instance.sql<{ chain: string }>(
      "SELECT chain FROM audit_events WHERE operation_id = ? AND type = 'operation' ORDER BY seq LIMIT 1",
      doubtful?.operation_id ?? "",
    );
    await expect
      .poll(() =>
        instance.sql(
          `SELECT 1 FROM audit_events AS begin JOIN audit_events AS first ON first.chain = ?1 AND first.seq = 1
           WHERE begin.type = 'chain' AND json_extract(begin.event, '$.detail.chain') = ?1
             AND json_extract(begin.event, '$.detail.hash') = first.hash`,
          begun?.chain ?? "",
        ),
      )
      .toEqual([{ 1: 1 }]);
  });

  test("verifies, with what was added to it", async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", AUDIT, "verify", "--wait", "60"],
      { env: { ...process.env, STATE_DIR: instance.stateDir } },
    );
    expect(JSON.parse(stdout)).toMatchObject({ ok: true });
  });
});
