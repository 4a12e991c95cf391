/**
 * What must hold whatever was killed when. Pure: each rule compares witnesses that know nothing of each other,
 * and says in words what doesn't fit.
 */
import type { AuditedEvent, Evidence, OperationTrace } from "./evidence.ts";
import { operationsOf } from "./evidence.ts";

type Operations = ReadonlyMap<string, OperationTrace>;

/** What kind of promise doesn't hold. */
export type Promised =
  /** At most one effect, and none without an intent. */
  | "double_effects"
  /** Whatever a client was told is on record. */
  | "unaudited_answers"
  /** Whatever a client was told is what happened. */
  | "broken_answers"
  /** Every chain is whole, in the objects and in the store. */
  | "audit_gaps"
  /** Every operation comes to an end, or is listed for an operator. */
  | "open_operations"
  /** Nobody is refused, and nothing fails, without a reason. */
  | "failures";

/** One thing that doesn't hold, in words. */
export interface Violation {
  readonly promise: Promised;
  readonly what: string;
}

/** Everything that doesn't hold. Empty if all does. */
export function violations(evidence: Evidence): Violation[] {
  const operations = operationsOf(evidence);
  const each = [...operations.values()];
  const effects_of = Map.groupBy(evidence.effects, ({ request_id }) => request_id);
  const found: Readonly<Record<Exclude<Promised, "failures">, readonly string[]>> = {
    double_effects: [
      ...each.flatMap((operation) => [
        ...tooManyEffects(operation, effects_of.get(operation.id)?.length ?? 0),
        ...unprovenRepeat(operation),
      ]),
      ...effectsWithoutIntent(operations, evidence),
      ...repeatedActions(evidence),
    ],
    unaudited_answers: unrecordedAnswers(operations, evidence),
    broken_answers: [
      ...brokenPromises(operations, evidence),
      ...twoTales(operations, evidence),
      ...twoOperationsOfOneKey(evidence),
    ],
    audit_gaps: brokenChains(evidence),
    open_operations: evidence.open,
  };
  return Object.entries(found).flatMap(([promise, of]) =>
    of.map((what) => ({ promise: promise as Promised, what })),
  );
}

/** How many effects an operation may have had that succeeded, by how that is known. */
const BY_EVIDENCE: Readonly<Record<string, readonly number[]>> = {
  answered: [1],
  read_back: [0, 1],
  operator: [0, 1],
  already_so: [0],
};

/** How many effects an operation may have had, by how it ended. */
function allowed({ last }: OperationTrace): readonly number[] {
  if (last.decision === "succeeded") return BY_EVIDENCE[last.detail?.evidence ?? ""] ?? [];
  return last.decision === "needs_operator" ? [0, 1] : [0];
}

function tooManyEffects(operation: OperationTrace, count: number): string[] {
  if (allowed(operation).includes(count)) return [];
  const { decision, detail } = operation.last;
  return [
    `${operation.id} had ${count} effects and ended ${decision} (${detail?.evidence ?? "no evidence"})`,
  ];
}

/** Nothing is sent a second time before it is proven that the first had no effect. */
function unprovenRepeat({ id, transitions }: OperationTrace): string[] {
  return transitions.flatMap(({ decision, detail }, index) => {
    const before = transitions.slice(0, index);
    const sent_before = before.filter((event) => event.decision === "executing").length;
    if (decision !== "executing") return [];
    const proven = sent_before === 0 || before.at(-1)?.decision === "failed_safe";
    return [
      ...(proven ? [] : [`${id} was sent again after ${before.at(-1)?.decision}`]),
      ...(detail?.fence === sent_before + 1 ? [] : [`${id} was sent with fence ${detail?.fence}`]),
    ];
  });
}

/** Whatever happened was intended first, and the intent outlived the crash. */
function effectsWithoutIntent(operations: Operations, { effects }: Evidence): string[] {
  return effects.flatMap(({ request_id, target, at }) => {
    const intents = operations
      .get(request_id)
      ?.transitions.filter(({ decision }) => decision === "executing");
    const intent = intents?.find((event) => event.target === target && event.at <= at);
    return intent === undefined ? [`the effect of ${request_id} on ${target} has no intent before it`] : [];
  });
}

/** Only we act on the devices: whatever is contained twice in a row was contained once too often. */
export function repeatedActions({ effects }: Pick<Evidence, "effects">): string[] {
  return [...Map.groupBy(effects, ({ target }) => target)].flatMap(([target, of]) =>
    of.flatMap(({ action, request_id }, index) =>
      of[index - 1]?.action === action ? [`${target}: ${request_id} did ${action} again`] : [],
    ),
  );
}

/**
 * What a client was told is on record, down to the operations that it heard of: each answer in an event of its own,
 * but for what a limit refused, which is counted after the first of it.
 */
function unrecordedAnswers(operations: Operations, { answers, events }: Evidence): string[] {
  const audited = new Map(events.map((event) => [event.event_id, event]));
  const refused = events.filter(({ type }) => type === "refused_calls");
  const counted = Map.groupBy(refused, ({ detail }) => detail?.first_event);
  const cited = new Map<string, number>();
  return answers.flatMap(({ agent, tool, answer }) => {
    const { audit_id } = answer;
    const event = audit_id === null ? undefined : audited.get(audit_id);
    const nth = (cited.get(audit_id ?? "") ?? 0) + 1;
    cited.set(audit_id ?? "", nth);
    const more = answer.error?.code === "rate_limited" ? (counted.get(audit_id ?? "") ?? []) : [];
    const covered = 1 + more.reduce((sum, { detail }) => sum + (detail?.more ?? 0), 0);
    const own = event?.type === "call" && (event.tool === tool || more.length > 0) && nth <= covered;
    const heard_of = answer.operation?.id;
    return [
      ...(own ? [] : [`${agent}'s ${tool} (${answer.error?.code ?? answer.status}) isn't in the audit`]),
      ...(answer.error?.kind === "internal" ? [`${agent}'s ${tool} failed internally`] : []),
      ...(heard_of === undefined || operations.has(heard_of) ? [] : [`${heard_of} isn't in the audit`]),
    ];
  });
}

/** Whoever was told of a success was told how it ended, and all were told the same, byte for byte. */
function brokenPromises(operations: Operations, { answers }: Evidence): string[] {
  const told = new Map<string, string>();
  return answers.flatMap(({ agent, answer: { status, operation, data } }) => {
    if (status !== "ok" || operation === undefined) return [];
    const { id, evidence } = operation;
    const last = operations.get(id)?.last;
    const holds = last?.decision === "succeeded" && last.detail?.evidence === evidence;
    const text = JSON.stringify(data);
    const first = told.get(id) ?? text;
    told.set(id, first);
    return [
      ...(holds
        ? []
        : [`${agent} was told that ${id} succeeded (${evidence}), and it ended ${last?.decision}`]),
      ...(text === first ? [] : [`${agent} was told ${text} of ${id}, and somebody before ${first}`]),
    ];
  });
}

/** The objects and the audit tell the same. Nobody asks for an operation before it is at rest. */
function twoTales(operations: Operations, { answers }: Evidence): string[] {
  return answers.flatMap(({ tool, args, answer }) => {
    if (tool !== "get_operation") return [];
    const last = operations.get(String(args.operation_id))?.last;
    const same =
      answer.data?.state === last?.decision &&
      (answer.data?.evidence ?? undefined) === last?.detail?.evidence;
    return same ? [] : [`${args.operation_id} is ${answer.data?.state}, and ${last?.decision} in the audit`];
  });
}

/** A caller's key stands for one operation, over any number of crashes. */
function twoOperationsOfOneKey({ answers }: Evidence): string[] {
  const done = answers.filter(({ args, answer }) => "idempotency_key" in args && answer.status === "ok");
  const by_key = Map.groupBy(done, ({ agent, args }) => `${agent} ${String(args.idempotency_key)}`);
  return [...by_key].flatMap(([key, of]) => {
    const ids = new Set(of.map(({ answer }) => answer.operation?.id));
    return ids.size > 1 ? [`the key ${key} stands for ${[...ids].join(" and ")}`] : [];
  });
}

const GENESIS = "0".repeat(64);

/** Every chain is whole, from its beginning to the end that its object knows. */
function brokenChains({ events, heads }: Evidence): string[] {
  const stored = Map.groupBy(events, ({ chain }) => chain);
  return [...new Set([...stored.keys(), ...heads.keys()])].flatMap((chain) => {
    const of = stored.get(chain) ?? [];
    const gap = of.findIndex((event, index) => !follows(event, of[index - 1]));
    if (gap !== -1) return [`${chain} is broken at ${of[gap]?.seq}`];
    const head = heads.get(chain);
    const end = of.at(-1);
    return head?.seq === end?.seq && head?.hash === end?.hash
      ? []
      : [`${chain} ends at ${end?.seq ?? 0}, and its object says ${head?.seq ?? "nothing"}`];
  });
}

function follows({ seq, prev }: AuditedEvent, before: AuditedEvent | undefined): boolean {
  return seq === (before?.seq ?? 0) + 1 && prev === (before?.hash ?? GENESIS);
}
