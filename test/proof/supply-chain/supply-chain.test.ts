import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { advisoriesIn } from "../../../proof/supply-chain/advisories.ts";
import { installationProblems } from "../../../proof/supply-chain/installation-problems.ts";
import { licenceProblems, needlessExceptions } from "../../../proof/supply-chain/licences.ts";
import { type Package, readInstallation } from "../../../proof/supply-chain/packages.ts";

const installation = readInstallation(join(import.meta.dirname, "../../.."));

const sound: Package = {
  name: "sound",
  version: "1.2.3",
  license: "MIT",
  integrity: "sha512-abc=",
  dev: false,
  hasInstallScript: false,
};

describe("what this project is made of", () => {
  it("is pinned to one version each, held against hashes, and runs no install script that nobody reviewed", () => {
    expect(installation.packages.length).toBeGreaterThan(0);
    expect(installationProblems(installation)).toEqual([]);
  });

  it("is under licences that were looked at, and no exception is kept for nothing", () => {
    expect(licenceProblems(installation.packages)).toEqual([]);
    expect(needlessExceptions(installation.packages)).toEqual([]);
  });
});

describe("the check of it", () => {
  const check = (changed: Partial<Package>, dependencies = {}, allowScripts = {}) =>
    installationProblems({ dependencies, allowScripts, packages: [{ ...sound, ...changed }] });

  it.each(["^1.2.3", "~1.2.3", "1.x", "*", "latest", ">=1", "git+https://example.test/a.git", "file:../a"])(
    "finds that %s is no version",
    (version) => {
      expect(check({}, { sound: version })).toEqual([expect.stringContaining("pin one version")]);
    },
  );

  it("takes an exact version, of a release or before one", () => {
    expect(check({}, { sound: "1.2.3", early: "0.2.0-alpha.12" })).toEqual([]);
  });

  it("finds what has no hash, or a weak one", () => {
    expect(check({ integrity: null })).toHaveLength(1);
    expect(check({ integrity: "sha1-abc=" })).toHaveLength(1);
  });

  it("finds an install script that nobody reviewed, and a review of none", () => {
    expect(check({ hasInstallScript: true })).toEqual([expect.stringContaining("nobody has reviewed")]);
    expect(check({ hasInstallScript: true }, {}, { sound: false })).toEqual([]);
    expect(check({}, {}, { sound: true })).toEqual([expect.stringContaining("no install script")]);
  });

  it.each([
    [null, 1],
    ["GPL-3.0-only", 1],
    ["MIT AND GPL-3.0-only", 1],
    ["SEE LICENSE IN LICENSE", 1],
    ["(MIT OR GPL-3.0-only)", 0],
    ["(MIT AND Zlib)", 0],
    ["Apache-2.0", 0],
  ])("of the licence %s finds %i problems", (license, found) => {
    expect(licenceProblems([{ ...sound, license }])).toHaveLength(found);
  });

  it("tells a clean audit from one that nobody answered", () => {
    expect(advisoriesIn('{"vulnerabilities":{}}')).toEqual({ asked: true, problems: [] });
    const found = '{"vulnerabilities":{"bad":{"severity":"high","range":"<2"}}}';
    expect(advisoriesIn(found)).toMatchObject({ problems: [expect.stringContaining("bad")] });
    for (const none of ["", "<html>", '{"message":"405 Method Not Allowed","error":{}}']) {
      expect(advisoriesIn(none).asked).toBe(false);
    }
  });
});
