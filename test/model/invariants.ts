import type { Run } from "./run.ts";

const RESTING: readonly string[] = [
  "succeeded",
  "failed_safe",
  "denied",
  "expired",
  "abandoned",
  "needs_operator",
];

const NEVER_SENT: readonly string[] = ["denied", "expired", "abandoned"];

/** Everything that must hold once a run has come to rest; each sentence is a violation. */
export function violationsOf(run: Run): string[] {
  const violations = [...run.violations];
  for (const operation of run.disk.operations) {
    const { id, state, evidence, data } = operation;
    const effects = run.vendor.effects.filter(({ operation_id }) => operation_id === id).length;
    const say = (what: string) =>
      violations.push(`${id} (${state}, ${evidence}): ${what}, ${effects} effects`);
    if (effects > 1) say("more than one effect");
    if (evidence === "answered" && effects !== 1) say("answered without exactly one effect");
    if (evidence === "already_so" && effects !== 0) say("already so, and yet sent");
    if (state === "failed_safe" && effects !== 0) say("failed safe, and yet done");
    if (NEVER_SENT.includes(state) && effects !== 0) say("never sent, and yet done");
    if (!RESTING.includes(state)) say("left in the open");
    const received = run.received.get(id);
    if (received !== undefined && (received.size > 1 || !received.has(data ?? "")))
      say("answered differently");
  }
  return [...violations, ...unaskedRepeats(run), ...brokenChain(run)];
}

/** Two effects of the same action have a reversal, a deliberate repeat or the window's end between them. */
function unaskedRepeats({ vendor, disk }: Run): string[] {
  return vendor.effects.flatMap((effect, index) => {
    const before = vendor.effects[index - 1];
    if (before === undefined || before.action !== effect.action) return [];
    const [first, second] = [disk.get(before.operation_id), disk.get(effect.operation_id)];
    if (first === null || second === null || first.id === second.id) return [];
    const asked = second.supersedes !== null || second.created_at > first.state_at + 100_000;
    return asked || first.state !== "succeeded" ? [] : [`${second.id} repeats ${first.id} unasked`];
  });
}

function brokenChain({ disk }: Run): string[] {
  return disk.chain.flatMap((event, index) => {
    const prev = disk.chain[index - 1];
    const follows = event.seq === index + 1 && (prev === undefined || event.prev === prev.hash);
    return follows ? [] : [`the chain breaks at ${event.seq}`];
  });
}
