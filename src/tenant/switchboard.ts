import { disabled } from "../path/refusals.ts";
import type { Tool } from "../path/tool.ts";
import type { Switches } from "./protocol.ts";

/** @throws Failure `tool_disabled` if the tool, or a credential that it needs, is switched off */
export function requireEnabled(tool: Tool, { disabled_tools, disabled_credentials }: Switches): void {
  if (disabled_tools.includes(tool.name)) throw disabled(tool, null);
  const needed = tool.kind === "read" ? tool.credentials : [tool.credential, tool.read_credential];
  const off = needed.find((credential) => disabled_credentials.includes(credential));
  if (off !== undefined) throw disabled(tool, off);
}

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

  /** @throws Failure `tool_disabled` */
  async require(tool: Tool): Promise<void> {
    const now = Date.now();
    if (this.#known === null || now >= this.#asked_at + ASK_AGAIN_MS) {
      this.take(await this.#env.TENANT_OBJECT.getByName(this.#env.TENANT).listen(this.#session_id()));
      this.#asked_at = now;
    }
    if (this.#known !== null) requireEnabled(tool, this.#known);
  }

  /** Takes over newer switches. */
  take(switches: Switches): void {
    if (this.#known === null || this.#known.version < switches.version) this.#known = switches;
  }
}
