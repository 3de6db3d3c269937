/** JSON decoders: every answer of the server is checked field by field, so a mismatch is a sentence and never an undefined deep in the UI. */

export class WireError extends Error {
  override name = "WireError";
}

export type Decoder<T> = (value: unknown, path: string) => T;
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

function refuse(expected: string, value: unknown, path: string): never {
  const got = value === null ? "null" : Array.isArray(value) ? "a list" : value === undefined ? "nothing" : typeof value;
  throw new WireError(`${path}: expected ${expected}, got ${got}`);
}

export const number: Decoder<number> = (value, path) => (typeof value === "number" ? value : refuse("a number", value, path));

export const text: Decoder<string> = (value, path) => (typeof value === "string" ? value : refuse("a text", value, path));

export const flag: Decoder<boolean> = (value, path) =>
  typeof value === "boolean" ? value : refuse("true or false", value, path);

export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null ? null : inner(value, path));
}

/** A field that may be absent or null. */
export function maybe<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null || value === undefined ? null : inner(value, path));
}

export function list<T>(inner: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) refuse("a list", value, path);
    return value.map((item: unknown, index) => inner(item, `${path}[${index}]`));
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function record<T>(inner: Decoder<T>): Decoder<Record<string, T>> {
  return (value, path) => {
    if (!isRecord(value)) refuse("an object", value, path);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item, `${path}.${key}`)]));
  };
}

export function word<W extends string>(...words: readonly W[]): Decoder<W> {
  return (value, path) => words.find((candidate) => candidate === value) ?? refuse(words.join(" or "), value, path);
}

export function object<S extends Record<string, Decoder<unknown>>>(shape: S): Decoder<{ [K in keyof S]: Decoded<S[K]> }> {
  return (value, path) => {
    if (!isRecord(value)) refuse("an object", value, path);
    const fields = Object.entries(shape).map(([key, inner]) => [key, inner(value[key], `${path}.${key}`)]);
    return Object.fromEntries(fields) as { [K in keyof S]: Decoded<S[K]> };
  };
}
