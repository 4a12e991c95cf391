import { TOOLS } from "../../src/catalogue.ts";
import type { ChangeTool, Tool } from "../../src/path/tool.ts";

/** What the catalogue's module offers. */
interface Catalogue {
  readonly TOOLS: readonly Tool[];
  readonly findTool: (name: string) => Tool | undefined;
  readonly changeTool: (name: string) => ChangeTool;
}

/** A catalogue of `count` tools: `get_device`, others of ours, and copies under other names for the rest. */
export function catalogueOf(count: number): Catalogue {
  const ours = TOOLS.toSorted((a, b) => Number(b.name === "get_device") - Number(a.name === "get_device"));
  const all = Array.from({ length: count }, (_, nth) => {
    const tool = ours[nth % ours.length];
    if (tool === undefined) throw new RangeError("there are no tools");
    return nth < ours.length ? tool : { ...tool, name: `${tool.name}_${Math.floor(nth / ours.length)}` };
  });
  const byName = new Map(all.map((tool) => [tool.name, tool]));
  return {
    TOOLS: all,
    findTool: (name) => byName.get(name),
    changeTool(name) {
      const tool = byName.get(name);
      if (tool?.kind !== "change") throw new TypeError(`${name} is not a state-changing tool`);
      return tool;
    },
  };
}
