import { integrityProblems } from "./audit/integrity-settings.ts";
import { authProblems } from "./auth/problems.ts";
import { connectorProblems } from "./connectors/readiness.ts";
import { noticeProblems } from "./console/notices/problems.ts";
import { budgetProblems } from "./downstream/vendor-budget.ts";
import { limitProblems } from "./limits/settings.ts";
import { readGatePolicy } from "./path/policy-document.ts";
import { standingProblems } from "./person/standing.ts";

/** What is wrong with this instance's variables and secrets: one sentence each, naming the variable and what to set. */
export interface ConfigurationProblems {
  /** Nothing is served until these are mended: nobody could be told from anybody else. */
  readonly fatal: readonly string[];
  /** These stop what depends on them, and nothing else. */
  readonly partial: readonly string[];
}

const checked = new WeakMap<Env, ConfigurationProblems>();

/** Checked once for each isolate: bindings don't change in its life. */
export function configurationProblems(env: Env): ConfigurationProblems {
  const known = checked.get(env);
  if (known !== undefined) return known;
  const gate = readGatePolicy(env.GATE_POLICY);
  const problems = {
    fatal: [...authProblems(env), ...limitProblems(env), ...standingProblems(env)],
    partial: [
      ...(gate.ok ? [] : gate.problems),
      ...integrityProblems(env),
      ...noticeProblems(env),
      ...budgetProblems(env),
      ...connectorProblems(env),
    ],
  };
  checked.set(env, problems);
  return problems;
}
