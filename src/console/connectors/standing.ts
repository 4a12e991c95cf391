/** Finds out how each credential and vendor does, from brokers and from the audit. */
import { inPlace } from "../../../verifier/event/place.ts";
import type { Env } from "../../bindings.ts";
import type { CredentialHealth } from "../../downstream/broker-object.ts";
import type { Credential } from "../../toolkit/upstream/credential.ts";

/** How one credential does: by its broker's word, and by the audit's. Times are ISO 8601 UTC. */
export interface CredentialStanding {
  readonly health: CredentialHealth;
  /** The last time that a token was got for it, or wasn't. */
  readonly refreshed: {
    readonly at: string;
    readonly error_code: string | null;
    /** Why not, in words. */
    readonly message: string | null;
  } | null;
}

/** How one vendor did in the last day, by the calls that asked it. */
export interface VendorDay {
  readonly source: string;
  readonly requests: number;
  readonly failed: number;
  /** Answers in a shape that isn't known. */
  readonly drifted: number;
  /** The last failure: when, and which. */
  readonly last_error_at: string | null;
  readonly last_error: string | null;
}

const DAY_MS = 24 * 3_600_000;

/** All credentials, by name. */
export async function credentialStandings(
  env: Env,
  credentials: readonly Credential[],
): Promise<ReadonlyMap<string, CredentialStanding>> {
  const names = credentials.map(({ name }) => name);
  const [healths, refreshes] = await Promise.all([
    Promise.all(names.map((name) => env.BROKER.getByName(name).health(name))),
    lastRefreshes(env.DB, names),
  ]);
  return new Map(
    healths.map((health) => [
      health.credential,
      { health, refreshed: refreshes.get(health.credential) ?? null },
    ]),
  );
}

/** A broker's memory ends with its object; the audit's doesn't. */
async function lastRefreshes(
  db: D1Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, NonNullable<CredentialStanding["refreshed"]>>> {
  const { results } = await db
    .prepare(
      `SELECT value AS name, e.at, e.error_code, json_extract(e.event, '$.detail.message') AS message
       FROM json_each(?1) JOIN audit_events AS e ON e.rowid = (
         SELECT rowid FROM audit_events WHERE type = 'credential' AND ${inPlace()}
           AND chain > 'credential/' || value || '/' AND chain < 'credential/' || value || '0'
         ORDER BY chain DESC, seq DESC LIMIT 1)`,
    )
    .bind(JSON.stringify(names))
    .all<{ name: string; at: string; error_code: string | null; message: string | null }>();
  return new Map(results.map(({ name, ...refreshed }) => [name, refreshed]));
}

/** What the last day's calls say of each vendor, by its name. */
export async function vendorsOfDay(db: D1Database, now: number): Promise<ReadonlyMap<string, VendorDay>> {
  const { results } = await db
    .prepare(
      `SELECT source, COUNT(*) AS requests, COUNT(*) FILTER (WHERE status IS NULL OR status >= 500) AS failed,
         COUNT(*) FILTER (WHERE error_code = 'upstream_contract_changed') AS drifted,
         MAX(at) FILTER (WHERE error_kind IN ('transient', 'contract', 'configuration')) AS last_error_at,
         substr(MAX(at || ' ' || error_code) FILTER (WHERE error_kind IN ('transient', 'contract', 'configuration')), 26)
           AS last_error
       FROM (
         SELECT e.at, e.error_kind, e.error_code, json_extract(u.value, '$.source') AS source,
           json_extract(u.value, '$.status') AS status
         FROM audit_events AS e, json_each(e.event, '$.upstream') AS u WHERE e.at >= ?1 AND e.type = 'call' AND ${inPlace("e")})
       GROUP BY source`,
    )
    .bind(new Date(now - DAY_MS).toISOString())
    .all<VendorDay>();
  return new Map(results.map((vendor) => [vendor.source, vendor]));
}
