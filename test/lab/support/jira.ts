/** An answer of the simulated Jira. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came, drifted shapes included
  body: any;
}

/** A document of one paragraph. */
const paragraph = (text: string) => ({
  type: "doc",
  version: 1,
  content: [{ type: "paragraph", content: [{ type: "text", text }] }],
});

/** The fields of an issue that Acme's Jira accepts. */
export const issueFields = (fields: object = {}) => ({
  project: { key: "SEC" },
  issuetype: { name: "Task" },
  summary: "Look into this",
  description: paragraph("It looks odd."),
  priority: { name: "High" },
  labels: ["op_1"],
  ...fields,
});

/** A plain client of the simulated Jira: no retries, nothing mapped. Without a token it is nobody. */
export class Jira {
  readonly #url: string;
  readonly #authorization: string | null;

  constructor({ url }: { url: string }, purpose?: "read" | "create", token = `lab-jira-${purpose}-token`) {
    this.#url = `${url}/jira`;
    const basic = Buffer.from(`sallyport-${purpose}@acme.test:${token}`).toString("base64");
    this.#authorization = purpose === undefined ? null : `Basic ${basic}`;
  }

  myself(query: Record<string, string> = {}): Promise<Answer> {
    return this.send("GET", `/rest/api/3/myself?${new URLSearchParams(query)}`);
  }

  search(jql: string, query: Record<string, string> = {}): Promise<Answer> {
    return this.send("GET", `/rest/api/3/search/jql?${new URLSearchParams({ jql, ...query })}`);
  }

  issue(key: string, query: Record<string, string> = {}): Promise<Answer> {
    return this.send("GET", `/rest/api/3/issue/${key}?${new URLSearchParams(query)}`);
  }

  create(fields: object = issueFields(), headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", "/rest/api/3/issue", { fields }, headers);
  }

  /** The keys that a search finds. */
  async keys(jql: string): Promise<string[]> {
    const { body } = await this.search(jql, { fields: "key", maxResults: "500" });
    return body.issues.map(({ key }: { key: string }) => key);
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    extra: Record<string, string> = {},
  ): Promise<Answer> {
    const headers = new Headers(extra);
    if (this.#authorization !== null) headers.set("authorization", this.#authorization);
    if (body !== undefined) headers.set("content-type", "application/json");
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
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
