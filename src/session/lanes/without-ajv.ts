/**
 * Stands where the 1.x SDK's server imports Ajv and its formats, for a default validator that it never makes here:
 * `legacy-server.ts` gives it another. Ajv generates code, which workerd forbids, so it could only be carried along.
 * `[alias]` in wrangler.toml puts this in their place.
 */
export default function withoutAjv(): never {
  throw new TypeError("Ajv generates code, which workerd forbids: give the server a validator.");
}
