/** The part of the demo in which another person decides. */
import { type Agent, type Answer, until } from "./agent.ts";
import { decideAs } from "./approver.ts";
import type { LabControls } from "./lab.ts";
import type { Narrator } from "./narrator.ts";

/** Agents of one analyst, in both protocol eras. */
export interface Analysts {
  readonly legacy: Agent;
  readonly modern: Agent;
}

/** What an analyst asks for waits for another person, and happens once however many ask. */
export async function tellApproval(
  narrator: Narrator,
  lab: LabControls,
  { legacy, modern }: Analysts,
): Promise<void> {
  narrator.chapter("Somebody else's decision");
  await lab.clear();
  const found = await modern.call("search_devices", { containment: "normal", criticality: "medium" });
  const [device] = (found.data?.devices ?? []) as { device_id: string }[];
  const device_id = device?.device_id;
  const ask = (agent: Agent) =>
    agent.call("contain_device", { device_id, reason: "Demo: an analyst's suspicion" });

  const held = await ask(modern);
  const { id, approval_url } = held.operation ?? {};
  narrator.scene(
    "An analyst's containment waits for another person",
    held.status === "pending_approval",
    held,
  );

  await decideAs("approver", approval_url ?? "", "approve");
  const done = await until(
    () => modern.call("get_operation", { operation_id: id }),
    ({ data }) => data?.state === "succeeded",
  );
  narrator.scene("The approver approves on the page, and it is done", done.data?.approved_by !== null, done);

  const retries = await Promise.all([ask(modern), ask(legacy), ask(modern)]);
  narrator.scene(
    "Three retries at once, from both eras, get that result",
    retries.every((retry: Answer) => retry.operation?.id === id && retry.operation?.replayed === true),
    retries[1] as Answer,
  );
  const effects = (await lab.effects(device_id ?? "")).filter(({ request_id }) => request_id === id);
  narrator.scene("The vendor acted once", effects.length === 1, JSON.stringify(effects));
}
