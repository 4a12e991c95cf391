import { hosts } from "../../../lab/estate/hosts.ts";

/** An answer of the simulated Falcon API. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came, drifted shapes included
  body: any;
}

/** A plain client of the simulated Falcon API: no retries, nothing mapped. */
export class Falcon {
  readonly #url: string;
  #token = "";

  constructor({ url }: { url: string }) {
    this.#url = `${url}/crowdstrike`;
  }

  /** A client with a token of one of the API clients. */
  static async signedIn(
    lab: { url: string },
    client: "read" | "contain" | "alerts-read" | "alerts-write",
  ): Promise<Falcon> {
    const falcon = new Falcon(lab);
    await falcon.signIn(`lab-cs-${client}`, `lab-cs-${client}-secret`);
    return falcon;
  }

  async signIn(client_id: string, client_secret: string): Promise<Answer> {
    const answer = await this.send(
      "POST",
      "/oauth2/token",
      new URLSearchParams({ client_id, client_secret }),
    );
    this.#token = answer.body.access_token ?? "";
    return answer;
  }

  get token(): string {
    return this.#token;
  }

  find(query: Record<string, string> = {}, path = "/devices/queries/devices/v1"): Promise<Answer> {
    return this.send("GET", `${path}?${new URLSearchParams(query)}`);
  }

  details(...ids: string[]): Promise<Answer> {
    return this.send("POST", "/devices/entities/devices/v2", JSON.stringify({ ids }));
  }

  async status(id: string): Promise<string> {
    return (await this.details(id)).body.resources[0].status;
  }

  act(action: string, ids: string | string[], init: RequestInit = {}): Promise<Answer> {
    const body = JSON.stringify({ ids: [ids].flat() });
    return this.send("POST", `/devices/entities/devices-actions/v2?action_name=${action}`, body, init);
  }

  findAlerts(query: Record<string, string> = {}): Promise<Answer> {
    return this.find(query, "/alerts/queries/alerts/v2");
  }

  describeAlerts(...composite_ids: string[]): Promise<Answer> {
    return this.send("POST", "/alerts/entities/alerts/v2", JSON.stringify({ composite_ids }));
  }

  changeAlert(
    ids: string | string[],
    actions: Record<string, string>,
    init: RequestInit = {},
  ): Promise<Answer> {
    const action_parameters = Object.entries(actions).map(([name, value]) => ({ name, value }));
    const body = JSON.stringify({ composite_ids: [ids].flat(), action_parameters });
    return this.send("PATCH", "/alerts/entities/alerts/v3", body, init);
  }

  async send(
    method: string,
    path: string,
    body?: string | URLSearchParams,
    init: RequestInit = {},
  ): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (this.#token) headers.set("authorization", `Bearer ${this.#token}`);
    if (typeof body === "string") headers.set("content-type", "application/json");
    const response = await fetch(`${this.#url}${path}`, { ...init, method, headers, ...(body && { body }) });
    const text = await response.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // Left as text: what isn't JSON is what some tests are about.
    }
    return { status: response.status, headers: response.headers, body: parsed };
  }
}

const found = (condition: (host: (typeof hosts)[number]) => boolean): string => {
  const host = hosts.find(condition);
  if (!host) throw new Error("the estate has no such host");
  return host.id;
};

/** A device that is online and of low criticality. */
export const onlineDevice = found((host) => host.online && host.criticality === "low");
/** Another one. */
export const otherDevice = found(
  (host) => host.online && host.criticality === "low" && host.id !== onlineDevice,
);
/** A device that is switched off. */
export const offlineDevice = found((host) => !host.online);
/** An id that no device has. */
export const noDevice = "0".repeat(32);
