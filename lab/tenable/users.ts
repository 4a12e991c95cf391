/** Users and their keys, and what each may do. */
import type { Operation, VendorReply, VendorRequest } from "../simulator.ts";
import { failure } from "./failure.ts";

/** Names the vendor everywhere. */
export const vendor = "tenable";

/** A user's role, by the vendor's numbers: what a user may do includes what lower roles may. */
export const roles = { basic: 16, scanOperator: 24 } as const;

interface User {
  accessKey: string;
  secretKey: string;
  role: number;
}

/** Least privilege, one user per purpose. Their keys never expire. */
const users: readonly User[] = [
  { accessKey: "lab-tenable-read", secretKey: "lab-tenable-read-secret", role: roles.basic },
  { accessKey: "lab-tenable-scan", secretKey: "lab-tenable-scan-secret", role: roles.scanOperator },
];

/** Wraps an operation: it is only reached with the keys of a user whose role suffices. */
export function guarded(
  role: number,
  handle: (request: VendorRequest) => VendorReply,
): Pick<Operation, "takesToken" | "handle"> {
  return {
    takesToken: true,
    handle(request) {
      const user = userOf(request.headers.get("x-apikeys") ?? "");
      if (!user) return failure(401);
      if (user.role < role) return failure(403);
      return handle(request);
    },
  };
}

function userOf(keys: string): User | undefined {
  const [, accessKey, secretKey] = /^accessKey=([^;]+);\s*secretKey=([^;]+);?$/.exec(keys) ?? [];
  return users.find((user) => user.accessKey === accessKey && user.secretKey === secretKey);
}
