/** Reads targets back until what was in doubt is settled, or a person has to settle it. */
import { type ChangeTool, portOf } from "../../toolkit/change.ts";
import type { Operation } from "../machine/operation.ts";
import { counted, judge } from "../machine/probing.ts";
import { provenAbsent } from "../machine/refusals.ts";
import type { Operations } from "../operations.ts";
import type { ReadingBack, World } from "../ports.ts";
import type { ReadbackResult } from "./readback.ts";

/** One look at a time, each in a turn of its own; `probing.ts` says what it proves. */
export class Prober {
  readonly #operations: Operations;
  readonly #readback: ReadingBack;
  readonly #world: World;

  constructor(operations: Operations, readback: ReadingBack, world: World) {
    this.#operations = operations;
    this.#readback = readback;
    this.#world = world;
  }

  /** Looks once at the target of an operation that is `probing`. */
  async probe(operation: Operation): Promise<void> {
    const tool = this.#world.tool(operation.tool);
    const read_at = this.#world.now();
    const seen = await this.#readback.read(tool, operation);
    this.#operations.atomically(() => this.#conclude(operation, tool, seen, read_at));
  }

  #conclude(operation: Operation, tool: ChangeTool, seen: ReadbackResult, read_at: number): void {
    const current = this.#operations.load(operation.id);
    if (current.state !== "probing" || current.fence !== operation.fence) return;
    const landing = this.#world.landing(portOf(tool, operation.target));
    const probe = { ...counted(current.probe, seen.reading), landing };
    const { id, fence } = current;
    this.#operations.probed({ ...current, probe });
    if (seen.reading === "present") {
      this.#operations.apply(id, { type: "succeed", fence, evidence: "read_back", data: seen.data });
      return;
    }
    const deadline_at = current.deadline_at ?? current.state_at;
    const verdict = judge(seen.reading, probe, read_at, deadline_at, landing.ms);
    switch (verdict.next) {
      case "fail_safe":
        this.#operations.apply(id, { type: "fail_safe", fence, error: provenAbsent(landing) });
        return;
      case "give_up":
        this.#operations.apply(id, { type: "give_up", fence });
        return;
      case "again":
        this.#operations.again(id, verdict.at);
        return;
    }
  }
}
