/** The estate's hosts, and since when those that are off have been. */
import type { Storage } from "../storage.ts";
import { type Host, hosts } from "./hosts.ts";

const seededAtKey = "estate/seeded_at";

/** The hosts and the time from which the absence of those that are switched off counts. */
export class Estate {
  readonly hosts = hosts;
  readonly #storage: Storage;
  readonly #now: () => number;
  readonly #byId = new Map(hosts.map((host) => [host.id, host]));

  constructor(storage: Storage, now: () => number) {
    this.#storage = storage;
    this.#now = now;
    storage.meta(seededAtKey, () => String(now()));
  }

  /** A host by its id. */
  host(id: string): Host | undefined {
    return this.#byId.get(id);
  }

  /** When a host was last heard of, epoch ms. An online host is always heard of in the last minutes. */
  lastSeen(host: Host): number {
    return (host.online ? this.#now() : this.seededAt()) - host.seenAgoMs;
  }

  /** When the estate was seeded, epoch ms. */
  seededAt(): number {
    return Number(this.#storage.meta(seededAtKey, () => String(this.#now())));
  }

  /** Puts everything back as seeded, as of now. */
  reset(): void {
    this.#storage.run("DELETE FROM changes");
    this.#storage.setMeta(seededAtKey, String(this.#now()));
  }
}
