import { Catalogue, type Deployment } from "../../src/catalogue/catalogue.ts";
import { deployment } from "../../src/deployment.ts";

/** This deployment with `count` tools: `get_device`, others of ours, and copies under other names for the rest. */
export function deploymentOf(count: number): Deployment {
  const { tools } = new Catalogue(deployment);
  const ours = tools.toSorted((a, b) => Number(b.name === "get_device") - Number(a.name === "get_device"));
  const all = Array.from({ length: count }, (_, nth) => {
    const tool = ours[nth % ours.length];
    if (tool === undefined) throw new RangeError("there are no tools");
    return nth < ours.length ? tool : { ...tool, name: `${tool.name}_${Math.floor(nth / ours.length)}` };
  });
  const connectors = deployment.connectors.map((connector) => ({ ...connector, tools: [] }));
  return { ...deployment, connectors, tools: all };
}
