/** Whether a deployment's declarations hold, before anything is served: what is wrong is named with its fix. */
import { isOwnRead } from "../toolkit/read.ts";
import { ALL_SCOPES, isScope } from "../toolkit/scopes.ts";
import type { Deployment } from "./catalogue.ts";

/** @throws TypeError with every problem, a line each */
export function requireSound(deployment: Deployment): void {
  const problems = problemsIn(deployment);
  if (problems.length > 0)
    throw new TypeError(`The deployment's declarations don't hold:\n${problems.join("\n")}`);
}

function problemsIn({ connectors, tools, prompts, resources }: Deployment): string[] {
  const specs = connectors.flatMap(({ serves }) => serves.map(({ spec }) => spec));
  const named = [...tools, ...new Set(specs)];
  return [
    ...repeated(connectors.map(({ vendor }) => vendor.name)).map(
      (name) => `connectors: two are called ${name}; give each vendor.name once`,
    ),
    ...repeated(named.map(({ name }) => name)).map((name) => `tools: two are called ${name}; rename one`),
    ...named
      .filter(({ scope }) => scope !== "any" && !isScope(scope))
      .map(({ name, scope }) => `${name}.scope: there is no ${scope}; use one of ${ALL_SCOPES.join(", ")}`),
    ...named
      .filter(({ name }) => !/^[a-z][a-z0-9_]{0,63}$/.test(name))
      .map(
        ({ name }) => `tools: ${JSON.stringify(name)} isn't a name; use snake case of at most 64 characters`,
      ),
    ...[...tools, ...prompts.map(({ read }) => read), ...resources.map(({ read }) => read)]
      .filter((tool) => !isOwnRead(tool))
      .map(
        ({ name }) =>
          `tools: ${name} isn't one of Sallyport's; declare yours with readSpec or changeSpec and serve it`,
      ),
    ...connectors.flatMap(vendorProblems),
  ];
}

function vendorProblems({ vendor, credentials, serves }: Deployment["connectors"][number]): string[] {
  const { name, settings, budget } = vendor;
  const bases = Object.keys(settings.shape).filter((variable) => variable.endsWith("_BASE_URL"));
  const own = new Set(credentials);
  const names = credentials.map((credential) => credential.name);
  return [
    ...(bases.length === 1
      ? []
      : [`${name}.settings: one variable has to be its …_BASE_URL; it has ${bases.length}`]),
    ...repeated(names).map((twice) => `${name}.credentials: two are called ${twice}; rename one`),
    ...names
      .filter((credential) => !credential.startsWith(`${name}.`))
      .map((credential) => `${name}.credentials: ${credential} has to begin with ${name}.`),
    ...names
      .filter((credential) => budget.shares[credential] === undefined)
      .map((credential) => `${name}.budget.shares: ${credential} has no part; give it one`),
    ...serves.flatMap(({ spec, port }) => {
      const used = "credentials" in port ? port.credentials : [port.credential, port.read_credential];
      return used
        .filter((credential) => !own.has(credential))
        .map((credential) => `${name}.credentials: ${spec.name} uses ${credential.name}, which isn't listed`);
    }),
  ];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
