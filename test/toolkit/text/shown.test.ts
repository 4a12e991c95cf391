import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hidesSomething, plainJson, visible } from "../../../src/toolkit/text/hidden.ts";
import { withoutSecrets } from "../../../src/toolkit/text/secrets.ts";
import { shown } from "../../../src/toolkit/text/shown.ts";

const SEED = 20_261_122;
const RUNS = 20_000;

/** Any text, with more of what matters here than chance would bring. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom("\u202e", "\u200b", "\u{e0041}", "\ud800", "⚠\ufe0f", "⟦", "⟧", "…", "🔒", "\n", "\0"),
      fc.constantFrom(
        "eyJhbGciOiJIUzI1NiJ9.",
        "AKIA",
        "://u:p@",
        "-----BEGIN PRIVATE KEY-----",
        "password=",
        "password: ",
        "Cookie: s=",
        "api_key: ",
        '"token": "',
        "net user bob ",
        "psexec a -p ",
        "_pass=",
      ),
      fc.string({ unit: fc.constantFrom(..."abcXYZ019_-./:@="), maxLength: 40 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

/** Default_Ignorable_Code_Point, as DerivedCoreProperties.txt of Unicode 16 lists it; and the blank Braille pattern. */
const IGNORABLE = [
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x061c, 0x061c],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x2800, 0x2800],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfff8],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
] as const;

describe("hidden characters", () => {
  test.each([
    ["a direction mark", "web\u202e01", "web⟦U+202E⟧01"],
    ["a zero-width space", "ad\u200bmin", "ad⟦U+200B⟧min"],
    ["a sentence in tags", "ok\u{e0041}\u{e0042}", "ok⟦U+E0041⟧⟦U+E0042⟧"],
    ["half of a character", "a\ud800b", "a⟦U+D800⟧b"],
    ["an escape sequence", "\u001b[2J", "⟦U+001B⟧[2J"],
    ["a letter that is drawn as nothing", "a\u3164\u2800b", "a⟦U+3164⟧⟦U+2800⟧b"],
    ["selectors that spell out bytes", "A\u{e0101}\ufe01", "A⟦U+E0101⟧⟦U+FE01⟧"],
    ["a line separator", "a\u2028b", "a⟦U+2028⟧b"],
    ["a joiner between words", "a\u200db", "a⟦U+200D⟧b"],
    ["a joiner that joins nothing", "🔒\u200d", "🔒⟦U+200D⟧"],
  ])("%s is written out", (_what, text, seen) => {
    expect(visible(text)).toBe(seen);
    expect(hidesSomething(text)).toBe(true);
  });

  test.each([
    "web-01.acme.test",
    "Zoë Kříž",
    "東京サーバー",
    "⚠️ Malware",
    "🔒",
    "👩🏽‍💻",
    "👁️‍🗨️",
    "a b\tc\nd",
    "مضيف",
  ])("%j stays as it is", (text) => {
    expect(visible(text)).toBe(text);
    expect(hidesSomething(text)).toBe(false);
  });

  test("are all that Unicode has readers ignore, and what is drawn as nothing besides", () => {
    for (const [first, last] of IGNORABLE) {
      for (let code = first; code <= last; code += 1) {
        const hidden = String.fromCodePoint(code);
        expect(hidesSomething(`a${hidden}b`), code.toString(16)).toBe(true);
      }
    }
  });

  test("leave JSON one line that says the same", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = plainJson(JSON.stringify({ text }));
        expect(JSON.parse(plain)).toEqual({ text });
        expect(hidesSomething(plain)).toBe(false);
        expect(plain).not.toContain("\n");
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});

describe("secrets", () => {
  const jwt = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.${"eyJzdWIiOiIxMjM0NTY3ODkwIn0"}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P`;
  test.each([
    ["private key", "a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b", "a [] b"],
    ["private key", "a -----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1r", "a []"],
    ["jwt", `session s=${jwt}; path=/`, "session s=[]; path=/"],
    ["token", "curl -H 'Authorization: Bearer 0123456789abcdef.XYZ'", "curl -H 'Authorization: Bearer []'"],
    ["token", "Authorization: Basic dXNlcjpwYXNzd29yZDEyMw==", "Authorization: Basic []"],
    ["aws key", `id ${"AKIA"}IOSFODNN7EXAMPLE.`, "id []."],
    ["github token", `git clone ${"ghp_"}${"a1B2".repeat(9)}`, "git clone []"],
    ["slack token", `${"xoxb-"}123456789012-abcdefABCDEF`, "[]"],
    ["google key", `key ${"AIza"}${"Sy0-".repeat(9)}`, "key []"],
    ["password", "postgres://app:hunter2@db.acme.test/x", "postgres://app:[]@db.acme.test/x"],
    ["password", "net use /user:bob password=Summer2026!", "net use /user:bob password=[]"],
    ["password", '{"user":"bob","password": "Summer of 2026!"}', '{"user":"bob","password": "[]"}'],
    ["password", "Password: hunter2, user: bob", "Password: [], user: bob"],
    ["password", "password = 'Summer of 2026!'", "password = '[]'"],
    ["secret", "client_secret: 0123abcd", "client_secret: []"],
    ["secret", "client_secret=0123abcd&x=1", "client_secret=[]&x=1"],
    ["secret", '-d "{\\"client_secret\\":\\"0123abcd\\"}"', '-d "{\\"client_secret\\":\\"[]\\"}"'],
    ["key", "{'api_key' : 'abcd-efgh'}", "{'api_key' : '[]'}"],
    ["key", "curl -H 'X-API-Key: abcd-efgh'", "curl -H 'X-API-Key: []'"],
    ["key", "AccountName=acme;AccountKey=abcd+efgh==;x", "AccountName=acme;AccountKey=[];x"],
    ["token", "X-Auth-Token: abcdefgh", "X-Auth-Token: []"],
    ["token", "https://acme.test/?access_token=abcdefgh#top", "https://acme.test/?access_token=[]"],
    ["token", "Authorization: ApiKey VnVhQ2ZHY0JDZGJrU==", "Authorization: ApiKey []"],
    [
      "aws secret key",
      `aws_secret_access_key = ${"wJalrXUtnFEMI/K7MDENG/"}bPxRfiCYEXAMPLEKEY end`,
      "aws_secret_access_key = [] end",
    ],
    ["cookie", "curl -H 'Cookie: sid=0123abcd; lang=en' x", "curl -H 'Cookie: []' x"],
    ["cookie", "Set-Cookie: sid=0123abcd; Path=/ next", "Set-Cookie: [] next"],
    ["gitlab token", `clone with ${"glpat-"}${"a1B2-".repeat(4)}.`, "clone with []."],
    [
      "npm token",
      `//registry.npmjs.org/:_authToken ${"npm_"}${"a1B2".repeat(9)}`,
      "//registry.npmjs.org/:_authToken []",
    ],
    ["vault token", `VAULT_TOKEN is ${"hvs."}${"CAESIJ-x".repeat(4)}`, "VAULT_TOKEN is []"],
    [
      "sas signature",
      "https://acme.blob.core.windows.net/c/f?sv=2024-11-04&sp=r&sig=a1B2c3%2FD4e5F6g7H8i9J0k1L2m3%3D&se=1",
      "https://acme.blob.core.windows.net/c/f?sv=2024-11-04&sp=r&sig=[]&se=1",
    ],
    ["password", "mysql --password hunter2 -h db", "mysql --password [] -h db"],
    ["password", 'New-Thing -Password "Summer of 2026" -Force', 'New-Thing -Password "[]" -Force'],
    ["secret", "az login --client-secret 0123abcd", "az login --client-secret []"],
    ["token", "vault login --token abcdefgh", "vault login --token []"],
    ["key", "tool --api-key abcdefgh;", "tool --api-key []"],
    ["password", "curl -u bob:hunter2 https://acme.test", "curl -u bob:[] https://acme.test"],
    ["password", "curl --user 'bob:hunter2' x", "curl --user 'bob:[]' x"],
    ["password", "sshpass -p hunter2 ssh web-01", "sshpass -p [] ssh web-01"],
    ["token", "Authorization: token 0123456789abcdef0123", "Authorization: token []"],
    ["password", "net user bob P@ssw0rd1 /add", "net user bob [] /add"],
    [
      "password",
      "C:\\Windows\\net1.exe user /add bob Password /yes",
      "C:\\Windows\\net1.exe user /add bob [] /yes",
    ],
    ["password", "net use Z: \\\\srv\\c$ P@ssw0rd1 /user:bob", "net use Z: \\\\srv\\c$ [] /user:bob"],
    ["password", "net use \\\\srv\\c$ /user:bob Summer26", "net use \\\\srv\\c$ /user:bob []"],
    ["password", "cmdkey /add:srv /user:bob /pass:hunter2", "cmdkey /add:srv /user:bob /pass:[]"],
    ["password", "tool --pass hunter2 -v", "tool --pass [] -v"],
    ["password", "DB_PASS=hunter2 ./run", "DB_PASS=[] ./run"],
    ["password", '{"smtp_pass": "hunter2"}', '{"smtp_pass": "[]"}'],
    ["password", "plink -ssh bob@srv -pw hunter2", "plink -ssh bob@srv -pw []"],
    ["password", "schtasks /create /ru bob /rp hunter2 /tn x", "schtasks /create /ru bob /rp [] /tn x"],
    [
      "password",
      "psexec.exe \\\\srv -u bob -p hunter2 cmd -p 80800",
      "psexec.exe \\\\srv -u bob -p [] cmd -p 80800",
    ],
    ["password", "PsExec64 -p hunter2 cmd", "PsExec64 -p [] cmd"],
    ["password", "xfreerdp /u:bob /d:corp /p:hunter2 /v:srv", "xfreerdp /u:bob /d:corp /p:[] /v:srv"],
    [
      "password",
      "ConvertTo-SecureString 'Summer of 26' -AsPlainText",
      "ConvertTo-SecureString [] -AsPlainText",
    ],
    [
      "key",
      "sekurlsa::pth /user:bob /ntlm:0123456789abcdef0123456789abcdef",
      "sekurlsa::pth /user:bob /ntlm:[]",
    ],
    ["key", "secretsdump.py -hashes 0123456789abcdef:0123456789abcdef x", "secretsdump.py -hashes [] x"],
    [
      "signature",
      "https://b.s3.amazonaws.com/f?X-Amz-Expires=60&X-Amz-Signature=0123456789abcdef0123456789abcdef&x=1",
      "https://b.s3.amazonaws.com/f?X-Amz-Expires=60&X-Amz-Signature=[]&x=1",
    ],
  ])("a %s in what a vendor reports is not passed on", (name, text, seen) => {
    expect(withoutSecrets(text)).toBe(seen.replace("[]", `[redacted: ${name}]`));
  });

  test.each([
    "Bearer authentication is required",
    "basic-auth-was-used",
    "password: see the vault",
    "Cookie: none was set",
    "the token: a story of keys",
    "the password field is required",
    "- password reset for user bob",
    "--password-file /etc/secret --token -v",
    "curl -u https://acme.test",
    "docker run -u root -p 8080:80",
    "npm_config_registry",
    "net user bob /domain",
    "net user bob * /add",
    "the net user base grew 12%",
    "net use \\\\srv\\share /delete",
    "by-pass: maybe later, bypass=true1, one-pass 12345",
    "echo $DB_PASS is set here",
    "msbuild /p:Configuration=Release",
    "PsExec64.exe \\\\srv -s cmd.exe",
    "ConvertTo-SecureString $env:SECRET -AsPlainText",
    "design=modern",
    '{"key": "SEC-61", "token_type": "bearer"}',
    "https://acme.test:8443/a@b",
    "see RFC 7519 for eyJ",
    "op_01936d6e-0000-7000-8000-000000000000_AAAAAAAAAAAAAAAA",
    "4b5c6d7e8f901234567890abcdefabcd:ind:4b5c6d7e8f901234567890abcdefabcd:1-2-3",
  ])("%s is none", (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });
});

describe("reported text, as it is shown,", () => {
  test("is one line of no more than its length, with nothing hidden in it, and cut visibly", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 16, max: 60 }), (text, longest) => {
        const seen = shown(text, longest);
        expect(seen.length).toBeLessThanOrEqual(longest);
        expect(hidesSomething(seen) || /[\t\n\r]/.test(seen)).toBe(false);
        expect(seen.isWellFormed()).toBe(true);
      }),
      { seed: SEED, numRuns: RUNS },
    );
    expect(shown("a".repeat(100), 20)).toBe(`${"a".repeat(14)}…⟦cut⟧`);
  });

  test("is the same when it is shown again: a replay shows what the first answer showed", () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 16, max: 60 }), (text, longest) => {
        const once = shown(text, longest);
        expect(shown(once, longest)).toBe(once);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  test("is cut between what is written out, never within", () => {
    expect(shown(`${"a".repeat(10)}\u202e${"b".repeat(50)}`, 20)).toBe(`${"a".repeat(10)}…⟦cut⟧`);
    expect(shown(`${"a".repeat(13)}🔒${"b".repeat(50)}`, 20)).toBe(`${"a".repeat(13)}…⟦cut⟧`);
  });

  test("shows no part of a secret that its end cuts in two", () => {
    const secret = `AKIA${"IOSFODNN7EXAMPLE"}`;
    const seen = shown(`${"a".repeat(20)} ${secret} ${"b".repeat(50)}`, 40);
    expect(seen).not.toContain("AKIA");
  });
});
