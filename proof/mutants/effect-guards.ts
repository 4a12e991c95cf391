/** Guards of the operation machine, and the tests that fail without them. */
import type { Mutant } from "./mutant.ts";

const MACHINE = ["test/effect/machine/machine.test.ts"];
const OPERATIONS = ["test/effect/operations.test.ts"];
const PROBING = ["test/effect/machine/probing.test.ts"];
const MODEL = ["test/model/effects.test.ts"];
const OBJECT = ["test/effect/effect-object.worker.test.ts"];
const APPROVAL = ["test/effect/approval.worker.test.ts"];
const HOLDING = ["test/effect/machine/holding.test.ts"];

/** What keeps an operation to one effect. */
export const EFFECT_GUARDS: readonly Mutant[] = [...machine(), ...probing(), ...operations(), ...dispatch()];

function machine(): Mutant[] {
  const file = "src/effect/machine/machine.ts";
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
      find: `return canBeDecided(operation, now) ? null : "too_late";\n    case "take_over":`,
      replace: `return null;\n    case "take_over":`,
    },
    {
      name: "claim-started-however-late",
      file: "src/effect/machine/expiry.ts",
      tests,
      find: `|| now < claimEnds(operation)`,
      replace: "|| true",
    },
    {
      name: "approval-dispatched-however-late",
      file: "src/effect/machine/expiry.ts",
      tests,
      find: "return now < approvalEnds(operation);",
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
      find: "...(transition.approved === true ? {} : UNDECIDED),",
      replace: "",
    },
  ];
}

function probing(): Mutant[] {
  const file = "src/effect/machine/probing.ts";
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
      find: `return landing_ms === null ? { next: "give_up" } : { next: "fail_safe" };`,
      replace: `return { next: "fail_safe" };`,
    },
    {
      name: "probing-without-an-end",
      file,
      tests,
      find: `if (read_at >= since + PROBE_LIFE_MS) return { next: "give_up" };`,
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

function operations(): Mutant[] {
  const file = "src/effect/operations.ts";
  return [
    {
      name: "intent-on-a-busy-target",
      file,
      tests: MODEL,
      find: "if (met !== null) throw new Overtaken(met);",
      replace: "",
    },
    {
      name: "a-retry-of-what-was-replaced",
      file,
      tests: OPERATIONS,
      find: "const other = busy ?? replaced;",
      replace: "const other = busy ?? null;",
    },
    {
      name: "a-creation-without-the-match-taken-again",
      file,
      tests: MODEL,
      find: "return meetAgain(wanted, others, Math.max(operation.aware_of, operation.dispatch_order ?? 0), now);",
      replace: "return meetAgain(wanted, [], Math.max(others.length, operation.aware_of), now);",
    },
    {
      name: "an-approved-page-ended-by-one-that-differs",
      file: "src/effect/effects.ts",
      tests: MODEL,
      find: `if (match === "operation") {`,
      replace: "if (match !== undefined) {",
    },
    {
      name: "an-approver-asked-again-about-what-they-were-shown",
      file: "src/effect/effects.ts",
      tests: ["test/path/creations.worker.test.ts"],
      find: "aware_of: operation.dispatch_order ?? 0,",
      replace: "aware_of: 0,",
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
      find: "this.#sweep(wanted, now);",
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
      find: "this.#durable.rows.update(step.operation);\n      this.#append(step.operation);",
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
      find: "    breakerAllows(credential);\n",
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
      file: "src/effect/proof/prober.ts",
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
      file: "src/effect/proof/readback.ts",
      tests: OBJECT,
      find: `if (!seen.exists) return { reading: "failed" };`,
      replace: `if (!seen.exists) return { reading: "absent", data: null };`,
    },
    {
      name: "a-thing-that-is-done-with-still-answers",
      file: "src/effect/machine/holding.ts",
      tests: HOLDING,
      find: "if (answers_while.includes(seen.state)) return HOLDS;",
      replace: "if (seen.state !== undefined) return HOLDS;",
    },
    {
      name: "a-search-that-is-behind-taken-for-gone",
      file: "src/effect/machine/holding.ts",
      tests: HOLDING,
      find: `if (seen.reading !== "present" || seen.state === undefined) return UNKNOWN;`,
      replace: `if (seen.reading !== "present" || seen.state === undefined) return { ...UNKNOWN, still_in_effect: false };`,
    },
    {
      name: "a-log-that-is-behind-taken-for-undone",
      file: "src/effect/machine/holding.ts",
      tests: HOLDING,
      find: `if (seen.reading === "absent" && Object.keys(sets).length === 0) return UNKNOWN;`,
      replace: "",
    },
    {
      name: "an-old-success-taken-for-the-present",
      file: "src/path/claim.ts",
      tests: ["test/path/path.worker.test.ts"],
      find: "if (now?.still_in_effect === false) {",
      replace: "if (false) {",
    },
    {
      name: "tables-for-whatever-id-somebody-makes-up",
      file: "src/effect/effect-object.ts",
      tests: ["test/path/creations.worker.test.ts"],
      find: "if (OperationStore.exists(ctx.storage)) this.#open();",
      replace: "this.#open();",
    },
    {
      name: "any-number-of-requests-that-wait",
      file: "src/person/waiting.ts",
      tests: ["test/path/creations.worker.test.ts"],
      find: "if (others >= MOST_WAITING) return false;",
      replace: "",
    },
    {
      name: "a-request-that-was-decided-still-counts-as-waiting",
      file: "src/person/waiting.ts",
      tests: ["test/path/creations.worker.test.ts"],
      find: "await this.#forgetDecided();",
      replace: "",
    },
  ];
}
