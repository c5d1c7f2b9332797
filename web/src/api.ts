// The HTTP API as the page sees it: shapes, one fetch that aborts, and errors in words.
// Addresses are relative, so that the page works wherever a proxy puts it.
import { settings, update } from './settings';

export interface Evidence {
  value: number;
  contribution: number;
}

export interface Result {
  rank: number;
  score: number;
  id: string;
  repo: string;
  path: string;
  start_line: number; // 1-based, inclusive
  end_line: number;
  language: string;
  kind: string;
  name: string;
  qualified_name: string;
  signature: string;
  doc: string;
  code: string; // empty in an index without source
  why: Record<string, Evidence>;
}

export interface Count {
  value: string;
  count: number;
}

export const filterNames = ['repo', 'lang', 'kind', 'path'] as const;
export type FilterName = (typeof filterNames)[number];
export type Filters = Record<FilterName, string[]>;

export interface Answer {
  query: string;
  took_ms: number;
  index: { version: number | string; model: string };
  label?: string; // of the index that answered, from the header of the answer
  degraded?: string;
  not_reranked?: string;
  results: Result[];
  next_cursor?: string;
  facets?: Partial<Record<FilterName, Count[]>>;
}

export interface Links {
  forge?: string;
  editor_path?: string;
}

export interface OutlineEntry {
  id: string;
  kind: string;
  name: string;
  qualified_name: string;
  start_line: number;
  end_line: number;
}

export interface FileAnswer {
  repo: string;
  path: string;
  language: string;
  lines: number;
  bytes: number;
  text?: string; // absent in an index without source
  outline: OutlineEntry[];
  links: Links;
}

export interface Repository {
  name: string;
  revision?: string;
  url?: string;
  files: number;
  functions: number;
  languages: Count[];
}

export interface Suggestion {
  query: string;
  source: string;
}

export interface Status {
  version: string;
  index: {
    version: number | string;
    created?: string;
    age_seconds?: number;
    model?: string;
    dimensions?: number;
    functions?: number;
    files?: number;
    repositories?: number;
    bytes?: number;
    has_source?: boolean;
  };
  uptime_seconds: number;
  queries?: Record<string, unknown>;
  capabilities?: Record<string, unknown>;
}

export interface Quality {
  queries_total: number;
  per_minute: number[];
  latency_ms: { p50: number; p95: number; p99: number };
  zero_results: { query: string; count: number }[];
  top_queries: { query: string; count: number }[];
  click_through?: number | null;
  mrr?: number | null;
  by_version: Record<string, unknown>[];
}

// What went wrong, told to the reader: the server's own words where it sent a problem document.
export class Failure extends Error {
  constructor(
    readonly status: number, // 0: the server was not reached
    message: string,
  ) {
    super(message);
  }
}

type Parameters = Record<string, string | number | string[] | undefined>;

export function address(path: string, parameters: Parameters = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) value.forEach((each) => search.append(name, each));
    else if (value !== undefined && value !== '') search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('Accept', 'application/json');
  if (settings.value.key) headers.set('Authorization', `Bearer ${settings.value.key}`);
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: 'same-origin' });
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    throw new Failure(0, 'The server does not answer. Is `quarry serve` still running?');
  }
  if (!response.ok) throw new Failure(response.status, await reason(response));
  return response;
}

async function reason(response: Response): Promise<string> {
  try {
    const problem = await response.json();
    const text = problem.detail || problem.title;
    if (typeof text === 'string') return text;
  } catch {
    // Not a problem document: some proxy's page.
  }
  return `The server answered ${response.status} ${response.statusText}`.trim() + '.';
}

export async function get<T>(path: string, parameters?: Parameters, signal?: AbortSignal): Promise<T> {
  const response = await send(address(path, parameters), { signal: signal ?? null });
  return (await response.json()) as T;
}

// A draft is a question that is still being typed: the server answers it and does not count it as asked.
export async function search(path: string, parameters: Parameters, draft: boolean, signal?: AbortSignal): Promise<Answer> {
  const headers: HeadersInit = draft ? { 'Quarry-Draft': '1' } : {};
  const response = await send(address(path, parameters), { headers, signal: signal ?? null });
  return { ...((await response.json()) as Answer), label: response.headers.get('Quarry-Index') ?? undefined };
}

// A click or a verdict; the reader does not wait for it and is not told when it fails.
export function feedback(query: string, result: Result, verdict: 'click' | 'good' | 'bad', label: string | undefined) {
  if (!query) return;
  send('v1/feedback', {
    method: 'POST',
    keepalive: true,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, id: result.id, rank: result.rank, verdict, version: label }),
  }).catch(() => undefined);
}

export function useKey(key: string) {
  update({ key });
}
