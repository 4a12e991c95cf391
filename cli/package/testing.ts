/** What a deployment's own tests are written with: `sallyport/testing`. */

export { type Lab, type LabOptions, startLab } from "../../lab/lab.ts";
export type { Operation, Simulator, VendorReply, VendorRequest } from "../../lab/simulator.ts";
export type { World } from "../../lab/world.ts";
export { type Instance, type InstanceOptions, startInstance } from "../local/instance.ts";
export { freePort } from "../local/ports.ts";
export { type SignInOptions, signIn, type Tokens } from "../oauth-client.ts";

/**
 * What can go wrong at a vendor while it is asked, as `POST /faults` of the lab takes it. Under none of them may a read
 * say that nothing was found, or that the thing isn't there.
 */
export const READ_FAULTS = [
  { mode: "status", status: 500 },
  { mode: "status", status: 503 },
  { mode: "reset" },
  { mode: "malformed" },
  { mode: "html" },
  { mode: "empty" },
  { mode: "redirect" },
  { mode: "partial" },
  { mode: "rate_limit" },
] as const;
