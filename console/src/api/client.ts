// The control API: every path of the OpenAPI document, typed by it. What goes wrong is a value, in the API's own words.

import { signal } from "@preact/signals";
import type { paths } from "./types.ts";

export const BASE = "/_waypost/v1";

/** What the API could not or would not do: `status` 0 means that there was no answer. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly sentence: string;
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** Return a result with its value made into another. */
export function mapped<T, U>(result: Result<T>, make: (value: T) => U): Result<U> {
  return result.ok ? { ok: true, value: make(result.value) } : result;
}

type Method = "get" | "post" | "put" | "patch" | "delete";
type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Operation<P extends string, M extends Method> = `${typeof BASE}${P}` extends infer F extends keyof paths
  ? paths[F][M]
  : never;

/** The paths that have this method, without the base: "/messages/{message_id}". */
export type PathOf<M extends Method> = {
  [F in keyof paths]: F extends `${typeof BASE}${infer P}` ? (paths[F][M] extends object ? P : never) : never;
}[keyof paths];

/** What a path answers when it does what was asked. */
export type Answer<P extends string, M extends Method> =
  Operation<P, M> extends { responses: { 200: { content: { "application/json": infer Body } } } } ? Body : unknown;

/** What a path takes. */
export type Body<P extends string, M extends Method> =
  Operation<P, M> extends { requestBody: { content: { "application/json": infer Given } } } ? Given : undefined;

type Params<P extends string> = P extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name | keyof Params<Rest>]: string }
  : unknown;

interface Wish<P extends string> {
  readonly params?: Params<P>;
  readonly query?: Query;
  readonly signal?: AbortSignal;
}

/** Whether there is a session: unknown until the first answer. A 401 from anywhere ends it. */
export const session = signal<"unknown" | "open" | "none">("unknown");

export const api = {
  get: <P extends PathOf<"get">>(path: P, wish?: Wish<P>) => ask<Answer<P, "get">>("GET", path, wish),
  post: <P extends PathOf<"post">>(path: P, body: Body<P, "post">, wish?: Wish<P>) =>
    ask<Answer<P, "post">>("POST", path, wish, body),
  /** Post a form: for what takes a file. */
  form: <P extends PathOf<"post">>(path: P, form: FormData, wish?: Wish<P>) => ask<Answer<P, "post">>("POST", path, wish, form),
  put: <P extends PathOf<"put">>(path: P, body: Body<P, "put">, wish?: Wish<P>) =>
    ask<Answer<P, "put">>("PUT", path, wish, body),
  /** Put the bytes of a file: what is in it is never read here. */
  file: <P extends PathOf<"put">>(path: P, file: Blob, wish?: Wish<P>) => ask<Answer<P, "put">>("PUT", path, wish, file),
  patch: <P extends PathOf<"patch">>(path: P, body: Body<P, "patch">, wish?: Wish<P>) =>
    ask<Answer<P, "patch">>("PATCH", path, wish, body),
  delete: <P extends PathOf<"delete">>(path: P, wish?: Wish<P>) => ask<Answer<P, "delete">>("DELETE", path, wish),
};

/** Return the address of a path: for links, images and what else the browser fetches by itself. */
export function addressOf(path: string, params: Readonly<Record<string, string>> = {}, query: Query = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return BASE + filled + (search ? `?${search}` : "");
}

interface Loose {
  readonly params?: unknown;
  readonly query?: Query;
  readonly signal?: AbortSignal;
}

async function ask<T>(method: string, path: string, wish: Loose = {}, body?: unknown): Promise<Result<T>> {
  const init: RequestInit = { method, credentials: "same-origin" };
  if (wish.signal) init.signal = wish.signal;
  if (body instanceof FormData) init.body = body;
  else if (body !== undefined) {
    init.body = body instanceof Blob ? body : JSON.stringify(body);
    init.headers = { "content-type": "application/json" };
  }
  const address = addressOf(path, wish.params as Record<string, string> | undefined, wish.query);
  let answer: Response;
  let text: string;
  try {
    answer = await fetch(address, init);
    text = await answer.text();
  } catch {
    return failed(0, "no_answer", "The server does not answer. Is it still running?");
  }
  if (answer.status === 401 && path !== "/session") session.value = "none";
  if (!answer.ok) return refused(answer.status, text);
  session.value = "open";
  return { ok: true, value: parsed(text) as T };
}

function refused(status: number, text: string): Result<never> {
  const error = (parsed(text) as { error?: { code?: string; message?: string } } | null)?.error;
  return failed(status, error?.code ?? "unknown", error?.message ?? `The server answered ${status} without a reason.`);
}

function failed(status: number, code: string, sentence: string): Result<never> {
  return { ok: false, failure: { status, code, sentence } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
