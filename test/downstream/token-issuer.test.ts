import { describe, expect, test } from "vitest";
import { issued, TokenIssuer } from "../../src/downstream/token-issuer.ts";
import type { Failure } from "../../src/toolkit/failure.ts";
import type { AccessToken } from "../../src/toolkit/upstream/credential.ts";
import { credentialRejected, rateLimited, unavailable } from "../../src/toolkit/upstream/failures.ts";
import { Clock, exampleVendor as vendor } from "./example-vendor.ts";

const LIFE_MS = 30 * 60_000;

/** A vendor's token endpoint whose answers wait to be let go. */
class Mint {
  readonly clock = new Clock();
  readonly issuer = new TokenIssuer(() => this.#mint(), this.clock.now);
  asked = 0;
  failure: Failure | null = null;
  /** While set, no answer leaves. */
  gate: Promise<void> = Promise.resolve();

  async #mint(): Promise<AccessToken> {
    this.asked += 1;
    const nth = this.asked;
    await this.gate;
    if (this.failure !== null) throw this.failure;
    return { token: `token-${nth}`, expires_at: this.clock.now() + LIFE_MS };
  }

  async token(stale: string | null = null): Promise<string> {
    return (await this.issuer.token(stale)).token;
  }
}

const revoked = () => credentialRejected(vendor, { operation: "token", credential: "example.read" }, 403);

describe("a token", () => {
  test("is minted once for all who wait for it", async () => {
    const mint = new Mint();
    const gate = Promise.withResolvers<void>();
    mint.gate = gate.promise;
    const waiting = Array.from({ length: 20 }, () => mint.token());
    gate.resolve();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(["token-1"]));
    expect(mint.asked).toBe(1);
  });

  test("is handed out again while it is good", async () => {
    const mint = new Mint();
    await mint.token();
    mint.clock.advance(LIFE_MS * 0.79);
    expect(await mint.token()).toBe("token-1");
    expect(mint.asked).toBe(1);
  });

  test("is renewed in the last fifth of its life, while nobody waits", async () => {
    const mint = new Mint();
    await mint.token();
    mint.clock.advance(LIFE_MS * 0.81);
    expect(await mint.token()).toBe("token-1");
    expect(mint.asked).toBe(2);
    await expect.poll(() => mint.issuer.held?.token).toBe("token-2");
    expect(await mint.token()).toBe("token-2");
  });

  test("is waited for once the old one has ended", async () => {
    const mint = new Mint();
    await mint.token();
    mint.clock.advance(LIFE_MS);
    expect(await mint.token()).toBe("token-2");
  });

  test("stays in use while its renewal fails for the moment, and the next renewal waits a little", async () => {
    const mint = new Mint();
    await mint.token();
    mint.failure = unavailable(vendor);
    mint.clock.advance(LIFE_MS * 0.9);
    expect(await mint.token()).toBe("token-1");
    await expect.poll(() => mint.asked).toBe(2);
    expect(await mint.token()).toBe("token-1");
    expect(mint.asked).toBe(2);
    mint.clock.advance(5_000);
    await mint.token();
    expect(mint.asked).toBe(3);
  });

  test("that the vendor refused is replaced once, by whoever says so first", async () => {
    const mint = new Mint();
    await mint.token();
    const replaced = await Promise.all([mint.token("token-1"), mint.token("token-1"), mint.token("token-1")]);
    expect(replaced).toEqual(["token-2", "token-2", "token-2"]);
    expect(await mint.token("token-1")).toBe("token-2");
    expect(mint.asked).toBe(2);
  });
});

describe("a refused credential", () => {
  test("is remembered for five seconds, so that the vendor isn't stormed", async () => {
    const mint = new Mint();
    mint.failure = revoked();
    for (let nth = 0; nth < 10; nth++) {
      await expect(mint.token()).rejects.toMatchObject({ code: "credential_rejected" });
    }
    expect(mint.asked).toBe(1);
    mint.failure = null;
    mint.clock.advance(5_000);
    expect(await mint.token()).toBe("token-2");
  });

  test("takes the token that it issued before with it", async () => {
    const mint = new Mint();
    await mint.token();
    mint.failure = revoked();
    mint.clock.advance(LIFE_MS * 0.81);
    await mint.token();
    await expect.poll(() => mint.issuer.held).toBeNull();
    await expect(mint.token()).rejects.toMatchObject({ code: "credential_rejected" });
  });
});

test("a token endpoint that limits its rate is left alone for as long as it asks", async () => {
  const mint = new Mint();
  mint.failure = rateLimited(vendor, { retry_after_ms: 30_000 });
  await expect(mint.token()).rejects.toMatchObject({ code: "rate_limited" });
  mint.clock.advance(29_999);
  await expect(mint.token()).rejects.toMatchObject({ code: "rate_limited" });
  expect(mint.asked).toBe(1);
  mint.failure = null;
  mint.clock.advance(1);
  expect(await mint.token()).toBe("token-2");
});

test("a failure that passes isn't remembered", async () => {
  const mint = new Mint();
  mint.failure = unavailable(vendor);
  await expect(mint.token()).rejects.toMatchObject({ code: "upstream_unavailable" });
  mint.failure = null;
  expect(await mint.token()).toBe("token-2");
});

describe("the time to renew", () => {
  const at = 1_000_000;

  test.each([
    ["a fifth of its life before its end", 30 * 60_000, 24 * 60_000],
    ["a minute before its end, if that is sooner", 4 * 60_000, 3 * 60_000],
    ["half of its life, if it lives no two minutes", 40_000, 20_000],
  ])("is %s", (_, life_ms, expected) => {
    expect(issued({ token: "t", expires_at: at + life_ms }, at).renew_at).toBe(at + expected);
  });
});
