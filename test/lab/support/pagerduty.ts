import type { Answer } from "./jira.ts";

/** A creation that Acme's PagerDuty accepts. */
export const incidentBody = (incident: object = {}) => ({
  incident: {
    type: "incident",
    title: "Ransomware on FRA-FIL-01",
    service: { id: "PSECOPS", type: "service_reference" },
    urgency: "high",
    incident_key: "op_1",
    ...incident,
  },
});

/** A plain client of the simulated PagerDuty: no retries, nothing mapped. */
export class PagerDuty {
  readonly #url: string;
  readonly #headers: Record<string, string>;

  constructor({ url }: { url: string }, purpose: "read" | "page", headers: Record<string, string> = {}) {
    this.#url = `${url}/pagerduty`;
    this.#headers = {
      authorization: `Token token=lab-pd-${purpose}-key`,
      accept: "application/vnd.pagerduty+json;version=2",
      "content-type": "application/json",
      from: "responder@acme.test",
      ...headers,
    };
  }

  list(query = ""): Promise<Answer> {
    return this.send("GET", `/incidents?${query}`);
  }

  create(body: object = incidentBody(), headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", "/incidents", body, headers);
  }

  resolve(id: string): Promise<Answer> {
    const incident = { type: "incident_reference", status: "resolved" };
    return this.send("PUT", `/incidents/${id}`, { incident });
  }

  async send(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...this.#headers, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
}
