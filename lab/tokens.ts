/** The bearer tokens that simulators issued. */
import { createHash, randomBytes } from "node:crypto";
import type { Storage } from "./storage.ts";

/** Bearer tokens that the simulated vendors issued. Kept as hashes, durable, so that a restart ends no session. */
export class Tokens {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Issues a token to an API client; it is good until `expiresAt` (epoch ms). */
  issue(vendor: string, clientId: string, expiresAt: number): string {
    const token = randomBytes(48).toString("base64url");
    this.#storage.run(
      "INSERT INTO tokens (vendor, hash, client_id, expires_at) VALUES (?, ?, ?, ?)",
      vendor,
      hash(token),
      clientId,
      expiresAt,
    );
    return token;
  }

  /** The client a token was issued to, or nothing if it is unknown, expired or revoked. */
  clientOf(vendor: string, token: string, now: number): string | undefined {
    return this.#storage.get<{ client_id: string }>(
      "SELECT client_id FROM tokens WHERE vendor = ? AND hash = ? AND expires_at > ?",
      vendor,
      hash(token),
      now,
    )?.client_id;
  }

  /** Revokes one token of a client. */
  revoke(vendor: string, clientId: string, token: string): void {
    this.#storage.run(
      "DELETE FROM tokens WHERE vendor = ? AND client_id = ? AND hash = ?",
      vendor,
      clientId,
      hash(token),
    );
  }

  /** Ends every token that a vendor issued so far. */
  expireAll(vendor: string): void {
    this.#storage.run("DELETE FROM tokens WHERE vendor = ?", vendor);
  }
}

const hash = (token: string) => createHash("sha256").update(token).digest("hex");
