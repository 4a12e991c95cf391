/** What is decided about a tenant, and which variables are asked for. */
import { z } from "zod";
import { isLoopback } from "../../src/auth/public-url.ts";
import type { BaseConfig } from "./base-config.ts";

/** Where Cloudflare keeps and runs what it is told to, by law or by contract. */
export const JURISDICTIONS = ["eu", "us", "fedramp"] as const;

/** What is decided about a tenant. No secret is among it: it is kept in a file. */
export const settingsSchema = z.strictObject({
  name: z.string(),
  /** Origin that clients reach. */
  public_url: z.string(),
  /** Whether `public_url` is below workers.dev; otherwise its host is a custom domain of the Worker. */
  workers_dev: z.boolean(),
  /** The account, where the person who runs this has more than one. */
  account_id: z.string().optional(),
  jurisdiction: z.enum(JURISDICTIONS).optional(),
  /** `smart`: run near what is called, rather than near who calls. */
  placement: z.enum(["smart"]).optional(),
  /** Variables of this tenant, in place of those in wrangler.toml. */
  vars: z.record(z.string(), z.string()),
  /** Vendors that the tenant doesn't have, as their variables begin: `okta`. */
  without: z.array(z.string()),
  /** Variables of wrangler.toml that are secrets of this tenant instead. Names only. */
  secret_vars: z.array(z.string()),
});

/** What is decided about a tenant. */
export type TenantSettings = z.output<typeof settingsSchema>;

/** Follow from the tenant's name and URL. */
const DERIVED: ReadonlySet<string> = new Set(["TENANT", "PUBLIC_URL"]);
/** Stand for something that only the lab has, though nothing in their values says so. */
const OF_THE_LAB: ReadonlySet<string> = new Set(["PAGERDUTY_SERVICE_ID", "JIRA_PROJECT", "OIDC_CLIENT_ID"]);

/**
 * The variables that a tenant can't take over from wrangler.toml, because their values there are the lab's, with
 * those values. None of a vendor that the tenant does without.
 */
export function variablesToAsk(
  { vars }: Pick<BaseConfig, "vars">,
  without: readonly string[],
): [name: string, of_the_lab: string][] {
  return Object.entries(vars).filter(
    ([name, value]) =>
      !DERIVED.has(name) && !isOf(without, name) && (OF_THE_LAB.has(name) || isOfTheLab(value)),
  );
}

/** The vendors that a tenant may do without, as their variables begin: each has a base URL. */
function vendorsOf({ vars }: Pick<BaseConfig, "vars">): string[] {
  return Object.keys(vars).flatMap((name) => {
    const vendor = /^([A-Z_]+)_BASE_URL$/.exec(name)?.[1];
    return vendor === undefined ? [] : [vendor.toLowerCase()];
  });
}

/** Whether a variable or secret belongs to one of the vendors. */
export function isOf(vendors: readonly string[], name: string): boolean {
  return vendors.some((vendor) => name.startsWith(`${vendor.toUpperCase()}_`));
}

/** Variables that are empty in wrangler.toml and are secret once they aren't: `WEBHOOK_SECRET`, `NVD_API_KEY`. */
export function secretVariables({ vars }: Pick<BaseConfig, "vars">): string[] {
  return Object.keys(vars).filter(
    (name) => vars[name] === "" && /_(?:SECRET|KEY|TOKEN|PASSWORD)(?:_PREVIOUS)?$/.test(name),
  );
}

/** What stands in the way of the settings: sentences that name the variable. Empty if nothing does. */
export function settingsProblems(base: Pick<BaseConfig, "vars">, settings: TenantSettings): string[] {
  const { vars, secret_vars, public_url, without } = settings;
  const secrets = secretVariables(base);
  const vendors = vendorsOf(base);
  return [
    ...publicUrlProblems(public_url),
    ...without
      .filter((vendor) => !vendors.includes(vendor))
      .map((vendor) => `there is no vendor ${vendor} to do without: ${vendors.join(", ")}.`),
    ...Object.keys(vars).flatMap((name) => {
      if (DERIVED.has(name))
        return [`${name} follows from the tenant's name and URL, and isn't set by itself.`];
      if (!Object.hasOwn(base.vars, name)) return [`wrangler.toml has no variable ${name}.`];
      return secrets.includes(name) ? [`${name} is a secret: it is asked for, and never written down.`] : [];
    }),
    ...secret_vars
      .filter((name) => !secrets.includes(name))
      .map((name) => `wrangler.toml has no empty secret variable ${name}.`),
    ...variablesToAsk(base, without)
      .filter(([name]) => vars[name] === undefined || vars[name] === "")
      .map(
        ([name, value]) => `${name} has no value for this tenant: wrangler.toml's, "${value}", is the lab's.`,
      ),
  ];
}

function publicUrlProblems(public_url: string): string[] {
  const url = URL.parse(public_url);
  if (url === null || url.protocol !== "https:" || url.origin !== public_url) {
    return [`"${public_url}" must be an https origin with nothing after the host: tokens are bound to it.`];
  }
  return [];
}

/** On this machine, or under the top-level domain that is nobody's (RFC 2606 §2). */
function isOfTheLab(value: string): boolean {
  const url = URL.parse(value);
  return (url !== null && isLoopback(url.hostname)) || /@[\w.-]+\.test$/.test(value);
}
