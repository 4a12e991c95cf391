/** Takes secrets out of texts that vendors and callers wrote, by the forms that secrets have. */
import type { Json } from "../json.ts";

/**
 * Secrets that turn up in what vendors report: a command line in an alert, a key pasted into a ticket. A model has
 * no use for them, and whatever it is talked into can't pass on what it never saw.
 *
 * Each form is one that its issuer documents and that little else looks like. A text is searched for the words that
 * forms begin with, and a form is only tried where one stands: no text is read more than a few times over.
 */
interface Form {
  /** Of the kind of secret. Without one, the form's second group says it. */
  readonly name?: string;
  /** From the first character on. A group, where there is one, is what stays before the mark. */
  readonly at: RegExp;
  /** It begins a word: what looks like it within one is part of something else. */
  readonly word?: true;
  /** It goes on from there to the line that ends it, or to the end of a text that was cut short. */
  readonly through?: string;
}

const FORMS: readonly Form[] = [
  // RFC 7468.
  {
    name: "private key",
    at: /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/y,
    through: "-----END ",
  },
  // RFC 7519, 7516: a header that begins with `{"` in base64url, and two to four parts more.
  { name: "jwt", at: /eyJ[\w-]{8,}\.[\w-]{2,}\.[\w-]*(?:\.[\w-]+){0,2}/y, word: true },
  { name: "aws key", at: /A[KS]IA[A-Z0-9]{16,}/y, word: true },
  { name: "github token", at: /(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/y, word: true },
  { name: "gitlab token", at: /gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat)-[\w-]{20,}/y, word: true },
  { name: "npm token", at: /npm_[A-Za-z0-9]{30,}/y, word: true },
  { name: "vault token", at: /hv[bsr]\.[\w-]{20,}/y, word: true },
  { name: "slack token", at: /xox[a-z]-[\w-]{10,}/y, word: true },
  { name: "slack webhook", at: /(hooks\.slack\.com\/(?:services|workflows)\/)[\w/]{8,}/y },
  { name: "google key", at: /(?:AIza[\w-]{35,}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})/y, word: true },
  { name: "api key", at: /[rs]k[-_](?:live|test|ant|proj)[-_][\w-]{16,}/y, word: true },
  // Azure's shared access signatures: an HMAC in base64, written for a URL.
  { name: "sas signature", at: /(sig=)[\w%+/=-]{20,}/iy, word: true },
  // The signatures of addresses that Amazon and Google sign.
  { name: "signature", at: /(?<=\bx-(?:amz|goog)-)(signature=)[\w%]{20,}/iy },
  // RFC 6750, 7617, and the schemes of Okta, Elastic and GitHub. A digit, because English words follow "bearer", too.
  {
    name: "token",
    at: /((?:bearer|basic|ssws|apikey|token)[ :]{1,3})(?=[A-Z_a-z.~+/=-]{0,512}\d)[\w.~+/=-]{16,}/iy,
    word: true,
  },
  // RFC 6265: pairs, as a browser sends them or a server sets them.
  {
    name: "cookie",
    at: /((?:set-)?cookie2?:\s{0,4})[^\s;"'=…⟦⟧]{1,128}=[^\s;"'…⟦⟧]{0,4096}(?:;\s?[^\s;"'=…⟦⟧]{1,128}=[^\s;"'…⟦⟧]{0,4096}){0,99}/iy,
    word: true,
  },
  // RFC 3986 §3.2.1: what stands between the colon and the @.
  { name: "password", at: /(:\/\/[^\s/:@?#]{0,256}:)[^\s/@?#]{1,512}(?=@)/y },
  { name: "aws secret key", at: /((?<=secret_access_)key["']?\s{0,4}[:=]\s{0,4}["']?)[\w/+=]{16,}/iy },
  // JSON, JSON within JSON, settings. Up to the quote that ends it: such a value may have spaces.
  {
    at: /((password|passphrase|passwd|pwd|secret|token|(?<=(?:api|access|account|private|secret|shared)[_ -]?)key)\\?["']?\s{0,4}[:=]\s{0,4}\\?["'])(?!\[redacted: )[^"'\\…⟦⟧]{4,}/iy,
  },
  // Headers, YAML, command lines. Words that prose uses with a colon, too, only where their name says more.
  {
    at: /((password|passphrase|passwd|pwd|secret|(?<=[a-z]{2}[_-])token|(?<=(?:api|access|account|private|secret|shared)[_ -]?)key)\\?["']?\s{0,4}[:=]\s{0,4})(?!\[redacted: )[^\s"'\\&;…⟦⟧]{4,}(?<!,)/iy,
  },
  // Command lines, where a value stands behind its option: up to the quote that ends it, or to the next space.
  {
    at: /(?<=(?:^|[\s"'])(?:--?|\/)[\w-]{0,64})((password|passphrase|passwd|pwd|secret|token|(?<=(?:api|access|account|private|secret|shared)[_-]?)key)\s{1,4}["']?)(?!-)(?:(?<=["'])(?:(?!\[redacted: )[^"'…⟦⟧]){4,}|(?:(?!\[redacted: )[^\s"'…⟦⟧]){4,})/iy,
  },
  // curl and its like: a name, a colon, a password. And a program that is there for nothing else.
  {
    name: "password",
    at: /(?<=^|[\s"'])((?:(?:-u|--user)[\s=]{1,4}["']?(?!-)[^\s:="'…⟦⟧]{1,128}:|sshpass\s{1,4}-p\s{0,4}["']?))(?!\/\/|\[redacted: )[^\s"'\\…⟦⟧]{4,}/iy,
  },
  // The same, cut short: only where it begins an option, or ends a variable's name.
  {
    name: "password",
    at: /((?:(?<=_)pass\\?["']?\s{0,4}[:=]\s{0,4}|(?<=(?<![\w-])(?:--?|\/))pass(?:[:=]|\s{1,4})|(?<=^|[\s"'])(?:-pw|\/rp)\s{1,4})["']?)(?![-/])(?:(?!\[redacted: )[^\s"'&;…⟦⟧]){4,}/iy,
  },
  // Windows: a password that no option names, behind an account or a share. Prose has nets and users, too.
  {
    name: "password",
    at: /((?<=^|["'\\/&|;(]\s?|\/[ck]\s|-command\s)net1?(?:\.exe)?["']?\suser\s(?:\/\w{1,16}\s)?[\w.@$-]{1,64}\s["']?)(?![/*])(?:(?!\[redacted: )[^\s"'…⟦⟧]){4,}/iy,
    word: true,
  },
  {
    name: "password",
    at: /(net1?(?:\.exe)?["']?\suse\s(?:[a-z*]:?\s)?\\\\[^\s[\]"'…⟦⟧]{1,64}\s(?:\/[^\s[\]"'…⟦⟧]{1,64}\s)?["']?)(?![/*])(?:(?!\[redacted: )[^\s"'…⟦⟧]){4,}/iy,
    word: true,
  },
  // Programs in which one letter stands for a password, and for something else in others.
  {
    name: "password",
    at: /((?:ps|pa)exec(?:64)?(?:\.exe)?["']?(?:\s(?!-p\s)[^\s[…⟦⟧]{1,64}){0,6}\s-p\s["']?)(?!-)(?:(?!\[redacted: )[^\s"'…⟦⟧]){4,}/iy,
  },
  {
    name: "password",
    at: /((?<=[\s"'])\/u:[^\s[\]…⟦⟧]{1,64}\s(?:\/d:[^\s[\]…⟦⟧]{1,64}\s)?\/p:["']?)(?!-)(?:(?!\[redacted: )[^\s"'…⟦⟧]){4,}/iy,
  },
  // PowerShell: a literal. A variable holds what isn't seen.
  {
    name: "password",
    at: /(convertto-securestring\s{1,4}(?:-(?:string|asplaintext|force)\s{1,4}){0,3})(?![-/$(])(?:["'](?:(?!\[redacted: )[^"'…⟦⟧]){4,}["']?|(?:(?!\[redacted: )[^\s"'…⟦⟧]){4,})/iy,
  },
  // A hash or a ticket that signs in like the password itself.
  {
    name: "key",
    at: /((?<=[\s"'])(?:\/(?:ntlm|rc4|aes128|aes256|krbtgt|ticket):|-hashes\s{1,4}))[\w+/=:-]{16,}/iy,
  },
  // Forms and addresses.
  { at: /((token|key)["']?=["']?)(?!\[redacted: )[^\s"'&;…⟦⟧]{4,}/iy },
];

/** Where a form may begin. Of no width: one form's first word may hold another's. */
const BEGINNING =
  /(?=-----BEGIN |eyJ|A[KS]IA|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat)-|npm_|hv[bsr]\.|xox[a-z]-|hooks\.slack\.|AIza|ya29\.|GOCSPX-|[rs]k[-_]|sig(?:nature)?=|-u[\s=]|--user[\s=]|sshpass\s|(?<=[_/-])pass["'\\=:\s]|-pw\s|\/rp\s|net1?(?:\.exe)?["']?\suser?\s|(?:ps|pa)exec|\/u:|convertto-securestring\s|\/(?:ntlm|rc4|aes128|aes256|krbtgt|ticket):|-hashes\s|(?:bearer|basic|ssws|apikey)[ :]|(?:set-)?cookie2?:|:\/\/|(?:password|passphrase|passwd|pwd|secret|token|key)\\?["']?[=:\s])/gi;

const WORD = /[\w-]/;

/** The text with each secret replaced by what it was: `[redacted: jwt]`. Twice is as good as once. Pure. */
export function withoutSecrets(text: string): string {
  let kept = "";
  let end = 0;
  for (const { index } of text.matchAll(BEGINNING)) {
    if (index < end) continue;
    const secret = secretAt(text, index);
    if (secret === null) continue;
    // What stands before may be an account and other options, with secrets of their own.
    kept += `${text.slice(end, index)}${withoutSecrets(secret.before)}[redacted: ${secret.name}]`;
    end = secret.end;
  }
  return end === 0 ? text : kept + text.slice(end);
}

/** The same for every text in a value, however deep. For what is kept for good: nobody can take a secret out again. */
export function withoutSecretsIn(value: Json): Json {
  if (typeof value === "string") return withoutSecrets(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutSecretsIn);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutSecretsIn(item)]));
}

interface Secret {
  readonly name: string;
  /** What is no secret, such as the name that it goes by. */
  readonly before: string;
  /** Where the text goes on. */
  readonly end: number;
}

function secretAt(text: string, index: number): Secret | null {
  const within_word = WORD.test(text.charAt(index - 1));
  for (const { name, at, word, through } of FORMS) {
    if (word === true && within_word) continue;
    at.lastIndex = index;
    const match = at.exec(text);
    if (match === null) continue;
    const end = index + match[0].length;
    return {
      name: name ?? kindOf(match[2] ?? ""),
      before: match[1] ?? "",
      end: through === undefined ? end : endOf(text, end, through),
    };
  }
  return null;
}

/** What sort of secret goes by a word: every abbreviation of a password is one. */
function kindOf(word: string): string {
  return /^p/i.test(word) ? "password" : word.toLowerCase();
}

function endOf(text: string, from: number, through: string): number {
  const last = text.indexOf(through, from);
  const end = last < 0 ? -1 : text.indexOf("-----", last + through.length);
  return end < 0 ? text.length : end + "-----".length;
}
