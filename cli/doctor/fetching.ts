/** Sends the doctor's requests, and reads their answers. */
import type { z } from "zod";

/** How long one answer may take, in milliseconds. */
const TIMEOUT_MS = 15_000;

/** Sends one request and doesn't follow where it leads. @throws Error saying in words why there was no answer */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  try {
    return await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  } catch (thrown) {
    throw new Error(`${url}: ${reasonOf(thrown)}`, { cause: thrown });
  }
}

/** An answer's body, if it is JSON of that shape; `null` for whatever else. */
export async function bodyOf<Shape extends z.ZodType>(
  response: Response,
  shape: Shape,
): Promise<z.output<Shape> | null> {
  try {
    return shape.safeParse(await response.json()).data ?? null;
  } catch {
    return null;
  }
}

/** Why something was thrown; with `fetch`, the cause says more than its message. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { cause } = thrown;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return code === "" ? thrown.message : `${thrown.message} (${code})`;
}
