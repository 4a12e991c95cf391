/** Ids of operations, and the names of the objects that they lead to. */
import { hash } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { type Target, targetName } from "./change.ts";

const ID = /^op_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}_([A-Za-z0-9_-]{16})$/;

/** Name of the effect object that owns a target: the first 16 characters of base64url SHA-256. */
export function effectName(tenant: string, target: Target): string {
  return hash("sha256", `${tenant}\n${targetName(target)}`, "base64url").slice(0, 16);
}

/** A new operation id. Its suffix names the effect object, so that it is found without a directory. */
export function newOperationId(tenant: string, target: Target): string {
  return `op_${uuidv7()}_${effectName(tenant, target)}`;
}

/** When an operation was claimed, in milliseconds since the epoch: its UUIDv7 begins with that (RFC 9562 §5.7). */
export function claimedAt(id: string): number {
  return Number.parseInt(id.slice("op_".length).replace("-", "").slice(0, 12), 16);
}

/** The effect object that an operation id names, or `null` if `id` isn't one. */
export function effectNameOf(id: string): string | null {
  return ID.exec(id)?.[1] ?? null;
}
