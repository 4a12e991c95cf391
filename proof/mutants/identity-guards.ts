/** Guards of identity and grants, and the tests that fail without them. */
import type { Mutant } from "./mutant.ts";

const AGES = ["test/person/standing.test.ts"];
const CONFIRMATION = ["test/person/confirmation.worker.test.ts"];
const UPSTREAM = ["test/person/upstream.worker.test.ts"];
const ORDER = ["test/effect/dispatch-order.worker.test.ts"];
const APPROVAL = ["test/effect/approval.worker.test.ts"];
const REFRESH = ["test/auth/refresh.worker.test.ts"];
const ADDED = ["test/session/added-scopes.worker.test.ts"];
const DOCUMENT = ["test/auth/registration/client-document.test.ts"];

/** What the identity provider's word, and a grant's tokens, are held to. */
export const IDENTITY_GUARDS: readonly Mutant[] = [
  ...standing(),
  ...decisions(),
  ...refreshes(),
  ...documents(),
];

function standing(): Mutant[] {
  return [
    {
      name: "a-word-of-the-provider-that-never-ages",
      file: "src/person/standing.ts",
      tests: AGES,
      find: `if (age > wait_after) return "before";`,
      replace: "",
    },
    {
      name: "a-grace-for-every-change",
      file: "src/person/standing.ts",
      tests: AGES,
      find: "protect: limits.grace, change: 0 }",
      replace: "protect: limits.grace, change: limits.grace }",
    },
    {
      name: "a-sign-in-that-counts-for-ever",
      file: "src/person/standing.ts",
      tests: AGES,
      find: "limits.read_grace : limits.sign_in)",
      replace: "limits.read_grace : limits.read_grace)",
    },
    {
      name: "a-call-that-goes-on-a-stale-word",
      file: "src/path/path.ts",
      tests: CONFIRMATION,
      find: `    if (confidence === "stale") throw unconfirmed(session.env);\n`,
      replace: "",
    },
    {
      name: "a-call-by-the-roles-of-before-the-renewal",
      file: "src/path/path.ts",
      tests: CONFIRMATION,
      find: "    const principal = session.principal();\n",
      replace: "    const principal = known;\n",
    },
    {
      name: "an-action-of-the-console-on-a-stale-word",
      file: "src/console/console.tsx",
      tests: CONFIRMATION,
      find: `  if (confidence === "stale") throw notConfirmed();\n`,
      replace: "",
    },
    {
      name: "an-action-of-the-console-for-somebody-who-is-out",
      file: "src/console/console.tsx",
      tests: CONFIRMATION,
      find: "  if (!active) return signedOut();\n",
      replace: "",
    },
    {
      name: "a-provider-that-is-asked-with-every-call",
      file: "src/person/upstream-session.ts",
      tests: CONFIRMATION,
      find: "if (this.#under_way === null && this.#askedJustNow()) return;",
      replace: "",
    },
    {
      name: "a-rotated-token-that-is-not-kept",
      file: "src/person/upstream-session.ts",
      tests: UPSTREAM,
      find: "this.#record.upstreamGranted(generation, answer.tokens.refresh_token);",
      replace: "this.#record.upstreamGranted(generation, null);",
    },
    {
      name: "an-answer-that-waits-for-the-provider-without-end",
      file: "src/person/renewals.ts",
      tests: CONFIRMATION,
      find: "await Promise.race([renewed, patience.promise]);",
      replace: "await renewed;",
    },
    {
      name: "a-dispatch-that-asks-for-standing-beside-its-token",
      file: "src/effect/dispatch.ts",
      tests: ORDER,
      find: `    const [token] = await Promise.all([
      tokenFor(this.#env, credential, { stale: refused_token ?? undefined }),
      spendRequest(this.#env, credential, { person: requester.subject }),
    ]);
    if (approved === true) await lookAgain(this.#env, tool, operation);
    const { id: request_id, trace_id } = operation;
    const asked = requestOf(port, operation.input, { env: this.#env, operation_id: request_id });
    const request = buildRequest(this.#env, credential, asked, token, { request_id, trace_id });
    await credential.prove?.(request, token, Date.now());
    const approver = approved === true ? operation.approver : null;
    const [switches, ...confidences] = await Promise.all([
      this.#env.TENANT_OBJECT.getByName(this.#env.TENANT).switches(),
      this.#stillMay(tool, tool.scope, requester, approver !== null),
      this.#approverStands(tool, approver, requester),
    ]);
`,
      replace: `    const approver = approved === true ? operation.approver : null;
    const [switches, ...confidences] = await Promise.all([
      this.#env.TENANT_OBJECT.getByName(this.#env.TENANT).switches(),
      this.#stillMay(tool, tool.scope, requester, approver !== null),
      this.#approverStands(tool, approver, requester),
    ]);
    const [token] = await Promise.all([
      tokenFor(this.#env, credential, { stale: refused_token ?? undefined }),
      spendRequest(this.#env, credential, { person: requester.subject }),
    ]);
    if (approved === true) await lookAgain(this.#env, tool, operation);
    const { id: request_id, trace_id } = operation;
    const asked = requestOf(port, operation.input, { env: this.#env, operation_id: request_id });
    const request = buildRequest(this.#env, credential, asked, token, { request_id, trace_id });
    await credential.prove?.(request, token, Date.now());
`,
    },
    {
      name: "a-dispatch-on-a-stale-word",
      file: "src/effect/dispatch.ts",
      tests: APPROVAL,
      find: `    if (confidence === "stale" && (renewable || !decided)) throw notConfirmed(this.#env);\n`,
      replace: "",
    },
  ];
}

function decisions(): Mutant[] {
  return [
    {
      name: "an-approval-of-what-has-changed-since",
      file: "src/effect/dispatch.ts",
      tests: APPROVAL,
      find: "    if (approved === true) await lookAgain(this.#env, tool, operation);\n",
      replace: "",
    },
    {
      name: "a-decision-that-is-asked-for-without-end",
      file: "src/effect/machine/machine.ts",
      tests: ["test/effect/machine/machine.test.ts"],
      find: "operation.asked_again < MOST_ASKED_AGAIN",
      replace: "operation.asked_again >= 0",
    },
    {
      name: "a-decision-that-outlives-what-it-was-about",
      file: "src/policy/policy.ts",
      tests: ["test/policy/policy.test.ts"],
      find: "!applies(when, { ...facts, attributes: then }, before)",
      replace: "then === null",
    },
  ];
}

function refreshes(): Mutant[] {
  return [
    {
      name: "parallel-refreshes-that-each-get-a-successor",
      file: "src/person/refreshes.ts",
      tests: REFRESH,
      find: "if (leader === undefined || now >= leader.until) {",
      replace: "if (leader === undefined || now > 0) {",
    },
    {
      name: "an-answer-that-nobody-shares",
      file: "src/person/grants.ts",
      tests: REFRESH,
      find: `return sealed == null ? { verdict: "exchange" } : { verdict: "exchanged", sealed };`,
      replace: `return sealed === undefined || sealed !== "" ? { verdict: "exchange" } : { verdict: "exchanged", sealed };`,
    },
    {
      name: "an-answer-that-is-shared-for-ever",
      file: "src/person/grants.ts",
      tests: REFRESH,
      find: "        now - SHARED_MS,\n      )\n      .toArray()[0]?.answer;",
      replace: "        0,\n      )\n      .toArray()[0]?.answer;",
    },
    {
      name: "an-old-token-that-is-known-and-exchanged",
      file: "src/person/grants.ts",
      tests: REFRESH,
      find: `    if (this.isOld(digest)) return { verdict: "reused" };\n`,
      replace: "",
    },
    {
      name: "a-leader-that-failed-and-holds-the-others-up",
      file: "src/person/refreshes.ts",
      tests: REFRESH,
      find: "    this.#leaders.get(digest)?.ended.resolve();\n    this.#leaders.delete(digest);\n",
      replace: "",
    },
    {
      name: "a-token-refused-for-good-because-kv-lags",
      file: "src/person/refreshes.ts",
      tests: REFRESH,
      find: `if (this.#grants.isCurrent(grant_id, digest, Date.now())) return "current";`,
      replace: "",
    },
    {
      name: "a-token-that-is-too-new-for-ever",
      file: "src/person/grants.ts",
      tests: REFRESH,
      find: "grant.ended_at === null && now < grant.at + LAG_MS;",
      replace: "grant.ended_at === null && now > 0;",
    },
    {
      name: "an-ended-grant-that-its-session-does-not-know",
      file: "src/session/session-object.ts",
      tests: REFRESH,
      find: "    if (this.#store.hasEnded(auth.grant_id)) return this.#refuseEndedGrant(parsed, granted);\n",
      replace: "",
    },
    {
      name: "a-narrowed-token-that-gets-what-was-added",
      file: "src/session/granted.ts",
      tests: ADDED,
      find: "  if (narrowed) return { scopes };\n",
      replace: "",
    },
    {
      name: "an-added-scope-that-never-ends",
      file: "src/session/granted.ts",
      tests: ADDED,
      find: "added.filter(({ until }) => now < until)",
      replace: "added.filter(({ until }) => now < until || true)",
    },
    {
      name: "an-older-word-on-added-scopes-that-holds",
      file: "src/session/session-store.ts",
      tests: ADDED,
      find: "if ((this.#known_added.get(grant_id)?.revision ?? 0) >= revision) return false;",
      replace: "",
    },
    {
      name: "a-scope-added-beyond-the-role",
      file: "src/person/person-grants.ts",
      tests: ADDED,
      find: "if (!scopes.every((scope) => allowed.includes(scope))) return",
      replace: "if (!scopes.every((scope) => allowed.includes(scope)) && allowed.length < 0) return",
    },
    {
      name: "a-second-machine-that-ends-the-first",
      file: "src/auth/consent/consent.ts",
      tests: ADDED,
      find: "const replaces = !URL.canParse(asked.clientId);",
      replace: "const replaces = asked.clientId.length > 0;",
    },
    {
      name: "a-made-up-token-that-makes-an-object",
      file: "src/auth/tokens/refresh-reuse.ts",
      tests: REFRESH,
      find: ` || !(await isPerson(env, user))) return answer;`,
      replace: ") return answer;",
    },
  ];
}

function documents(): Mutant[] {
  const file = "src/auth/registration/client-document.ts";
  return [
    {
      name: "a-client-that-is-unknown-because-its-publisher-is-down",
      file: "src/auth/tokens/refresh-reuse.ts",
      tests: DOCUMENT,
      find: "  if (document.unreachable && answer.status === 401) return unreachable();\n",
      replace: "",
    },
    {
      name: "a-document-that-is-not-kept",
      file: "src/auth/tokens/refresh-reuse.ts",
      tests: DOCUMENT,
      find: `  if (answer.ok && form.has("grant_type")) await document.keep(form.get("client_id") ?? "");\n`,
      replace: "",
    },
    {
      name: "a-kept-document-that-serves-where-somebody-signs-in",
      file,
      tests: DOCUMENT,
      find: "this.#recall && isPassing(trouble) ?",
      replace: "isPassing(trouble) ?",
    },
    {
      name: "a-page-that-is-taken-for-a-document",
      file,
      tests: DOCUMENT,
      find: "if (published !== null) return response;",
      replace: "return response;",
    },
  ];
}
