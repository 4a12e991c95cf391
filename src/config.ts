import { authProblems } from "./auth/problems.ts";
import { credentialProblems } from "./connectors/credentials.ts";
import { settingsProblems } from "./connectors/crowdstrike/settings.ts";
import { elasticProblems } from "./connectors/elastic/settings.ts";
import { intelligenceProblems } from "./connectors/intelligence/settings.ts";
import { jiraProblems } from "./connectors/jira/settings.ts";
import { oktaProblems } from "./connectors/okta/settings.ts";
import { pagerdutyProblems } from "./connectors/pagerduty/settings.ts";
import { tenableProblems } from "./connectors/tenable/settings.ts";
import { noticeProblems } from "./console/notices/problems.ts";
import { readGatePolicy } from "./path/policy-document.ts";

const checked = new WeakMap<Env, readonly string[]>();

/**
 * What is wrong with this instance's variables and secrets: one sentence each, naming the variable and what to
 * set. Empty if nothing is. Checked once for each isolate: bindings don't change in its life.
 */
export function configurationProblems(env: Env): readonly string[] {
  const known = checked.get(env);
  if (known !== undefined) return known;
  const gate = readGatePolicy(env.GATE_POLICY);
  const problems = [
    ...(gate.ok ? [] : gate.problems),
    ...authProblems(env),
    ...noticeProblems(env),
    ...credentialProblems(env),
    ...settingsProblems(env),
    ...intelligenceProblems(env),
    ...tenableProblems(env),
    ...jiraProblems(env),
    ...pagerdutyProblems(env),
    ...oktaProblems(env),
    ...elasticProblems(env),
  ];
  checked.set(env, problems);
  return problems;
}
