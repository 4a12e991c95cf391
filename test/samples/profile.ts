/** What records look like: which fields they have, how often, and of which type. Pure. */

/** One field over many records. Its path has `[]` for the elements of a list. */
export interface Field {
  /** Records, or elements, in which it could stand. */
  readonly possible: number;
  readonly present: number;
  readonly nulls: number;
  readonly types: ReadonlySet<string>;
  /** Its texts, where they are few. */
  readonly words: ReadonlySet<string>;
}

export type Profile = ReadonlyMap<string, Field>;

/** A field with more different texts than this holds no words from a list. */
const MOST_WORDS = 12;

interface Gathering {
  present: number;
  nulls: number;
  readonly types: Set<string>;
  readonly words: Set<string>;
}

/** The fields of `records`, nested ones included. */
export function profileOf(records: readonly unknown[]): Profile {
  const fields = new Map<string, Gathering>();
  /** How many objects there were at a path: so often could their fields have been present. */
  const objects = new Map<string, number>();
  const look = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const item of value) look(item, `${path}[]`);
    else if (typeof value === "object" && value !== null) {
      objects.set(path, (objects.get(path) ?? 0) + 1);
      for (const [name, inner] of Object.entries(value)) {
        const at = path === "" ? name : `${path}.${name}`;
        const field = fields.get(at) ?? { present: 0, nulls: 0, types: new Set(), words: new Set() };
        fields.set(at, field);
        field.present += 1;
        if (inner === null) field.nulls += 1;
        else field.types.add(Array.isArray(inner) ? "list" : typeof inner);
        if (typeof inner === "string") field.words.add(inner);
        look(inner, at);
      }
    }
  };
  for (const record of records) look(record, "");
  return new Map(
    [...fields].map(([path, field]) => {
      const parent = path.includes(".") ? path.slice(0, path.lastIndexOf(".")) : "";
      const words = field.words.size > MOST_WORDS ? new Set<string>() : field.words;
      return [path, { ...field, words, possible: objects.get(parent) ?? field.present }];
    }),
  );
}

/**
 * How what a simulator writes differs from what the vendor sends, as sentences. Only fields that both have are
 * compared: a simulator may know fewer fields, and the samples are few.
 */
export function differencesBetween(simulated: Profile, real: Profile): string[] {
  return [...simulated].flatMap(([path, ours]) => {
    const theirs = real.get(path);
    if (theirs === undefined) return [];
    const found: string[] = [];
    const always = ours.present === ours.possible && ours.nulls === 0;
    const sometimes = theirs.present < theirs.possible || theirs.nulls > 0;
    if (always && sometimes) found.push(`${path}: always written, and the vendor leaves it out or null`);
    const foreign = [...ours.types].filter((type) => !theirs.types.has(type));
    if (theirs.types.size > 0 && foreign.length > 0) {
      found.push(`${path}: ${foreign.join(", ")}, and the vendor sends ${[...theirs.types].join(", ")}`);
    }
    const spelled = new Map([...theirs.words].map((word) => [word.toLowerCase(), word]));
    for (const word of ours.words) {
      const right = spelled.get(word.toLowerCase());
      if (right !== undefined && right !== word && !theirs.words.has(word)) {
        found.push(`${path}: "${word}", and the vendor writes "${right}"`);
      }
    }
    return found;
  });
}
