/** Settles what a tenant is to be, from the command line and from questions. */
import type { BaseConfig } from "./base-config.ts";
import { resourceName } from "./name.ts";
import { secretVariables, type TenantSettings, variablesToAsk } from "./settings.ts";

/** What may be said about a tenant on the command line. What isn't said stays as it was decided before. */
export interface Choices {
  /** Origin of a custom domain. */
  readonly url?: string;
  /** The account's subdomain of workers.dev. */
  readonly workersDev?: string;
  readonly account?: string;
  readonly jurisdiction?: NonNullable<TenantSettings["jurisdiction"]>;
  readonly placement?: NonNullable<TenantSettings["placement"]>;
  /** Vendors that the tenant doesn't have. */
  readonly without?: readonly string[];
  readonly set: Readonly<Record<string, string>>;
}

/** Asks for one variable; or gives `""`, where nobody can be asked. */
export type Ask = (name: string, of_the_lab: string) => Promise<string>;

/**
 * Settles what a tenant is to be: as it was, changed by what was chosen now, with every variable asked for that
 * still has no value. A variable that is secret once it has a value, such as `WEBHOOK_SECRET`, becomes a secret as
 * soon as the variable that needs it is set.
 */
export async function decide(
  base: BaseConfig,
  name: string,
  before: TenantSettings | null,
  choices: Choices,
  ask: Ask,
): Promise<TenantSettings> {
  const { account, jurisdiction, placement } = choices;
  const vars: Record<string, string> = { ...before?.vars, ...choices.set };
  const without = [...(choices.without ?? before?.without ?? [])];
  for (const [variable, of_the_lab] of variablesToAsk(base, without)) {
    if (!vars[variable]) vars[variable] = await ask(variable, of_the_lab);
  }
  return {
    name,
    ...whereOf(base, name, before, choices),
    ...optional("account_id", account ?? before?.account_id),
    ...optional("jurisdiction", jurisdiction ?? before?.jurisdiction),
    ...optional("placement", placement ?? before?.placement),
    vars,
    without,
    secret_vars: secretVariables(base).filter((secret) => isNeeded(secret, vars, before)),
  };
}

function whereOf(
  base: BaseConfig,
  name: string,
  before: TenantSettings | null,
  { url, workersDev }: Choices,
): Pick<TenantSettings, "public_url" | "workers_dev"> {
  if (url !== undefined) return { public_url: url, workers_dev: false };
  if (workersDev !== undefined) {
    const worker = resourceName(base.name, name, base.name);
    return { public_url: `https://${worker}.${workersDev}.workers.dev`, workers_dev: true };
  }
  return { public_url: before?.public_url ?? "", workers_dev: before?.workers_dev ?? false };
}

/** `WEBHOOK_SECRET` is needed once `WEBHOOK_URL` has a value. */
function isNeeded(
  secret: string,
  vars: Readonly<Record<string, string>>,
  before: TenantSettings | null,
): boolean {
  const prefix = secret.replace(/_[A-Z]+$/, "");
  return Boolean(vars[`${prefix}_URL`]) || (before?.secret_vars.includes(secret) ?? false);
}

function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Value>);
}
