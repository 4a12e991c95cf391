/** Devices that a responder may contain on their own word: online, and of low criticality. */
export class Devices {
  readonly #ids: string[];

  private constructor(ids: string[]) {
    this.#ids = ids;
  }

  /** Those of a lab, as seeded. */
  static async of(labUrl: string): Promise<Devices> {
    const { hosts } = (await (await fetch(`${labUrl}/estate`)).json()) as {
      hosts: { id: string; online: boolean; criticality: string }[];
    };
    return new Devices(
      hosts.filter(({ online, criticality }) => online && criticality === "low").map(({ id }) => id),
    );
  }

  /** One that nobody took before. @throws Error when there is none left */
  take(): string {
    const id = this.#ids.pop();
    if (id === undefined) throw new Error("the lab has no device left");
    return id;
  }
}
