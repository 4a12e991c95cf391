/** An answer of the simulated Tenable API. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came, drifted shapes included
  body: any;
}

/** How long an export takes in the lab, and a run of a scan, with something to spare. */
export const exportMs = 1000;
export const runMs = 5000;

/** A plain client of the simulated Tenable API: no retries, nothing mapped. */
export class Tenable {
  readonly #url: string;
  readonly #keys: string;

  constructor(
    { url }: { url: string },
    purpose: "read" | "scan" = "read",
    secret = `lab-tenable-${purpose}-secret`,
  ) {
    this.#url = `${url}/tenable`;
    this.#keys = `accessKey=lab-tenable-${purpose};secretKey=${secret}`;
  }

  begin(filters: object = {}, num_assets = 50): Promise<Answer> {
    return this.send("POST", "/vulns/export", { num_assets, filters });
  }

  status(uuid: string): Promise<Answer> {
    return this.send("GET", `/vulns/export/${uuid}/status`);
  }

  chunk(uuid: string, chunk: number): Promise<Answer> {
    return this.send("GET", `/vulns/export/${uuid}/chunks/${chunk}`);
  }

  /** Every finding of a new export, on a clock that a test moves. */
  async everything(clock: { ms: number }, filters: object = {}): Promise<Finding[]> {
    const { export_uuid } = (await this.begin(filters)).body;
    clock.ms += exportMs;
    const { chunks_available } = (await this.status(export_uuid)).body;
    const found: Finding[] = [];
    for (const chunk of chunks_available) found.push(...(await this.chunk(export_uuid, chunk)).body);
    return found;
  }

  scans(query: Record<string, string> = {}): Promise<Answer> {
    return this.send("GET", `/scans?${new URLSearchParams(query)}`);
  }

  launch(id: string | number, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send("POST", `/scans/${id}/launch`, {}, headers);
  }

  latestStatus(id: string | number): Promise<Answer> {
    return this.send("GET", `/scans/${id}/latest-status`);
  }

  history(id: string | number, query = ""): Promise<Answer> {
    return this.send("GET", `/scans/${id}/history?exclude_rollover=false${query}`);
  }

  async send(
    method: string,
    path: string,
    json?: object,
    extra: Record<string, string> = {},
  ): Promise<Answer> {
    const headers = { "x-apikeys": this.#keys, "content-type": "application/json", ...extra };
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

/** A finding, as far as tests look at it. */
export interface Finding {
  finding_id?: string;
  state: string;
  severity: string;
  severity_id: number;
  severity_default_id?: number;
  severity_modification_type: string;
  last_found: string;
  asset: { uuid: string; ipv4?: string; netbios_name?: string };
  plugin: { cve?: string[] };
}
