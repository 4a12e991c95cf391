import { describe, expect, it } from "vitest";
import { catalogue, changeAt, TOOLS } from "../support/deployed.ts";

const CHANGES = TOOLS.flatMap((tool) => (tool.kind === "change" ? [catalogue.changeTool(tool.name)] : []));
/** Arguments that any tool's declaration can be asked about. */
const INPUT = {
  device_id: "d",
  user_id: "u",
  alert_id: "a",
  detection_id: "x",
  scan_id: "s",
  status: "closed",
};

describe.each(CHANGES.map(({ name }) => [name, changeAt(name)] as const))(
  "the declaration of %s",
  (_name, tool) => {
    it("creates something or acts on a target, and what is created is looked up by a name of ours", () => {
      expect(tool.target === null).toBe(tool.creates !== undefined);
      expect(tool.class === "deterministic-create").toBe(tool.creates !== undefined);
      if (tool.creates === undefined) return;
      expect(tool.sets(INPUT)).toEqual({});
      expect(tool.repeat).toBe("adds");
      expect(tool.answers_while?.length).toBeGreaterThan(0);
    });

    it("is undone by a tool that gives the same facets of the same target another value", () => {
      if (tool.reversed_by === null) return;
      const reversal = catalogue.changeTool(tool.reversed_by);
      expect(reversal.reversed_by).toBe(tool.name);
      expect(reversal.target?.(INPUT)).toEqual(tool.target?.(INPUT));
      const [sets, reversed] = [tool.sets(INPUT), reversal.sets(INPUT)];
      expect(Object.keys(reversed)).toEqual(Object.keys(sets));
      for (const facet of Object.keys(sets)) expect(reversed[facet]).not.toEqual(sets[facet]);
    });

    it("that adds something, or sets nothing, isn't called the same when it lands twice", () => {
      const repeatable = tool.creates === undefined && Object.keys(tool.sets(INPUT)).length > 0;
      if (!repeatable || tool.says !== undefined) expect(tool.repeat).toBe("adds");
    });

    it("names a read that there is, where the vendor may accept it first and act later", () => {
      if (tool.pending === undefined) return;
      expect(TOOLS.find(({ name }) => name === tool.pending?.read)?.kind).toBe("read");
    });
  },
);
