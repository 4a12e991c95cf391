/** What a deployment's own tests are written with: `sallyport/testing`. */

export { type Lab, type LabOptions, startLab } from "../../lab/lab.ts";
export { type Instance, type InstanceOptions, startInstance } from "../local/instance.ts";
export { freePort } from "../local/ports.ts";
export { type SignInOptions, signIn, type Tokens } from "../oauth-client.ts";
