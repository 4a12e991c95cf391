/**
 * Tells one session what is switched off: it asks the tenant's object once, and is told of changes from
 * then on.
 */
import type { Env } from "../bindings.ts";
import type { Tool } from "../toolkit/tool.ts";
import { type Missing, requireAvailable } from "./availability.ts";
import type { Switches } from "./protocol.ts";

/** How long a session object relies on being told. Far less than the tenant's object remembers whom to tell. */
const ASK_AGAIN_MS = 60 * 60_000;

/** What is switched off, as one session object knows it: asked for when it wakes, and told from then on. */
export class Switchboard {
  readonly #env: Env;
  readonly #session_id: () => string;
  #known: Switches | null = null;
  #asked_at = 0;

  constructor(env: Env, session_id: () => string) {
    this.#env = env;
    this.#session_id = session_id;
  }

  /**
   * What a call of the tool must do without.
   * @throws Failure `tool_disabled`
   */
  async require(tool: Tool): Promise<Missing> {
    return requireAvailable(this.#env, tool, await this.#switches());
  }

  /** Takes over newer switches. Returns those that hold. */
  take(switches: Switches): Switches {
    const known = this.#known;
    const holds = known === null || known.version < switches.version ? switches : known;
    this.#known = holds;
    return holds;
  }

  async #switches(): Promise<Switches> {
    const now = Date.now();
    if (this.#known !== null && now < this.#asked_at + ASK_AGAIN_MS) return this.#known;
    const told = await this.#env.TENANT_OBJECT.getByName(this.#env.TENANT).listen(this.#session_id());
    this.#asked_at = now;
    return this.take(told);
  }
}
