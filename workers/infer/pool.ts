/** Things that several users share: made for the first, let go of by the last. */

export interface Lease<T> {
  readonly value: T;
  /** To be called once. */
  release(): Promise<void>;
}

export interface Pool<T> {
  has(key: string): boolean;
  /** The thing of that key, made by `create` when nobody has it; without a key it is not shared. Takes of one key must not overlap. */
  take(key: string | undefined, create: () => Promise<T>): Promise<Lease<T>>;
}

/** An empty pool. `dispose` ends a thing that nobody uses any more. */
export function createPool<T>(dispose: (value: T) => Promise<void>): Pool<T> {
  const entries = new Map<string, { readonly value: T; users: number }>();
  return {
    has: (key) => entries.has(key),
    async take(key, create) {
      if (key === undefined) {
        const value = await create();
        return { value, release: () => dispose(value) };
      }
      const entry = entries.get(key) ?? { value: await create(), users: 0 };
      entries.set(key, entry);
      entry.users++;
      return {
        value: entry.value,
        async release() {
          entry.users--;
          if (entry.users > 0) return;
          entries.delete(key);
          await dispose(entry.value);
        },
      };
    },
  };
}
