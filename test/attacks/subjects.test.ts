/** Whoever has a name at the identity provider that could be taken for somebody else's. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { personKey } from "../../src/auth/person-key.ts";

const issuer = "https://id.acme.test";

describe("a userId with separators", () => {
  it("never holds what the OAuth provider splits its tokens and keys at", () => {
    for (const subject of [
      "a:b",
      "a:b:c",
      "google-oauth2|1",
      "a/b",
      "../b",
      "a%3Ab",
      "a\nb",
      "a\u0000b",
      "",
      "ü",
      "👩‍💻",
    ]) {
      expect(personKey(issuer, subject)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    }
  });

  it("two subjects never share an object, however they are written, at one provider or at two", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "b", ":", "|", "/", "\n", "\\", " ", "%", "A", "ä", "a\u0308"),
    });
    const provider = fc.webUrl();
    fc.assert(
      fc.property(
        fc.tuple(provider, text),
        fc.tuple(provider, text),
        ([issuer, subject], [other, another]) => {
          fc.pre(issuer !== other || subject !== another);
          expect(personKey(issuer, subject)).not.toBe(personKey(other, another));
        },
      ),
      { seed: 6, numRuns: 1_000 },
    );
  });
});
