import { hosts } from "../../lab/estate/hosts.ts";
import type { Random } from "../../lab/estate/random.ts";
import type { Agent, Answer } from "./agent.ts";
import type { CrashEngine } from "./engine.ts";
import type { Evidence } from "./evidence.ts";

/** Few enough that people get in each other's way, enough that a device in doubt doesn't block everybody. */
const DEVICES = 40;
/** What is open longest comes first. */
const MOST_AGAIN = 10;

/** Something that somebody wants done, and asks for until they know that it is. */
interface Wish {
  readonly agent: Agent;
  readonly tool: "contain_device" | "release_device";
  readonly args: { readonly device_id: string; readonly reason: string; readonly idempotency_key?: string };
}

/** People who want devices contained and released, and who come back with what they got no answer to. */
export class Load {
  /** Calls that a kill left without an answer. */
  lost = 0;
  /** Calls that ended as none should: failed without a kill, or refused for good. */
  readonly failed: string[] = [];
  /** Agents whose person was signed out, and who want to go on. */
  readonly signed_out = new Set<string>();
  readonly #random: Random;
  readonly #engine: CrashEngine;
  readonly #agents: readonly Agent[];
  readonly #devices: readonly string[];
  readonly #open = new Set<Wish>();
  #keys = 0;

  constructor(random: Random, engine: CrashEngine, agents: readonly Agent[]) {
    this.#random = random;
    this.#engine = engine;
    this.#agents = agents;
    const usable = hosts.filter(({ online, criticality }) => online && criticality === "low");
    this.#devices = usable.slice(0, DEVICES).map(({ id }) => id);
  }

  /**
   * Asks at once for something new and for some of what is still open.
   * @param sofar the effects up to now, to know what would change something
   * @param asker asks for something new, among others
   * @returns the calls; none of them rejects before a kill
   */
  ask(sofar: Evidence["effects"], asker: Agent): Promise<void>[] {
    const again = [...this.#open].filter(() => this.#random.integer(1, 3) > 1).slice(0, MOST_AGAIN);
    const anew = Array.from({ length: this.#random.integer(3, 6) }, () =>
      this.#wish(sofar, this.#random.pick(this.#agents)),
    );
    return [this.#wish(sofar, asker), ...again, ...anew].map((wish) => this.#ask(wish));
  }

  /** Everybody asks until they know. @throws Error if somebody doesn't within `within_ms` */
  async finish(within_ms: number): Promise<void> {
    await Promise.all([...this.#open].map(({ agent, tool, args }) => agent.insist(tool, args, within_ms)));
  }

  /** Mostly what changes something; now and then what doesn't, or concerns a device that others are at. */
  #wish(sofar: Evidence["effects"], agent: Agent): Wish {
    const random = this.#random;
    const others = [...this.#open];
    const joins = others.length > 0 && random.integer(1, 3) === 1;
    const device_id = joins ? random.pick(others).args.device_id : random.pick(this.#devices);
    const last = sofar.findLast(({ target }) => target === `device/crowdstrike:${device_id}`);
    const sensible = random.integer(1, 5) > 1;
    const tool = (last?.action === "contain") === sensible ? "release_device" : "contain_device";
    const keyed = random.integer(1, 2) === 1;
    const key = keyed ? { idempotency_key: `wish-${1000 + ++this.#keys}` } : {};
    const wish: Wish = { agent, tool, args: { device_id, reason: "Drill", ...key } };
    this.#open.add(wish);
    return wish;
  }

  async #ask(wish: Wish): Promise<void> {
    const { tool, args } = wish;
    // A key is its owner's. Without one, anybody may be the one who asks again.
    const agent = args.idempotency_key === undefined ? this.#random.pick(this.#agents) : wish.agent;
    try {
      const { error } = await agent.call(tool, args);
      if (error?.code === "session_revoked") this.signed_out.add(agent.name);
      if (isOpen(error)) return;
      // Somebody has undone it since: an answer as good as any other to whoever wanted to know.
      if (error !== undefined && error.code !== "differs_from_done")
        this.failed.push(`${agent.name}'s ${tool} was refused: ${error.code}`);
      this.#open.delete(wish);
    } catch (thrown) {
      if (this.#engine.alive) this.failed.push(`${agent.name}'s ${tool} failed: ${String(thrown)}`);
      else this.lost += 1;
      throw thrown;
    }
  }
}

/** Whether an answer leaves something open: the agent asks again. */
function isOpen(error: Answer["error"]): boolean {
  return (
    error !== undefined &&
    (["transient", "in_doubt"].includes(error.kind) || error.code === "session_revoked")
  );
}
