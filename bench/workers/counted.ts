/** The Worker of the bench, with what it asks of the platform counted. One call at a time, or the counts mix. */
import { AuditedObject } from "../../src/audit/write/audited-object.ts";
import { BrokerObject } from "../../src/downstream/broker-object.ts";
import { EffectObject } from "../../src/effect/effect-object.ts";
import { PersonObject } from "../../src/person/person-object.ts";
import { SessionObject as AnySessionObject } from "../../src/session/session-object.ts";
import { TenantObject } from "../../src/tenant/tenant-object.ts";
import { SessionWithHistory } from "./history.ts";
import sallyport from "./sallyport.ts";

export * from "./sallyport.ts";

/** What was asked of the platform since it was last asked about. */
interface Counts {
  statements: number;
  rows_read: number;
  rows_written: number;
  alarms: number;
  /** Calls of an object, by `class.method`. */
  hops: Record<string, number>;
  /** Of arguments and results, as JSON. Bodies of HTTP aren't in it. */
  rpc_bytes: number;
}

let counts = none();
let cursors: Pick<SqlStorageCursor<Record<string, SqlStorageValue>>, "rowsRead" | "rowsWritten">[] = [];

export default {
  ...sallyport,
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname !== "/bench/counts") return sallyport.fetch(request, env, ctx);
    const told = counts;
    for (const { rowsRead, rowsWritten } of cursors) {
      told.rows_read += rowsRead;
      told.rows_written += rowsWritten;
    }
    counts = none();
    cursors = [];
    return Response.json(told);
  },
} satisfies ExportedHandler<Env>;

function none(): Counts {
  return { statements: 0, rows_read: 0, rows_written: 0, alarms: 0, hops: {}, rpc_bytes: 0 };
}

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** The objects' methods are what a hop calls; counted where it arrives, for a stub can't be looked into. */
function countMethods(name: string, prototype: object): void {
  const methods = prototype as Record<string, Method>;
  for (const [method, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (method === "constructor" || typeof value !== "function") continue;
    methods[method] = async function counted(...args) {
      counts.hops[`${name}.${method}`] = (counts.hops[`${name}.${method}`] ?? 0) + 1;
      const answer = await (value as Method).apply(this, args);
      if (!(answer instanceof Response)) counts.rpc_bytes += bytes(args) + bytes(answer);
      return answer;
    };
  }
}

function bytes(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0;
}

countMethods("BrokerObject", BrokerObject.prototype);
countMethods("EffectObject", EffectObject.prototype);
countMethods("PersonObject", PersonObject.prototype);
countMethods("SessionObject", AnySessionObject.prototype);
countMethods("TenantObject", TenantObject.prototype);
countAlarms(AuditedObject.prototype);

function countAlarms(audited: { alarm(): Promise<void> }): void {
  const { alarm } = audited;
  audited.alarm = function counted() {
    counts.alarms += 1;
    return alarm.apply(this);
  };
}

/** In place of the one that isn't counted. */
export class SessionObject extends SessionWithHistory {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    countStatements(ctx.storage.sql);
  }
}

/** Every object's SQLite is of one class, which shows only once there is an object. */
function countStatements(sql: SqlStorage): void {
  const shared = Object.getPrototypeOf(sql) as { exec: Method; counted?: true };
  if (shared.counted) return;
  shared.counted = true;
  const { exec } = shared;
  shared.exec = function counted(...args) {
    counts.statements += 1;
    const cursor = exec.apply(this, args) as (typeof cursors)[number];
    cursors.push(cursor);
    return cursor;
  };
}
