/** Guards of the path, and the tests that fail without them. */
import type { Mutant } from "./mutant.ts";

const PATH = ["test/path/path.worker.test.ts"];
const POLICY = ["test/policy/policy.test.ts"];
const AUTHORIZE = ["test/auth/scope-check.test.ts"];
const STANDING = ["test/session/standing.worker.test.ts"];

/** What a call has to get past. */
export const PATH_GUARDS: readonly Mutant[] = [
  {
    name: "no-scope-asked-for",
    file: "src/path/path.ts",
    tests: PATH,
    find: "if (!authorization.ok) throw mayNot(tool, principal, authorization);",
    replace: "",
  },
  {
    name: "no-schema",
    file: "src/path/path.ts",
    tests: PATH,
    find: "parseInput(tool, args), (capability)",
    replace: "(args ?? {}) as JsonObject, (capability)",
  },
  {
    name: "an-answer-that-is-not-audited",
    file: "src/path/path.ts",
    tests: STANDING,
    find: "return { ...errorAnswer(failure), audit_id: null };",
    replace: "return { ...answer, audit_id: null };",
  },
  {
    name: "a-claim-left-behind-by-a-gate-that-could-not-look",
    file: "src/path/gate.ts",
    tests: PATH,
    find: "    await effect.abandon(operation.id, publicError(failure));\n",
    replace: "",
  },
  {
    name: "a-claim-left-behind-on-what-does-not-exist",
    file: "src/path/gate.ts",
    tests: PATH,
    find: "    await effect.abandon(operation.id, null);\n",
    replace: "",
  },
  {
    name: "a-retry-for-whoever-may-not",
    file: "src/path/gate.ts",
    tests: PATH,
    find: "const instead = await claimInstead(change, id);",
    replace: "const instead = { operation };",
  },
  {
    name: "a-callers-key-that-is-not-written-down",
    file: "src/path/claim.ts",
    tests: PATH,
    find: "session.keys.bind(idempotency_key, claim.key, claim.operation_id);",
    replace: "claim.operation_id;",
  },
  {
    name: "no-rule-means-go",
    file: "src/policy/policy.ts",
    tests: POLICY,
    find: `if (rule?.decision === "go") return { decision: "go" };`,
    replace: `if (rule === undefined || rule.decision === "go") return { decision: "go" };`,
  },
  {
    name: "no-limit-on-changes-in-ten-minutes",
    file: "src/policy/policy.ts",
    tests: POLICY,
    find: "facts.count > when.count_over)",
    replace: "facts.count < 0)",
  },
  {
    name: "criticality-without-a-say",
    file: "src/policy/policy.ts",
    tests: POLICY,
    find: "(criticality !== undefined && when.criticality.includes(criticality)))",
    replace: "criticality === null)",
  },
  {
    name: "administrators-like-anybody",
    file: "src/policy/policy.ts",
    tests: POLICY,
    find: "when.administrator === (administrator !== false && administrator !== undefined))",
    replace: "administrator === null)",
  },
  {
    name: "a-key-that-stands-for-anything",
    file: "src/session/session-store.ts",
    tests: PATH,
    find: "if (known.fingerprint !== fingerprint) throw keyReused(known.operation_id);",
    replace: "",
  },
  {
    name: "a-request-state-that-works-twice",
    file: "src/session/session-store.ts",
    tests: ["test/session/human-step.worker.test.ts"],
    find: "return rowsWritten > 0;",
    replace: "return true;",
  },
  {
    name: "a-role-without-a-say",
    file: "src/auth/scope-check.ts",
    tests: AUTHORIZE,
    find: `if (!allowed.includes(need)) return { ok: false, reason: "role_forbids" };`,
    replace: "",
  },
  {
    name: "a-token-without-a-say",
    file: "src/auth/scope-check.ts",
    tests: AUTHORIZE,
    find: `if (!principal.scopes.includes(need)) return { ok: false, reason: "scope_missing", required: [need] };`,
    replace: "",
  },
  {
    name: "any-scope-for-nobody",
    file: "src/auth/scope-check.ts",
    tests: AUTHORIZE,
    find: `return allowed.length > 0 ? { ok: true } : { ok: false, reason: "role_forbids" };`,
    replace: "return { ok: true };",
  },
  {
    name: "a-list-of-everybodys-operations",
    file: "src/catalogue/own/list-operations.ts",
    tests: ["test/catalogue/own/list-operations.worker.test.ts"],
    find: "kinds: named ? kinds : []",
    replace: "kinds",
  },
  {
    name: "a-list-of-operations-on-what-nobody-may-read",
    file: "src/catalogue/own/list-operations.ts",
    tests: ["test/catalogue/own/list-operations.worker.test.ts"],
    find: '.filter((kind) => authorize(principal, READS[kind] ?? "audit:read").ok)',
    replace: "",
  },
];
