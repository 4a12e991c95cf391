/**
 * Leaves behind what an instance of the code at hand stores, so that every later version can be tested against it:
 * `npm run record-state -- NAME`, once for each release, before anything is changed in it.
 */
import { setTimeout as delay } from "node:timers/promises";
import { Command } from "commander";
import { type Agent, type Answer, connect } from "../../cli/demo/agent.ts";
import { decideAs } from "../../cli/demo/approver.ts";
import { LabControls } from "../../cli/demo/lab.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { Devices } from "../e2e/support/devices.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { submitAs } from "./console-form.ts";
import { keepState, LOST_PAGE, type Recorded, type RecordedOperation } from "./recorded-state.ts";

/** Far longer than reading back goes on. */
const GIVES_UP_MS = 180_000;
const PAUSE_MS = 1_000;

const [name = ""] = new Command("record-state")
  .description("Keeps what an instance of this version stores, to test later versions against.")
  .argument("<name>", "what to call it, such as a release")
  .parse().args;

// Without a bound on late effects, absence is never proven, and a person has to settle it.
const instance = await startTestInstance({ environment: { PAGERDUTY_SETTLE_MS: "" } });
const agents: Agent[] = [];
try {
  const recorded = await work(instance);
  for (const agent of agents) await agent.close();
  await instance.kill9();
  await keepState(name, instance.stateDir, recorded);
} finally {
  await instance.dispose();
}

/** A little of everything that an instance stores. */
async function work({ url, lab: { url: labUrl } }: TestInstance): Promise<Recorded> {
  const lab = new LabControls(labUrl);
  const devices = await Devices.of(labUrl);
  const [contained, released, held, denied] = Array.from({ length: 4 }, () => devices.take());
  const responder = await agentOf(url, "responder");
  const analyst = await agentOf(url, "analyst");
  const contain = (agent: Agent, device_id: string | undefined, more = {}) =>
    agent.call("contain_device", { device_id, reason: "To be kept", ...more });

  const answers: Answer[] = [];
  answers.push(await contain(responder, contained, { idempotency_key: "kept" }));
  answers.push(await contain(responder, released));
  answers.push(await responder.call("release_device", { device_id: released, reason: "To be kept" }));
  answers.push(await contain(analyst, held));
  const refused = await contain(analyst, denied);
  await decideAs("approver", refused.operation?.approval_url ?? "", "deny");
  answers.push(refused);

  await lab.fault({ vendor: "pagerduty", operation: "createIncident", mode: "reset", times: 1 });
  const in_doubt = await responder.call("page_on_call", LOST_PAGE);
  answers.push(in_doubt);
  await submitAs("admin", `${url}/console/connectors`, `${url}/console/connectors/switch`, {
    kind: "tool",
    name: "search_tickets",
    disabled: "true",
    reason: "To be kept",
  });
  await settled(responder, in_doubt.operation?.id ?? "");

  const auditor = await agentOf(url, "auditor", "audit:read");
  const operations: RecordedOperation[] = [];
  for (const { operation } of answers) {
    const { data } = await auditor.call("get_operation", { operation_id: operation?.id ?? "" });
    operations.push(data as unknown as RecordedOperation);
  }
  return { disabled_tool: "search_tickets", operations };
}

async function agentOf(
  url: string,
  user: string,
  scope = "devices:read devices:contain pages:write",
): Promise<Agent> {
  const mcpUrl = `${url}/mcp`;
  const { access_token } = await signIn({ mcpUrl, user, scope });
  const agent = await connect(mcpUrl, agents.length % 2 === 0 ? "2026-07-28" : "2025-11-25", access_token);
  agents.push(agent);
  return agent;
}

/** Waits until reading back has given up on an operation. */
async function settled(agent: Agent, operation_id: string): Promise<void> {
  for (let left = GIVES_UP_MS; left > 0; left -= PAUSE_MS) {
    const { data } = await agent.call("get_operation", { operation_id });
    if ((data as { state?: string } | undefined)?.state === "needs_operator") return;
    await delay(PAUSE_MS);
  }
  throw new Error("the operation never came before an operator");
}
