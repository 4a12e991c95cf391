import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Operation } from "../../../src/effect/machine/operation.ts";
import { effectNameOf } from "../../../src/toolkit/operation-id.ts";

/** Nothing that a test waits for takes longer; a loop without end would keep the Worker from stopping. */
const PATIENCE_MS = 20_000;

/** The operation, once its effect object's alarm has brought it to where it is as `wanted`. */
export async function operationOnce(
  operation_id: string,
  wanted: (operation: Operation) => boolean,
): Promise<Operation> {
  const effect = env.EFFECT.getByName(effectNameOf(operation_id) ?? "");
  const until = Date.now() + PATIENCE_MS;
  while (Date.now() < until) {
    const operation = await runInDurableObject(effect, (_object, { storage }) => {
      const rows = storage.sql.exec<{ record: string }>(
        "SELECT record FROM operations WHERE id = ?",
        operation_id,
      );
      return JSON.parse(rows.one().record) as Operation;
    });
    if (wanted(operation)) return operation;
    await runDurableObjectAlarm(effect);
  }
  throw new Error(`operation ${operation_id} did not get there`);
}
