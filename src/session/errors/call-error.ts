/** Turns a result into the JSON-RPC error that resources, prompts and unknown tools are answered with. */
import type { Result } from "../../path/answer.ts";
import type { Call } from "../../path/ports.ts";
import type { Era } from "../../toolkit/eras.ts";
import { FORBIDDEN, INTERNAL_ERROR, INVALID_PARAMS } from "./rpc-error.ts";

/** A JSON-RPC error, with our own as its data. */
export interface CallError {
  readonly code: number;
  readonly message: string;
  readonly data: Record<string, unknown>;
}

/** The code for a resource that doesn't exist, by each revision's page on resources. */
const RESOURCE_NOT_FOUND: Readonly<Record<Era, number>> = {
  "2025-11-25": -32002,
  "2026-07-28": INVALID_PARAMS,
};

/** The JSON-RPC error that `result` is to whoever asked for a resource or a prompt, or for a tool in vain. */
export function errorOf(
  { method, name }: Pick<Call, "method" | "name">,
  result: Result,
  era: Era,
): CallError {
  const message = messageOf(result);
  if (method !== "resources/read") return { code: codeOf(result), message, data: { ...result } };
  // A URI that can't name anything names nothing.
  const absent = result.status === "not_found" || isInvalid(result);
  const code = absent ? RESOURCE_NOT_FOUND[era] : codeOf(result);
  return { code, message, data: { ...result, uri: name } };
}

function messageOf(result: Result): string {
  if (result.status === "error") return result.error.message;
  return result.status === "not_found" ? `There is no such ${result.resource.kind}.` : "This isn't valid.";
}

function codeOf(result: Result): number {
  if (result.status !== "error") return INVALID_PARAMS;
  if (isInvalid(result)) return INVALID_PARAMS;
  return result.error.kind === "permission" ? FORBIDDEN : INTERNAL_ERROR;
}

function isInvalid(result: Result): boolean {
  return result.status === "error" && result.error.kind === "invalid_request";
}
