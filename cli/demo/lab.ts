/** The lab's controls, as the demo uses them. */
export class LabControls {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** Makes the simulated vendor misbehave. */
  async fault(fault: Record<string, unknown>): Promise<void> {
    const response = await fetch(`${this.#url}/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ vendor: "crowdstrike", ...fault }),
    });
    if (!response.ok) throw new Error(`the lab refused a fault: ${await response.text()}`);
  }

  async clear(): Promise<void> {
    await fetch(`${this.#url}/faults`, { method: "DELETE" });
  }

  /** What the vendor really did to a device since `from` effects. */
  async effects(device_id: string): Promise<{ action: string; request_id: string }[]> {
    const all = (await (await fetch(`${this.#url}/effects`)).json()) as {
      action: string;
      target: string;
      request_id: string;
    }[];
    return all.filter(({ target }) => target === `device/${device_id.replace("crowdstrike:", "")}`);
  }
}
