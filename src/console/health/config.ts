/** Whether this instance is configured. */

import { integrityProblems } from "../../audit/sign/integrity-settings.ts";
import { authProblems } from "../../auth/problems.ts";
import type { Env } from "../../bindings.ts";
import type { Catalogue } from "../../catalogue/catalogue.ts";
import { connectorProblems } from "../../downstream/readiness.ts";
import { budgetProblems } from "../../downstream/vendor-budget.ts";
import { limitProblems } from "../../limits/settings.ts";
import { standingProblems } from "../../person/standing.ts";
import { readGatePolicy } from "../../policy/policy-document.ts";
import { noticeProblems } from "../notices/problems.ts";
import { wiringProblems } from "./wiring.ts";

/** What is wrong with this instance's variables and secrets: one sentence each, naming the variable and what to set. */
export interface ConfigurationProblems {
  /** Nothing is served until these are mended: nobody could be told from anybody else. */
  readonly fatal: readonly string[];
  /** These stop what depends on them, and nothing else. */
  readonly partial: readonly string[];
}

const checked = new WeakMap<Env, ConfigurationProblems>();

/** Checked once for each isolate: bindings don't change in its life. */
export function configurationProblems(env: Env, { vendors, credentials }: Catalogue): ConfigurationProblems {
  const known = checked.get(env);
  if (known !== undefined) return known;
  const gate = readGatePolicy(env.GATE_POLICY);
  const problems = {
    fatal: [...wiringProblems(env), ...authProblems(env), ...limitProblems(env), ...standingProblems(env)],
    partial: [
      ...(gate.ok ? [] : gate.problems),
      ...integrityProblems(env),
      ...noticeProblems(env),
      ...budgetProblems(env, vendors),
      ...connectorProblems(env, credentials),
    ],
  };
  checked.set(env, problems);
  return problems;
}
