/** Finds what a Cloudflare account has of a tenant. */
import { z } from "zod";
import type { ResourceIds, TenantResources } from "./render.ts";
import { type Wrangler, WranglerFailure } from "./wrangler.ts";

/** What an account has of one tenant. */
export interface Found extends ResourceIds {
  readonly queues: ReadonlySet<string>;
  /** Names of the Worker's secrets, or `null` where there is no Worker. */
  readonly secrets: ReadonlySet<string> | null;
}

/** An account in which nothing of the tenant exists. */
export const NOTHING: Found = { d1: new Map(), kv: new Map(), queues: new Set(), secrets: null };

const databases = z.array(z.looseObject({ uuid: z.string(), name: z.string() }));
const namespaces = z.array(z.looseObject({ id: z.string(), title: z.string() }));
const secrets = z.array(z.looseObject({ name: z.string() }));

/**
 * Looks for everything that belongs to a tenant, by name.
 * @throws WranglerFailure when the account can't be asked: nothing may be taken for missing then
 */
export async function lookUp(wrangler: Wrangler, resources: TenantResources): Promise<Found> {
  const d1 = databases.parse(await wrangler.json(["d1", "list", "--json"]));
  const kv = namespaces.parse(await wrangler.json(["kv", "namespace", "list"]));
  const queues = new Set<string>();
  for (const queue of resources.queues) if (await queueExists(wrangler, queue)) queues.add(queue);
  return {
    d1: new Map(d1.filter(({ name }) => resources.d1.includes(name)).map(({ name, uuid }) => [name, uuid])),
    kv: new Map(kv.filter(({ title }) => resources.kv.includes(title)).map(({ title, id }) => [title, id])),
    queues,
    secrets: await secretNames(wrangler, resources.worker),
  };
}

/** `queues list` has no form for programs; `queues info` fails, and says so, for a queue that isn't there. */
async function queueExists(wrangler: Wrangler, queue: string): Promise<boolean> {
  try {
    await wrangler.run(["queues", "info", queue]);
    return true;
  } catch (thrown) {
    if (thrown instanceof WranglerFailure && inOneLine(thrown).includes("does not exist")) return false;
    throw thrown;
  }
}

async function secretNames(wrangler: Wrangler, worker: string): Promise<ReadonlySet<string> | null> {
  try {
    const found = secrets.parse(await wrangler.json(["secret", "list", "--name", worker]));
    return new Set(found.map(({ name }) => name));
  } catch (thrown) {
    if (thrown instanceof WranglerFailure && /Worker "[^"]+" not found/.test(inOneLine(thrown))) return null;
    throw thrown;
  }
}

/** wrangler may break its lines anywhere. */
function inOneLine({ output }: WranglerFailure): string {
  return output.replace(/\s+/g, " ");
}
