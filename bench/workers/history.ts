/** Objects with a past: what the bench fills through the very code that writes when a call comes in. */
import type { AuditFact } from "../../src/audit/event/event.ts";
import { claimedOperation, type Operation, operationKey } from "../../src/effect/machine/operation.ts";
import { OperationStore } from "../../src/effect/store.ts";
import { EffectObject, SessionObject } from "../../src/index.ts";
import type { ChangeTool } from "../../src/toolkit/change.ts";
import { newOperationId } from "../../src/toolkit/operation-id.ts";
import { changeAt } from "../../test/support/deployed.ts";

const containDevice = changeAt("contain_device");
const releaseDevice = changeAt("release_device");

const DAY_MS = 24 * 60 * 60_000;

/** A session that can be given a past. */
export class SessionWithHistory extends SessionObject {
  /**
   * Appends `events` to the chain, as so many reads would have, and lets go of them as if the store had confirmed
   * them: a session with a long past has them behind it.
   */
  async fill(events: number): Promise<void> {
    await this.append(events);
    this.ctx.storage.transactionSync(() => {
      this.sql.exec("DELETE FROM audit_outbox");
      this.sql.exec("UPDATE audit_chain SET confirmed_seq = seq WHERE id = 1");
    });
  }

  /** Appends `events` to the chain; the outbox sends them. */
  async append(events: number): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (let nth = 0; nth < events; nth++) this.ledger.append(readFact());
    });
  }
}

/** A target that can be given a past. */
export class TargetWithHistory extends EffectObject {
  /** Adds `operations` that succeeded long ago: contained, released, contained, … */
  async fillTarget(device_id: string, operations: number): Promise<void> {
    this.prepare();
    const store = new OperationStore(this.ctx.storage);
    const before = Date.now() - 1000 * DAY_MS;
    const first = store.dispatches({ kind: "device", id: device_id }) + 1;
    this.ctx.storage.transactionSync(() => {
      for (let nth = first; nth < first + operations; nth++) {
        const tool = nth % 2 === 1 ? containDevice : releaseDevice;
        store.insert(succeeded(this.env.TENANT, tool, device_id, nth, before + nth * 1000));
      }
    });
  }
}

/** What a `get_device` leaves behind. */
function readFact(): AuditFact {
  return {
    type: "call",
    decision: "allow",
    outcome: "ok",
    subject: "bench@bench.test",
    roles: ["responder"],
    session_id: crypto.randomUUID(),
    client_id: "bench",
    tool: "get_device",
    steps: ["identity", "scope", "schema", "downstream"].map((step) => ({ step, result: "ok", at_ms: 1 })),
    args_digest: "-NuiFztXxMnyWqAJeFYiZS8TUmUJvCbTn7YGWO3WGX8",
    args: { device_id: "0123456789abcdef0123456789abcdef" },
    upstream: [
      {
        source: "crowdstrike",
        operation: "PostDeviceDetailsV2",
        attempts: 1,
        status: 200,
        latency_ms: 1,
      },
    ],
    latency_ms: 2,
  };
}

function succeeded(tenant: string, tool: ChangeTool, device_id: string, nth: number, at: number): Operation {
  const target = { kind: "device", id: device_id };
  const { name } = tool;
  const sets = tool.sets({});
  const key = operationKey(tenant, name, target, { sets, says: {} });
  const id = newOperationId(tenant, target);
  const requester = {
    subject: "bench@bench.test",
    display: "bench",
    person: "bench",
    session_id: "bench",
    client_id: "bench",
    roles: ["responder" as const],
  };
  const claim = {
    ...{ operation_id: id, tool: name, target, key, sets, title: null, caller_key: null, requester },
    ...{ input: { device_id }, reason: "bench", finding_id: null, supersedes: null, trace_id: null },
  };
  const data = JSON.stringify({ device_id, hostname: "BENCH", containment: "contained" });
  return {
    ...claimedOperation(claim, id, at, nth - 1),
    ...{ state: "succeeded", state_at: at, fence: 1, dispatched_at: at, dispatch_order: nth },
    ...{ executed_at: at, evidence: "answered", before: data, data },
  };
}
