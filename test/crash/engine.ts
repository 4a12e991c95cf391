import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { readLiveHeads } from "../../cli/audit/live-chains.ts";
import { OAuthClient, signIn, type Tokens } from "../../cli/oauth-client.ts";
import { effects } from "../lab/support/estate.ts";
import { startTestInstance, type TestInstance, type TestInstanceOptions } from "../support/instance.ts";
import { type Acknowledged, Agent, type Era } from "./agent.ts";
import {
  type AuditedEvent,
  asAudited,
  type Evidence,
  type Held,
  operationsOf,
  unsettled,
} from "./evidence.ts";

const POLL_MS = 500;
/** As many questions as the auditor asks at a time. */
const AT_ONCE = 8;
/** A verification gives the database so long to hold what the objects have sent it. */
const VERIFY_WAIT_S = 60;

/** How an agent comes to the instance. */
export interface AgentOptions {
  /** The newest, unless it says otherwise. */
  readonly era?: Era;
  /** Where the agent reaches the instance, if not directly. */
  readonly origin?: string;
  /** Space-separated. What a responder needs, unless it says otherwise. */
  readonly scope?: string;
}

/**
 * A whole instance that is killed and started again on the same state, clients that outlive it, and a record of
 * what they were told. The lab is never killed: it is the witness.
 */
export class CrashEngine {
  readonly instance: TestInstance;
  /** Every answer that any client received, in order. */
  readonly answers: Acknowledged[] = [];
  readonly #agents: Agent[] = [];
  /** How often somebody had to sign in again. */
  signed_in_again = 0;
  readonly #tokens = new Map<string, Tokens>();
  #life = new AbortController();
  #alive = true;

  private constructor(instance: TestInstance) {
    this.instance = instance;
  }

  /** Starts an instance and its lab. The caller disposes of it. @param environment variables of the instance */
  static async start(
    environment: Readonly<Record<string, string>>,
    options: Pick<TestInstanceOptions, "log"> = {},
  ): Promise<CrashEngine> {
    return new CrashEngine(await startTestInstance({ environment, ...options }));
  }

  get lab() {
    return this.instance.lab;
  }

  /** Signs a lab user in, with a client of its own. */
  async agent(user: string, options: AgentOptions = {}): Promise<Agent> {
    const {
      era = "2026-07-28",
      origin = this.instance.url,
      scope = "devices:read devices:contain",
    } = options;
    const name = `${user}-${this.#agents.length + 1}`;
    const mcpUrl = `${this.instance.url}/mcp`;
    this.#tokens.set(name, await signIn({ mcpUrl, user, scope, clientName: name }));
    const agent = await Agent.connect(name, era, {
      mcpUrl: `${origin}/mcp`,
      token: () => this.#tokens.get(name)?.access_token ?? "",
      life: () => this.#life.signal,
      acknowledged: (answer) => this.answers.push(answer),
    });
    this.#agents.push(agent);
    return agent;
  }

  /** Has every agent's token refreshed: a long run outlives the first ones. */
  async refreshTokens(): Promise<void> {
    const mcpUrl = `${this.instance.url}/mcp`;
    for (const [name, { client_id, refresh_token }] of this.#tokens) {
      const client = await OAuthClient.find({ mcpUrl, clientId: client_id });
      const refreshed = await client.refresh(refresh_token).catch(() => null);
      if (refreshed === null) await this.signInAgain(name);
      else this.#tokens.set(name, refreshed);
    }
  }

  /**
   * Signs an agent's person in again, with the same client. A kill between the identity provider's new token and our
   * note of it costs a person their sign-in, and nothing else.
   */
  async signInAgain(name: string): Promise<void> {
    const { client_id = "", scope = "" } = this.#tokens.get(name) ?? {};
    const client = await OAuthClient.find({ mcpUrl: `${this.instance.url}/mcp`, clientId: client_id });
    const page = await client.openConsentPage({ user: name.replace(/-\d+$/, ""), scope });
    this.#tokens.set(name, await page.allow(scope.split(" ")));
    this.signed_in_again += 1;
  }

  /** False from the moment of a kill until the restart. */
  get alive(): boolean {
    return this.#alive;
  }

  /** SIGKILLs the runtime. Every call that wasn't answered by then fails. */
  async kill(): Promise<void> {
    this.#alive = false;
    await this.instance.kill9();
    this.#life.abort(new Error("the instance was killed"));
  }

  /** Starts the Worker again, on the same state and URL. @param environment variables of this life alone */
  async restart(environment?: Readonly<Record<string, string>>): Promise<void> {
    this.#life = new AbortController();
    await this.instance.restart(environment);
    this.#alive = true;
  }

  /** SIGKILLs the runtime and has it started again at once. Every call that wasn't answered by then fails. */
  crash(): void {
    this.#alive = false;
    this.instance.crash();
    this.#life.abort(new Error("the instance was killed"));
  }

  /** Resolves when the instance answers after a {@link CrashEngine.crash}. */
  async up(): Promise<void> {
    await this.instance.up();
    this.#life = new AbortController();
    this.#alive = true;
  }

  /**
   * Waits until every operation is at rest and the audit database holds every chain to its end.
   * @returns the audit as it was at that one moment, and what isn't so after `within_ms`
   */
  async #settled(within_ms: number): Promise<Pick<Evidence, "heads" | "events" | "open">> {
    const until = Date.now() + within_ms;
    for (;;) {
      // The heads first: what the database then lacks is missing, and not just newer.
      const heads = readLiveHeads(this.instance.stateDir);
      const open = unsettled(heads, this.#held());
      const over = Date.now() > until;
      if (open.length === 0 || over) {
        const events = this.events();
        // Every full minute adds a checkpoint. What was read on either side of one doesn't belong together.
        const unmoved = isDeepStrictEqual(readLiveHeads(this.instance.stateDir), heads);
        if (unmoved || over) return { heads, events, open };
      }
      await delay(POLL_MS);
    }
  }

  /** What every witness says, once everything is settled or `within_ms` is over. */
  async evidence(within_ms: number): Promise<Evidence> {
    const auditor = await this.agent("auditor", { scope: "audit:read" });
    const ids = operationsOf(await this.#settled(within_ms)).keys();
    const ask = async (): Promise<void> => {
      for (const id of ids) await auditor.call("get_operation", { operation_id: id });
    };
    await Promise.all(Array.from({ length: AT_ONCE }, ask));
    // What the auditor asked is in the audit too.
    const audit = await this.#settled(within_ms);
    return { ...audit, effects: asAudited(await effects(this.lab)), answers: this.answers };
  }

  /** What the audit database holds, in short: cheap enough to be asked for often. */
  #held(): Held {
    const { instance } = this;
    return {
      chains: instance.sql("SELECT chain, COUNT(*) AS events FROM audit_events GROUP BY chain"),
      // SQLite takes the other columns from the row that has the maximum.
      operations: instance.sql(
        `SELECT operation_id AS id, decision, at, MAX(seq) FROM audit_events
         WHERE type = 'operation' GROUP BY operation_id`,
      ),
    };
  }

  /** The audit database, by chain and number. */
  events(): AuditedEvent[] {
    return this.instance
      .sql<{ hash: string; event: string }>("SELECT hash, event FROM audit_events ORDER BY chain, seq")
      .map(({ hash, event }) => ({ ...(JSON.parse(event) as Omit<AuditedEvent, "hash">), hash }));
  }

  /**
   * What `npm run audit -- verify` says: 0 if all holds and all has arrived, and what it printed. It waits for what is on its way to the
   * database, as the checkpoint of a full minute may be.
   */
  async verify(): Promise<{ code: number; said: string }> {
    const script = join(import.meta.dirname, "../../cli/audit.ts");
    const child = spawn(process.execPath, [script, "verify", "--wait", String(VERIFY_WAIT_S)], {
      env: { ...process.env, STATE_DIR: this.instance.stateDir },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, "close"),
    ]);
    // By then everything has arrived: what is still on its way isn't on its way.
    const arrived = code === 0 && (JSON.parse(out) as { in_flight: number }).in_flight === 0;
    return { code: arrived ? 0 : 1, said: `${out}${err}`.trim() };
  }

  async dispose(): Promise<void> {
    this.#life.abort(new Error("the test is over"));
    await Promise.allSettled(this.#agents.map((agent) => agent.close()));
    await this.instance.dispose();
  }
}
