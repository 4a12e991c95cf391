/** Asks the registry what is known against the packages. */
import { execFile } from "node:child_process";
import { z } from "zod";

const Audit = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
});

/** What the registry knows against the packages that are deployed: one sentence each. */
export type Advisories =
  | { readonly asked: true; readonly problems: readonly string[] }
  | { readonly asked: false; readonly why: string };

/** Runs `npm audit` over what is deployed. Some registries, mirrors above all, don't answer it. */
export function readAdvisories(root: string): Promise<Advisories> {
  return new Promise((resolve) => {
    execFile("npm", ["audit", "--omit=dev", "--json"], { cwd: root }, (_error, stdout) => {
      resolve(advisoriesIn(stdout));
    });
  });
}

/** Reads what `npm audit --json` printed. Its exit code says the same for findings and for no answer. Pure. */
export function advisoriesIn(output: string): Advisories {
  const parsed = Audit.safeParse(jsonOrNull(output));
  if (!parsed.success) return { asked: false, why: "the registry doesn't answer npm audit" };
  const problems = Object.entries(parsed.data.vulnerabilities).map(
    ([name, { severity, range }]) => `${name} ${range} has a known vulnerability (${severity})`,
  );
  return { asked: true, problems };
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
