/**
 * A tenant's name and what follows from it: every resource of the tenant carries it, so that two tenants in one
 * account can't meet in one, and so that a run that broke off can find what it left.
 */

/** The longest that a Worker's subdomain (a DNS label, RFC 1035 §2.3.4) and a queue's name may be. */
const MAX_RESOURCE_NAME = 63;
/** Longest that is put around a tenant's name: see {@link resourceName}. */
const LONGEST_AFFIXES = "sallyport-".length + "-notices-dead".length;
/** Longest name of a tenant, in characters. */
export const MAX_TENANT_NAME = MAX_RESOURCE_NAME - LONGEST_AFFIXES;

/** Why `name` can't be a tenant's, as a sentence, or `null` if it can. */
export function tenantNameProblem(name: string): string | null {
  if (name.length > MAX_TENANT_NAME) {
    return `"${name}" is longer than ${MAX_TENANT_NAME} characters: the names of its queues would not fit.`;
  }
  // A DNS label in lower case: it is part of a host name. Two hyphens in a row are kept for IDNA (RFC 5891 §4.2.3.1).
  if (!/^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*$/.test(name)) {
    return `"${name}" must begin with a letter and hold lower-case letters, digits and single hyphens only.`;
  }
  return null;
}

/**
 * The tenant's own counterpart of a resource that wrangler.toml names: `sallyport-audit` is `sallyport-acme-audit`.
 * @param project the Worker's name in wrangler.toml, which every resource's name begins with
 * @throws Error for a name that doesn't, because two tenants would share it
 */
export function resourceName(project: string, tenant: string, name: string): string {
  if (name !== project && !name.startsWith(`${project}-`)) {
    throw new Error(
      `wrangler.toml names "${name}", which doesn't begin with "${project}": tenants would share it`,
    );
  }
  const own = `${project}-${tenant}${name.slice(project.length)}`;
  if (own.length > MAX_RESOURCE_NAME) {
    throw new Error(`"${own}" is longer than ${MAX_RESOURCE_NAME} characters: choose a shorter tenant name`);
  }
  return own;
}
