/** This deployment: everything that Sallyport has, and a connector of our own. */
import { deployment, sallyport } from "sallyport";
import { inventoryConnector } from "./inventory.ts";

const instance = sallyport({
  ...deployment,
  connectors: [...deployment.connectors, inventoryConnector],
});

export default instance.worker;
// wrangler.toml binds these names.
export class BrokerObject extends instance.BrokerObject {}
export class EffectObject extends instance.EffectObject {}
export class PersonObject extends instance.PersonObject {}
export class SessionObject extends instance.SessionObject {}
export class TenantObject extends instance.TenantObject {}
