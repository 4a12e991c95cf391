/** Compares what a tenant needs with what its account has. */
import type { Found } from "./account.ts";
import type { TenantResources } from "./render.ts";

/** How much of a tenant exists. */
export interface Standing {
  readonly worker: boolean;
  /** Names of what isn't there. */
  readonly missing_resources: readonly string[];
  readonly missing_secrets: readonly string[];
}

/** Compares what a tenant needs with what the account has of it. Pure. */
export function standingOf(resources: TenantResources, secrets: readonly string[], found: Found): Standing {
  return {
    worker: found.secrets !== null,
    missing_resources: [
      ...resources.d1.filter((name) => !found.d1.has(name)),
      ...resources.kv.filter((title) => !found.kv.has(title)),
      ...resources.queues.filter((name) => !found.queues.has(name)),
    ],
    missing_secrets: secrets.filter((name) => !found.secrets?.has(name)),
  };
}
