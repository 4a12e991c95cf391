import { expect, test } from "vitest";
import { isPublicHost } from "../../../src/auth/registration/public-host.ts";

/** As the address is read before it is fetched. */
const hostOf = (address: string) => new URL(address).hostname;

test.each([
  "https://localhost/",
  "https://localhost./",
  "https://printer/",
  "https://app.localhost/",
  "https://router.lan/",
  "https://nas.local/",
  "https://db.internal/",
  "https://metadata.google.internal/",
  "https://host.home.arpa/",
  "https://127.0.0.1/",
  "https://127.1/",
  "https://2130706433/",
  "https://0x7f.0.0.1/",
  "https://0177.0.0.1/",
  "https://0/",
  "https://10.0.0.1/",
  "https://169.254.169.254/",
  "https://8.8.8.8/",
  "https://8.8.8.8./",
  "https://[::1]/",
  "https://[::ffff:10.0.0.1]/",
  "https://[fd00::1]/",
])("%s is no public name", (address) => {
  expect(isPublicHost(hostOf(address))).toBe(false);
});

test.each(["https://claude.ai/", "https://a.b.example:8443/", "https://xn--bcher-kva.example./"])(
  "%s is one",
  (address) => {
    expect(isPublicHost(hostOf(address))).toBe(true);
  },
);
