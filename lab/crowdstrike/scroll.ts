/** Opaque offsets of a scroll. */
import type { VendorRequest } from "../simulator.ts";

/** How long a scroll offset is good for. */
export const scrollLifetimeMs = 120_000;

interface Position {
  at: number;
  expiresAt: number;
  /** What was asked: an offset goes on with its own query only. */
  query: string;
}

const queryOf = ({ query }: VendorRequest) => `${query.get("filter") ?? ""}\n${query.get("sort") ?? ""}`;

/** The opaque offset of the next page of a scroll. */
export function scrollOffset(at: number, expiresAt: number, request: VendorRequest): string {
  const position: Position = { at, expiresAt, query: queryOf(request) };
  return Buffer.from(JSON.stringify(position)).toString("base64url");
}

/** Where a scroll goes on: at the start without an offset; nothing if the offset is foreign, stale or of another query. */
export function readScrollOffset(request: VendorRequest): number | undefined {
  const offset = request.query.get("offset");
  if (!offset) return 0;
  try {
    const position = JSON.parse(Buffer.from(offset, "base64url").toString()) as Position;
    const isGood = position.expiresAt > request.now && position.query === queryOf(request);
    return isGood && Number.isInteger(position.at) ? position.at : undefined;
  } catch {
    return undefined;
  }
}
