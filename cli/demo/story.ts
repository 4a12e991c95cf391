/** The demo's story, told through clients of both eras. */
import { signIn } from "../oauth-client.ts";
import { type Agent, type Answer, connect, type Era, until } from "./agent.ts";
import { tellApproval } from "./approval.ts";
import { allowAs, allowNewestAs } from "./approver.ts";
import type { LabControls } from "./lab.ts";
import type { Narrator } from "./narrator.ts";

/** Where the story takes place. */
export interface Stage {
  readonly mcpUrl: string;
  readonly lab: LabControls;
  readonly narrator: Narrator;
}

const READ = "devices:read";
const CONTAIN = "devices:contain";
const BOTH = `${READ} ${CONTAIN}`;
const NOBODY = "0".repeat(32);

/** The whole story, told through clients of both eras. */
export async function tell(stage: Stage): Promise<void> {
  await withAgents(stage, async (as) => play(stage, "2025-11-25", as));
  await withAgents(stage, async (as) => play(stage, "2026-07-28", as));
  await withAgents(stage, async (as) => {
    const legacy = await as("analyst", BOTH, "2025-11-25");
    const modern = await as("analyst", BOTH, "2026-07-28");
    await tellApproval(stage.narrator, stage.lab, { legacy, modern });
  });
}

/** A 2025-era client keeps a stream open, and the process with it: whatever was opened is closed. */
async function withAgents({ mcpUrl }: Stage, work: (as: SignInAs) => Promise<void>): Promise<void> {
  const agents: Agent[] = [];
  try {
    await work(async (user, scope, era) => {
      const { access_token } = await signIn({ mcpUrl, user, scope, clientName: `Demo ${era}` });
      const agent = await connect(mcpUrl, era, access_token);
      agents.push(agent);
      return agent;
    });
  } finally {
    await Promise.all(agents.map((agent) => agent.close()));
  }
}

type SignInAs = (user: string, scope: string, era: Era) => Promise<Agent>;

async function play(stage: Stage, era: Era, signInAs: SignInAs): Promise<void> {
  const { narrator, lab } = stage;
  const as = (user: string, scope: string) => signInAs(user, scope, era);
  narrator.chapter(`A client of ${era}`);
  await lab.clear();
  const responder = await as("responder", READ);
  const devices = await reading(stage, responder);
  const [first, second] = devices;
  if (first === undefined || second === undefined) throw new Error("the lab has no two plain devices left");

  await stepUp(stage, responder, first);
  await containment(stage, responder, await as("responder2", BOTH), first);
  await badWeather(stage, responder, first);
  await inDoubt(stage, responder, second);
  await trail(narrator, await as("admin", "devices:read audit:read"), first);
}

/** Finding things, and not finding them: three answers that never look alike. */
async function reading({ narrator }: Stage, agent: Agent): Promise<string[]> {
  const found = await agent.call("search_devices", { containment: "normal", criticality: "low", limit: 25 });
  const devices = (found.data?.devices ?? []) as { device_id: string }[];
  narrator.scene("Searches for devices that nobody has contained", devices.length > 0, found);

  const none = await agent.call("search_devices", { query: "no-such-host-anywhere" });
  narrator.scene(
    "Searches for a name that no device has: found nothing, and the answer is whole",
    none.status === "ok" &&
      (none.data?.devices as unknown[] | undefined)?.length === 0 &&
      none.coverage?.complete === true,
    none,
  );

  const missing = await agent.call("get_device", { device_id: NOBODY });
  narrator.scene("Asks for a device that doesn't exist", missing.status === "not_found", missing);

  const invalid = await agent.call("get_device", { device_id: "laptop of Rosa", colour: "red" });
  narrator.scene(
    "Sends arguments that make no sense, and is told which and why",
    invalid.error?.code === "invalid_input" && (invalid.error.issues?.length ?? 0) >= 2,
    invalid,
  );
  return devices.map(({ device_id }) => device_id);
}

/**
 * A token that is too narrow: what a client sees depends on its era. Its person allows it more on a page, which the
 * answer names, or which they find among their sessions: not every client shows the body of an HTTP 403.
 */
async function stepUp({ narrator, mcpUrl }: Stage, agent: Agent, device_id: string): Promise<void> {
  const refused = await agent.call("contain_device", { device_id, reason: "Demo: step-up" }).then(
    ({ error }) => error,
    (error: unknown) => String(error),
  );
  narrator.scene(
    "May not contain with this token, and is told what to ask for",
    JSON.stringify(refused).includes(BOTH) ||
      (typeof refused === "object" && refused.grant_url !== undefined),
    JSON.stringify(refused),
  );
  if (typeof refused === "object") await allowAs("responder", refused.grant_url ?? "", CONTAIN);
  else await allowNewestAs("responder", new URL(mcpUrl).origin, CONTAIN);
}

async function containment(
  { narrator, lab }: Stage,
  agent: Agent,
  other: Agent,
  device_id: string,
): Promise<void> {
  const contain = (by: Agent, reason: string) => by.call("contain_device", { device_id, reason });
  const before = (await lab.effects(device_id)).length;
  const done = await contain(agent, "Demo: beaconing to a known command server");
  narrator.scene(
    "Its person has allowed that: the same connection, with the same token, contains the device",
    done.operation?.replayed === false,
    done,
  );

  const again = await contain(agent, "Demo: same thing in other words");
  narrator.scene(
    "Retries: the prior result, byte for byte, and nothing is sent",
    isReplay(done, again),
    again,
  );

  const second = await contain(other, "Demo: a colleague saw it too");
  narrator.scene("A second person asks for the same: the same operation", isReplay(done, second), second);
  await once(narrator, lab, device_id, before);
}

async function badWeather({ narrator, lab }: Stage, agent: Agent, device_id: string): Promise<void> {
  await lab.fault({ operation: "PostDeviceDetailsV2", mode: "status", status: 500, times: 2 });
  const recovered = await agent.call("get_device", { device_id });
  narrator.scene("The vendor answers 500 twice, and then the device", recovered.status === "ok", recovered);

  await lab.fault({ mode: "status", status: 503 });
  const outage = await agent.call("search_devices", { query: "laptop" });
  narrator.scene(
    "The vendor is down: that is an outage, not an empty list",
    outage.error?.kind === "transient",
    outage,
  );
  await lab.clear();
}

async function inDoubt({ narrator, lab }: Stage, agent: Agent, device_id: string): Promise<void> {
  const before = (await lab.effects(device_id)).length;
  await afterBreaker(agent, device_id);
  await lab.fault({ operation: "PerformActionV2", mode: "drop_after_effect", times: 1 });
  const lost = await agent.call("contain_device", { device_id, reason: "Demo: the line goes dead" });
  narrator.scene(
    "The connection is cut after the vendor acted: in doubt, and called so",
    lost.error?.code === "outcome_unknown",
    lost,
  );
  const operation_id = lost.operation?.id ?? "";
  const settled = await settledBy(agent, operation_id);
  narrator.scene("Reading back settles it", settled.data?.evidence === "read_back", settled);
  const retry = await agent.call("contain_device", { device_id, reason: "Demo: is it done now?" });
  narrator.scene(
    "A retry gets that result",
    retry.operation?.id === operation_id && retry.operation.replayed === true,
    retry,
  );
  await once(narrator, lab, device_id, before);
}

async function trail(narrator: Narrator, admin: Agent, device_id: string): Promise<void> {
  const events = await until(
    () => admin.call("search_audit", { target: `device/${device_id}`, limit: 50 }),
    (answer) => decisions(answer).includes("succeeded") && decisions(answer).includes("replay"),
  );
  narrator.scene(
    `Everything that happened to the device is in the audit: ${decisions(events).toReversed().join(" → ")}`,
    decisions(events).includes("replay"),
    events,
  );
}

/** Waits until the circuit that the outage opened lets requests through again. */
async function afterBreaker(agent: Agent, device_id: string): Promise<void> {
  await until(
    () => agent.call("get_device", { device_id }),
    ({ status }) => status === "ok",
  );
}

function settledBy(agent: Agent, operation_id: string): Promise<Answer> {
  return until(
    () => agent.call("get_operation", { operation_id }),
    ({ data }) => data?.state === "succeeded",
  );
}

async function once(narrator: Narrator, lab: LabControls, device_id: string, before: number): Promise<void> {
  const effects = (await lab.effects(device_id)).slice(before);
  narrator.scene("The vendor acted once", effects.length === 1, JSON.stringify(effects));
}

function isReplay(first: Answer, again: Answer): boolean {
  const same = JSON.stringify(first.data) === JSON.stringify(again.data);
  return same && again.operation?.replayed === true && again.operation.id === first.operation?.id;
}

function decisions({ data }: Answer): string[] {
  return ((data?.events ?? []) as { decision: string }[]).map(({ decision }) => decision);
}
