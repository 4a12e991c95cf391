/** An answer of the simulated Kibana. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came, drifted shapes included
  body: any;
}

/** A case that Acme's Kibana accepts. */
const caseFields = (fields: object = {}) => ({
  title: "Look into this",
  description: "It looks odd.",
  tags: ["op_1"],
  severity: "high",
  owner: "securitySolution",
  connector: { id: "none", name: "none", type: ".none", fields: null },
  settings: { syncAlerts: false },
  ...fields,
});

const searchPath = "/api/detection_engine/signals/search";

/** A plain client of the simulated Kibana: no retries, nothing mapped. */
export class Elastic {
  readonly #url: string;
  readonly #authorization: string;

  constructor(
    { url }: { url: string },
    purpose: "read" | "alerts" | "cases" = "read",
    secret = `lab-elastic-${purpose}-secret`,
  ) {
    this.#url = `${url}/elastic`;
    this.#authorization = `ApiKey ${Buffer.from(`lab-elastic-${purpose}:${secret}`).toString("base64")}`;
  }

  search(body: object = {}): Promise<Answer> {
    return this.send("POST", searchPath, body);
  }

  /** The ids that a query finds. */
  async ids(query: object, more: object = {}): Promise<string[]> {
    const { body } = await this.search({ query, size: 1000, ...more });
    return body.hits.hits.map(({ _id }: { _id: string }) => _id);
  }

  setStatus(ids: readonly string[], status: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", "/api/detection_engine/signals/status", { signal_ids: ids, status }, headers);
  }

  create(fields: object = {}, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", "/api/cases", caseFields(fields), headers);
  }

  cases(query: Record<string, string> = {}): Promise<Answer> {
    return this.send("GET", `/api/cases/_find?${new URLSearchParams(query)}`);
  }

  getCase(id: string): Promise<Answer> {
    return this.send("GET", `/api/cases/${id}`);
  }

  async send(
    method: string,
    path: string,
    json?: object,
    extra: Record<string, string> = {},
  ): Promise<Answer> {
    const headers = new Headers({
      authorization: this.#authorization,
      "content-type": "application/json",
      "kbn-xsrf": "test",
      ...extra,
    });
    if (headers.get("kbn-xsrf") === "") headers.delete("kbn-xsrf");
    const body = json && JSON.stringify(json);
    const response = await fetch(`${this.#url}${path}`, { method, headers, ...(body && { body }) });
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
