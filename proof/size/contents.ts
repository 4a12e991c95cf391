/** What a bundle is made of, from what the bundler says of it. Pure. */

/** The part of esbuild's metafile that is read here. https://esbuild.github.io/api/#metafile */
export interface Metafile {
  readonly inputs: Readonly<Record<string, { readonly imports: readonly { readonly path: string }[] }>>;
  readonly outputs: Readonly<
    Record<
      string,
      {
        readonly entryPoint?: string;
        readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
      }
    >
  >;
}

/** One module that code in the bundle comes from. */
export interface BundledModule {
  /** Its path, without what leads to `node_modules`. */
  readonly path: string;
  /** The npm package that it belongs to, or `null` for the project's own. */
  readonly package: string | null;
  readonly bytes: number;
  /** The modules that lead to it, from the entry point on, each by its path. */
  readonly by_way_of: readonly string[];
}

/** The modules that left anything in the bundle, largest first. @throws Error for a metafile without an entry point */
export function modulesIn({ inputs, outputs }: Metafile): BundledModule[] {
  const output = Object.values(outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (output?.entryPoint === undefined) throw new Error("the metafile has no entry point");
  const imported_by = importers(inputs, output.entryPoint);
  return Object.entries(output.inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([input, { bytesInOutput: bytes }]) => {
      const path = withoutPlace(input);
      return {
        path,
        package: packageOf(path),
        bytes,
        by_way_of: wayTo(input, imported_by).map(withoutPlace),
      };
    })
    .sort((a, b) => b.bytes - a.bytes);
}

/** Bytes by package, largest first; the project's own code is `src`. */
export function bytesByPackage(modules: readonly BundledModule[]): [name: string, bytes: number][] {
  const sums = new Map<string, number>();
  for (const { package: name, bytes } of modules) {
    sums.set(name ?? "src", (sums.get(name ?? "src") ?? 0) + bytes);
  }
  return [...sums].sort(([, a], [, b]) => b - a);
}

/** For each module the one that leads to it by the fewest steps from `entry`. */
function importers(inputs: Metafile["inputs"], entry: string): ReadonlyMap<string, string> {
  const imported_by = new Map<string, string>();
  const queue = [entry];
  for (const from of queue) {
    for (const { path } of inputs[from]?.imports ?? []) {
      if (path === entry || imported_by.has(path)) continue;
      imported_by.set(path, from);
      queue.push(path);
    }
  }
  return imported_by;
}

function wayTo(input: string, imported_by: ReadonlyMap<string, string>): string[] {
  const way: string[] = [];
  for (let at = imported_by.get(input); at !== undefined; at = imported_by.get(at)) way.unshift(at);
  return way;
}

function packageOf(path: string): string | null {
  return /^((?:@[^/]+\/)?[^/]+)/.exec(path.split("node_modules/")[1] ?? "")?.[1] ?? null;
}

/** A nested package is known by its own name. */
function withoutPlace(input: string): string {
  const at = input.lastIndexOf("node_modules/");
  return at === -1 ? input : input.slice(at);
}
