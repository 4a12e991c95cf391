import type { Mutant } from "./mutant.ts";

const MACHINE = ["test/effect/machine.test.ts"];
const OPERATIONS = ["test/effect/operations.test.ts"];
const MATCHING = ["test/effect/matching.test.ts"];
const PROBING = ["test/effect/probing.test.ts"];
const MODEL = ["test/model/effects.test.ts"];
const OBJECT = ["test/effect/effect-object.worker.test.ts"];
const APPROVAL = ["test/effect/approval.worker.test.ts"];

/** What keeps an operation to one effect. */
export const EFFECT_GUARDS: readonly Mutant[] = [
  ...machine(),
  ...probing(),
  ...matching(),
  ...operations(),
  ...dispatch(),
];

function machine(): Mutant[] {
  const file = "src/effect/machine.ts";
  const tests = MACHINE;
  return [
    {
      name: "any-edge-of-the-machine",
      file,
      tests,
      find: `if (!hasEdge(from, to)) return "no_such_edge";`,
      replace: "",
    },
    {
      name: "fence-ignored",
      file,
      tests,
      find: `return transition.fence === operation.fence ? refuseByOrigin(from, transition) : "stale_fence";`,
      replace: "return refuseByOrigin(from, transition);",
    },
    {
      name: "fence-that-does-not-rise",
      file,
      tests,
      find: "fence: operation.fence + 1,",
      replace: "fence: operation.fence,",
    },
    {
      name: "operator-settles-what-is-still-being-read-back",
      file,
      tests,
      find: `return from === "needs_operator" ? null : "no_such_edge";`,
      replace: "return null;",
    },
    {
      name: "self-approval",
      file,
      tests,
      find: `if (from === "awaiting_approval" && transition.by.subject === operation.requester.subject) {`,
      replace: "if (false) {",
    },
    {
      name: "confirmation-by-somebody-else",
      file,
      tests,
      find: `if (from === "awaiting_confirmation" && transition.by.subject !== operation.requester.subject) {`,
      replace: "if (false) {",
    },
    {
      name: "approval-after-its-expiry",
      file,
      tests,
      find: `return now < (operation.expires_at ?? 0) ? null : "too_late";\n    case "take_over":`,
      replace: `return null;\n    case "take_over":`,
    },
    {
      name: "claim-started-however-late",
      file,
      tests,
      find: "return now < operation.created_at + CLAIM_LIFE_MS;",
      replace: "return true;",
    },
    {
      name: "approval-dispatched-however-late",
      file,
      tests,
      find: "return now < (operation.approved_at ?? 0) + APPROVAL_LIFE_MS;",
      replace: "return true;",
    },
    {
      name: "read-back-as-evidence-of-an-answer",
      file,
      tests,
      find: `return (transition.evidence === "read_back") === (from === "probing") ? null : "no_such_edge";`,
      replace: "return null;",
    },
    {
      name: "approval-that-outlives-its-dispatch",
      file,
      tests: [...MACHINE, "test/path/path.worker.test.ts"],
      find: "...(transition.approved === true ? {} : { approver: null, approved_at: null, decided_by: null }),",
      replace: "",
    },
  ];
}

function probing(): Mutant[] {
  const file = "src/effect/probing.ts";
  const tests = PROBING;
  return [
    {
      name: "absence-by-one-read",
      file,
      tests,
      find: "record.absent_reads >= 2",
      replace: "record.absent_reads >= 1",
    },
    {
      name: "absence-before-the-request-must-have-landed",
      file,
      tests,
      find: " && read_at >= certain_at) {",
      replace: ") {",
    },
    {
      name: "absence-without-a-bound",
      file,
      tests,
      find: `return settle_ms === null ? { next: "give_up" } : { next: "fail_safe" };`,
      replace: `return { next: "fail_safe" };`,
    },
    {
      name: "probing-without-an-end",
      file,
      tests,
      find: `if (read_at >= deadline_at + PROBE_LIFE_MS) return { next: "give_up" };`,
      replace: "",
    },
    {
      name: "no-margin-for-another-machines-clock",
      file,
      tests,
      find: "+ CLOCK_MARGIN_MS;",
      replace: ";",
    },
    {
      name: "a-failed-read-counts-as-absent",
      file,
      tests,
      find: `record.absent_reads + (reading === "absent" ? 1 : 0)`,
      replace: "record.absent_reads + 1",
    },
  ];
}

function matching(): Mutant[] {
  const file = "src/effect/matching.ts";
  const tests = MATCHING;
  return [
    {
      name: "success-answers-for-ever",
      file,
      tests,
      find: "return now < operation.state_at + wanted.window_ms && !undone(operation, standing.reversal);",
      replace: "return !undone(operation, standing.reversal);",
    },
    {
      name: "success-answers-after-its-reversal",
      file,
      tests,
      find: "return now < operation.state_at + wanted.window_ms && !undone(operation, standing.reversal);",
      replace: "return now < operation.state_at + wanted.window_ms;",
    },
    {
      name: "a-second-operation-on-a-busy-target",
      file,
      tests,
      find: `return standing.busy === null ? { match: "none" } : { match: "busy", operation: standing.busy };`,
      replace: `return { match: "none" };`,
    },
    {
      name: "a-denial-answers-everybody",
      file,
      tests,
      find: "return operation.requester.subject === wanted.subject && now < operation.state_at + DENIAL_LIFE_MS;",
      replace: "return now < operation.state_at + DENIAL_LIFE_MS;",
    },
    {
      name: "a-repeat-of-another-action",
      file,
      tests,
      find: `if (superseded.key !== wanted.key) return { match: "bad_supersedes", why: "other_action" };`,
      replace: "",
    },
    {
      name: "a-repeat-as-often-as-it-is-asked-for",
      file,
      tests,
      find: "superseder !== null &&\n    (answersForLife",
      replace: "superseder === undefined &&\n    (answersForLife",
    },
    {
      name: "a-reversal-by-the-clock",
      file,
      tests,
      find: "(reversal.dispatch_order ?? 0) > (operation.dispatch_order ?? 0)",
      replace: "reversal.state_at > operation.state_at",
    },
    {
      name: "a-callers-key-that-is-forgotten",
      file,
      tests,
      find: `if (standing.known !== null && standing.known.state !== "failed_safe" && answersForLife(standing.known)) {`,
      replace: "if (false) {",
    },
    {
      name: "a-repeat-under-the-key-of-what-it-repeats",
      file,
      tests,
      find: "if (wanted.supersedes !== null && wanted.supersedes === wanted.known) {",
      replace: "if (false) {",
    },
    {
      name: "a-repeat-of-what-is-still-open",
      file,
      tests,
      find: `return done ? { match: "none" } : { match: "bad_supersedes", why: "still_open" };`,
      replace: `return { match: "none" };`,
    },
  ];
}

function operations(): Mutant[] {
  const file = "src/effect/operations.ts";
  return [
    {
      name: "intent-on-a-busy-target",
      file,
      tests: MODEL,
      find: `if (busy !== null) throw new TransitionRefused("busy", busy);`,
      replace: "",
    },
    {
      name: "a-retry-of-what-was-replaced",
      file,
      tests: [...MODEL, "test/path/path.worker.test.ts"],
      find: "const busy = this.busy() ?? replaced;",
      replace: "const busy = this.busy();",
    },
    {
      name: "a-look-trusted-after-somebody-elses-dispatch",
      file,
      tests: MODEL,
      find: "return other === null || now >= (other.dispatched_at ?? 0) + QUIET_MS;",
      replace: "return true;",
    },
    {
      name: "a-look-trusted-however-old",
      file,
      tests: MODEL,
      find: "if (now >= as_of + CLAIM_LIFE_MS) return false;",
      replace: "",
    },
    {
      name: "a-claim-that-outlives-its-time-where-the-alarm-is-late",
      file,
      tests: OPERATIONS,
      find: "this.#sweep(claim.key, now);",
      replace: "",
    },
    {
      name: "an-earlier-lifes-dispatch-still-counts-as-running",
      file,
      tests: MODEL,
      find: "    this.#recover();\n",
      replace: "",
    },
    {
      name: "a-transition-without-its-audit-event",
      file,
      tests: OBJECT,
      find: "this.#durable.rows.update(step.operation);\n      this.#durable.append(transitionFact(step.operation));",
      replace: "this.#durable.rows.update(step.operation);",
    },
    {
      name: "a-transition-without-its-next-turn",
      file,
      tests: MODEL,
      find: "this.#durable.turn(id, nextTurn(step.operation));",
      replace: "",
    },
  ];
}

function dispatch(): Mutant[] {
  const file = "src/effect/dispatch.ts";
  const effects = "src/effect/effects.ts";
  const standing = ["test/session/standing.worker.test.ts"];
  return [
    {
      name: "dispatch-without-a-look-at-the-requesters-standing",
      file,
      tests: APPROVAL,
      find: `if (!active || (scope !== "any" && !scopes.includes(scope))) {`,
      replace: "if (!active && scopes.length < 0) {",
    },
    {
      name: "dispatch-without-a-look-at-the-approvers-standing",
      file,
      tests: APPROVAL,
      find: "      this.#approverStands(tool, approver, requester),\n",
      replace: "",
    },
    {
      name: "dispatch-through-an-open-circuit",
      file,
      tests: standing,
      find: "    breakerAllows(tool.credential);\n",
      replace: "",
    },
    {
      name: "an-end-that-belongs-to-an-earlier-dispatch",
      file: effects,
      tests: MODEL,
      find: `if (current.state !== "executing" || current.fence !== operation.fence) return current;`,
      replace: "",
      survives:
        "the machine refuses the transition by its edge or its fence; without this it is only said louder",
    },
    {
      name: "a-read-that-began-before-the-present-dispatch",
      file: effects,
      tests: MODEL,
      find: `if (current.state !== "probing" || current.fence !== operation.fence) return;`,
      replace: `if (current.state !== "probing") return;`,
      survives: "the machine refuses the stale fence, and the count of reads goes back with the transaction",
    },
    {
      name: "a-refused-token-is-renewed-without-end",
      file: effects,
      tests: OBJECT,
      find: "if (!token_refused || refused_token !== null) return operation;",
      replace: "if (!token_refused) return operation;",
    },
    {
      name: "a-target-that-is-gone-counts-as-absent",
      file: "src/effect/readback.ts",
      tests: OBJECT,
      find: `if (!seen.exists) return { reading: "failed" };`,
      replace: `if (!seen.exists) return { reading: "absent" };`,
    },
  ];
}
