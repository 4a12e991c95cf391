/** API keys, and what each may do. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import { platformFailure } from "./failure.ts";

/** Names the vendor everywhere. */
export const vendor = "elastic";

/** What a key may do, as the roles behind it would have it. */
export type Privilege = "alerts:read" | "alerts:write" | "cases:read" | "cases:write";

interface ApiKey {
  id: string;
  secret: string;
  privileges: readonly Privilege[];
}

/** Least privilege, one key per purpose. Changing an alert's status takes being able to find it. */
const keys: readonly ApiKey[] = [
  { id: "lab-elastic-read", secret: "lab-elastic-read-secret", privileges: ["alerts:read", "cases:read"] },
  {
    id: "lab-elastic-alerts",
    secret: "lab-elastic-alerts-secret",
    privileges: ["alerts:read", "alerts:write"],
  },
  { id: "lab-elastic-cases", secret: "lab-elastic-cases-secret", privileges: ["cases:read", "cases:write"] },
];

/** Wraps an operation: it is only reached with a key that has the privilege and, where it matters, against forgery. */
export function guarded(
  privilege: Privilege,
  handle: (request: VendorRequest) => VendorReply,
): Pick<Operation, "takesToken" | "handle"> {
  return {
    takesToken: true,
    handle(request) {
      const key = keyOf(request.headers.get("authorization") ?? "");
      if (!key) return platformFailure(401);
      const changes = request.body !== "";
      if (changes && !request.headers.has("kbn-xsrf")) {
        return platformFailure(400, "Request must contain a kbn-xsrf header.");
      }
      if (!key.privileges.includes(privilege)) return platformFailure(403);
      return handle(request);
    },
  };
}

function keyOf(authorization: string): ApiKey | undefined {
  const encoded = /^ApiKey (.+)$/.exec(authorization)?.[1] ?? "";
  const decoded = Buffer.from(encoded, "base64").toString();
  return keys.find(({ id, secret }) => `${id}:${secret}` === decoded);
}
