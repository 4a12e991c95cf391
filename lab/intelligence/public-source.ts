/** What the simulators of public sources share. */
import type { Operation, Simulator, VendorReply, VendorRequest } from "../simulator.ts";

/** A source that asks for no credential. What is left out is what most of them do. */
export interface PublicSource extends Pick<Simulator, "vendor" | "failure" | "partial"> {
  operation: Omit<Operation, "takesToken">;
  rateLimited?: Simulator["rateLimited"];
  /** Names that an unannounced change of the API would give to others. */
  renamed: Readonly<Record<string, string>>;
  /** The same for values: what a value becomes, by the name that it had. */
  retyped?: Readonly<Record<string, (value: unknown) => unknown>>;
}

/** The simulator of a public source. */
export function publicSource(source: PublicSource): Simulator {
  const { vendor, operation, failure, partial, renamed, retyped = {} } = source;
  const drift = (body: unknown): unknown => {
    if (Array.isArray(body)) return body.map(drift);
    if (typeof body !== "object" || body === null) return body;
    return Object.fromEntries(
      Object.entries(body).map(([name, value]) => [
        renamed[name] ?? name,
        retyped[name]?.(value) ?? drift(value),
      ]),
    );
  };
  return {
    vendor,
    operations: [{ ...operation, takesToken: false }],
    failure,
    partial,
    drift,
    rateLimited: source.rateLimited ?? ((request, until) => retryLater(request, until, failure)),
    tokenRefused: (request) => failure(request, 401),
    headers: () => ({}),
  };
}

function retryLater(request: VendorRequest, until: number, failure: Simulator["failure"]): VendorReply {
  const seconds = Math.ceil((until - request.now) / 1000);
  const reply = failure(request, 429);
  return { ...reply, headers: { ...reply.headers, "retry-after": String(seconds) } };
}
