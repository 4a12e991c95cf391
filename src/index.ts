/** The Worker: one instance serves one tenant. */
import { deployment } from "./deployment.ts";
import { sallyport } from "./sallyport.ts";

const instance = sallyport(deployment);

export default instance.worker;
// Named, because wrangler.toml binds them, and because the types of the bindings are made of these names.
export class BrokerObject extends instance.BrokerObject {}
export class EffectObject extends instance.EffectObject {}
export class PersonObject extends instance.PersonObject {}
export class SessionObject extends instance.SessionObject {}
export class TenantObject extends instance.TenantObject {}
