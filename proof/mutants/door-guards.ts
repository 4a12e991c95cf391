/** Guards at the doors that are open to strangers, and the tests that fail without them. */
import type { Mutant } from "./mutant.ts";

const WAYS_IN = ["test/auth/ways-in.worker.test.ts"];
const REGISTRATION = ["test/auth/registration/registration.worker.test.ts"];
const SHARE = ["test/limits/fair-share.test.ts"];
const SPENDING = ["test/downstream/spending.worker.test.ts"];

/** What keeps strangers from filling the store, and one person from taking what is everybody's. */
export const DOOR_GUARDS: readonly Mutant[] = [
  {
    name: "an-address-for-every-knock",
    file: "src/auth/stranger-limits.ts",
    tests: ["test/auth/stranger-limits.worker.test.ts"],
    find: "networkOf(address)",
    replace: "address",
  },
  {
    name: "a-registration-of-any-size",
    file: "src/auth/registration/registration.ts",
    tests: REGISTRATION,
    find: "if (bytes === null) {",
    replace: "if (false) {",
  },
  {
    name: "registered-fields-of-any-length",
    file: "src/auth/registration/registration.ts",
    tests: REGISTRATION,
    find: "boundProblem(metadata) ?? callbackProblem(metadata)",
    replace: "callbackProblem(metadata)",
  },
  {
    name: "a-private-callback-that-gets-codes",
    file: "src/auth/sign-in/sign-in.ts",
    tests: WAYS_IN,
    find: "if (!mayGetCodes(redirectUri))",
    replace: "if (redirectUri.length < 0)",
  },
  {
    name: "a-link-to-a-private-callback",
    file: "src/auth/routes.ts",
    tests: WAYS_IN,
    find: "back !== undefined && mayGetCodes(back)",
    replace: "back !== undefined",
  },
  {
    name: "an-origin-that-reaches-the-console",
    file: "src/front.ts",
    tests: WAYS_IN,
    find: "FOR_CLIENTS.has(pathname) && ",
    replace: "",
  },
  {
    name: "a-vendor-for-one-person-alone",
    file: "src/limits/fair-share.ts",
    tests: SHARE,
    find: "return beyond <= 0 ?",
    replace: "return true ?",
  },
  {
    name: "no-room-for-who-comes-next",
    file: "src/limits/fair-share.ts",
    tests: SHARE,
    find: "Math.max(1, half, Math.floor(this.#per_minute / (people + 1)))",
    replace: "half",
  },
  {
    name: "a-share-that-nobody-keeps-to",
    file: "src/downstream/spending.ts",
    tests: SPENDING,
    find: "if (share_wait_ms > 0) {",
    replace: "if (false) {",
  },
  {
    name: "requests-that-are-nobodys",
    file: "src/downstream/spending.ts",
    tests: SPENDING,
    find: "if (wait_ms === 0) this.#count(person, 1);",
    replace: "",
  },
  {
    name: "a-title-of-letters-that-nobody-sees",
    file: "src/toolkit/title.ts",
    tests: ["test/toolkit/title.test.ts"],
    find: ".refine(isLegibleLine,",
    replace: ".refine(() => true,",
  },
  {
    name: "a-client-that-ends-its-quotation",
    file: "src/auth/registration/client-name.ts",
    tests: ["test/auth/registration/client-name.test.ts"],
    find: `.replace(QUOTES, "'")`,
    replace: "",
  },
  {
    name: "the-newest-requests-first",
    file: "src/console/operations/latest.ts",
    tests: ["test/console/waiting.worker.test.ts"],
    find: `order: "oldest_first", limit: PAGE`,
    replace: "limit: PAGE",
  },
];
