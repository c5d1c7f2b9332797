// The question at hand and its answer: asks while one types, drops what is stale, keeps the old answer on screen
// until the new one is there.
import { batch, computed, effect, signal } from '@preact/signals';
import { filterNames, get, Failure, type Answer, type Result } from './api';
import { searchView, type View } from './route';
import { settings } from './settings';

type SearchView = Extract<View, { name: 'search' }>;

const pause = 20; // ms after a key, so that a burst of keys is one request
const freshFor = 30_000; // ms that an answer may be shown again without asking
const perPage = 10;

export const answer = signal<Answer | null>(null);
export const results = signal<Result[]>([]);
export const failure = signal<Failure | null>(null);
export const loading = signal(false);
export const loadingMore = signal(false);
export const askedKey = signal(''); // of the question that `answer` answers

const cache = new Map<string, { answer: Answer; at: number }>();
let abort: AbortController | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

interface Request {
  path: string;
  parameters: Record<string, string | number | string[]>;
  key: string;
}

// What the address asks for; null for the front page.
function requestOf(view: SearchView): Request | null {
  const query = view.query.trim();
  if (!query && !view.like) return null;
  const parameters: Request['parameters'] = { n: perPage, facets: 1, explain: 1 };
  if (view.like) parameters.id = view.like;
  else parameters.q = query;
  for (const name of filterNames) if (view.filters[name].length) parameters[name] = view.filters[name];
  const path = view.like ? 'v1/similar' : 'v1/search';
  return { path, parameters, key: path + JSON.stringify(parameters) };
}

const request = computed(() => (searchView.value ? requestOf(searchView.value) : undefined));
const requestKey = computed(() => request.value?.key ?? (request.value === null ? '' : undefined));

function show(key: string, found: Answer) {
  batch(() => {
    answer.value = found;
    results.value = found.results;
    failure.value = null;
    loading.value = false;
    askedKey.value = key;
  });
}

async function ask({ path, parameters, key }: Request) {
  abort?.abort();
  const own = (abort = new AbortController());
  loading.value = true;
  try {
    const found = await get<Answer>(path, parameters, own.signal);
    if (own.signal.aborted) return;
    cache.set(key, { answer: found, at: Date.now() });
    if (cache.size > 60) cache.delete(cache.keys().next().value as string);
    show(key, found);
  } catch (error) {
    if (own.signal.aborted) return;
    batch(() => {
      failure.value = error instanceof Failure ? error : new Failure(0, String(error));
      loading.value = false;
      askedKey.value = key;
    });
  }
}

export function start() {
  effect(() => {
    const key = requestKey.value;
    settings.value.key; // another key may see more
    if (key === undefined) return; // another view: the answer stays for the way back
    clearTimeout(timer);
    const now = request.peek();
    if (!now) {
      abort?.abort();
      batch(() => {
        answer.value = null;
        results.value = [];
        failure.value = null;
        loading.value = false;
        askedKey.value = '';
      });
      return;
    }
    const stored = cache.get(now.key);
    if (stored && Date.now() - stored.at < freshFor) {
      abort?.abort();
      show(now.key, stored.answer);
      return;
    }
    timer = setTimeout(ask, pause, now);
  });
}

export function retry() {
  const now = request.peek();
  if (now) void ask(now);
}

export async function loadMore() {
  const now = request.peek();
  const cursor = answer.peek()?.next_cursor;
  if (!now || !cursor || loadingMore.peek()) return;
  loadingMore.value = true;
  try {
    const parameters = { ...now.parameters, cursor, facets: 0 };
    const found = await get<Answer>(now.path, parameters, abort?.signal);
    if (request.peek()?.key !== now.key) return;
    batch(() => {
      results.value = [...results.peek(), ...found.results];
      answer.value = { ...(answer.peek() as Answer), next_cursor: found.next_cursor };
    });
  } catch (error) {
    if (request.peek()?.key === now.key && error instanceof Failure) failure.value = error;
  } finally {
    loadingMore.value = false;
  }
}

// A list that goes through `get` once a page load and again when the API key changes.
export function resource<T>(path: string) {
  const value = signal<T | null>(null);
  const problem = signal<Failure | null>(null);
  const load = async () => {
    try {
      value.value = await get<T>(path);
      problem.value = null;
    } catch (error) {
      problem.value = error instanceof Failure ? error : new Failure(0, String(error));
    }
  };
  return { value, problem, load };
}
