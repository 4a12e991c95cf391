/** The findings of the device that a search is about, and what the search may say of that device. */

import type { Matched } from "../../toolkit/read.ts";
import type { Upstream } from "../../toolkit/upstream/upstream.ts";
import { foundOn, type Resolved, resolved } from "./assets.ts";
import { asSerial, deviceCalled, type ScannedDevice } from "./devices.ts";
import type { Finding } from "./schemas.ts";

/** A device as far as the scanner knows it. */
export class OnDevice {
  readonly #listed: Resolved;
  readonly #ids: ReadonlySet<string>;
  /** What findings are looked at for, where the list of assets doesn't say it all. */
  readonly #sought: readonly ScannedDevice[];
  readonly #found = new Map<string, Matched>();

  constructor(device: ScannedDevice, listed: Resolved) {
    this.#listed = listed;
    this.#ids = new Set(listed.matched.map(({ id }) => id));
    const serial = listed.matched.length === 0 ? asSerial(device) : null;
    this.#sought = [...(listed.whole ? [] : [device]), ...(serial === null ? [] : [serial])];
  }

  /**
   * Looks a device up.
   * @throws Failure `invalid_input` for another vendor's id
   */
  static async called(name: string, upstream: Upstream): Promise<OnDevice> {
    const device = deviceCalled(name);
    return new OnDevice(device, await resolved(upstream, device));
  }

  /** It is none of the scanner's assets, and no finding could show otherwise. */
  get isNowhere(): boolean {
    return this.#ids.size === 0 && this.#sought.length === 0;
  }

  /** An address by which an export can be narrowed to it, or `null`. */
  get address(): string | null {
    return this.#sought.length === 0 ? this.#listed.address : null;
  }

  /** When the scanner last saw it, as far as it says. ISO 8601. */
  get as_of(): string | null {
    return this.#listed.as_of;
  }

  /** How many of the scanner's assets could not be read, and may be it. */
  get unreadable(): number {
    return this.#listed.unreadable;
  }

  has(finding: Finding): boolean {
    if (this.#ids.has(finding.asset.uuid)) return true;
    const [match] = this.#sought.flatMap((device) => foundOn(finding, device) ?? []);
    if (match === undefined) return false;
    this.#found.set(match.id, match);
    return true;
  }

  /** Which assets were taken to be it; `null` where there may be some that aren't listed. */
  get matched(): readonly Matched[] | null {
    const matched = [...this.#listed.matched, ...this.#found.values()];
    return matched.length === 0 && !this.#listed.whole ? null : matched;
  }

  /** Whether a look at all findings, none of which was on it, shows that it is no asset. */
  get isAssetOnlyIfFound(): boolean {
    return this.#ids.size === 0 && this.#listed.whole;
  }
}
