// The question at hand and its answer: asks while one types, drops what is stale, keeps the old answer on screen
// until the new one is there.
import { batch, computed, effect, signal } from '@preact/signals';
import { filterNames, get, Failure, search, type Answer, type Result } from './api';
import { searchView, type View } from './route';
import { settings } from './settings';

type SearchView = Extract<View, { name: 'search' }>;

const pause = 20; // ms after a key, so that a burst of keys is one request
const freshFor = 30_000; // ms that an answer may be shown again without asking
const perPage = 10;
const thought = 1200; // ms without a key after which a question counts as asked

export const answer = signal<Answer | null>(null);
export const results = signal<Result[]>([]);
export const failure = signal<Failure | null>(null);
export const loading = signal(false);
export const loadingMore = signal(false);
export const askedKey = signal(''); // of the question that `answer` answers

const cache = new Map<string, { answer: Answer; at: number }>();
let abort: AbortController | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let typedAt = 0;
let draft: Request | null = null; // the last question asked while typing, until it counts as asked
let draftTimer: ReturnType<typeof setTimeout> | undefined;

interface Request {
  path: string;
  parameters: Record<string, string | number | string[]>;
  key: string;
}

// What the address asks for; null for the front page.
function requestOf(view: SearchView): Request | null {
  const query = view.query.trim();
  if (!query && !view.like) return null;
  if (view.like) {
    const parameters: Request['parameters'] = { id: view.like, n: 20 };
    for (const name of ['lang', 'kind'] as const) if (view.filters[name].length) parameters[name] = view.filters[name];
    return { path: 'v1/similar', parameters, key: `similar ${JSON.stringify(parameters)}` };
  }
  const parameters: Request['parameters'] = { q: query, n: perPage, facets: 1, explain: 1 };
  for (const name of filterNames) if (view.filters[name].length) parameters[name] = view.filters[name];
  return { path: 'v1/search', parameters, key: `search ${JSON.stringify(parameters)}` };
}

const request = computed(() => (searchView.value ? requestOf(searchView.value) : undefined));
const keyOfApi = computed(() => settings.value.key);
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

// Called with every key in the search box.
export function noteTyping() {
  typedAt = Date.now();
}

// The reader paused at a question, or did something with its answer.
export function countAsAsked() {
  clearTimeout(draftTimer);
  if (draft) search(draft.path, draft.parameters, false).catch(() => undefined);
  draft = null;
}

async function ask(now: Request) {
  const { path, parameters, key } = now;
  clearTimeout(draftTimer);
  draft = Date.now() - typedAt < 4 * pause ? now : null;
  if (draft) draftTimer = setTimeout(countAsAsked, thought);
  abort?.abort();
  const own = (abort = new AbortController());
  loading.value = true;
  try {
    const found = await search(path, parameters, draft !== null, own.signal);
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
  let apiKey = settings.peek().key;
  effect(() => {
    const key = requestKey.value;
    if (keyOfApi.value !== apiKey) {
      // Another key may see more, or less.
      apiKey = keyOfApi.value;
      cache.clear();
      askedKey.value = '';
    }
    if (key === undefined) return; // another view: the answer stays for the way back
    clearTimeout(timer);
    const now = request.peek();
    if (now && now.key === askedKey.peek() && !failure.peek()) {
      abort?.abort();
      loading.value = false;
      return; // with the pages that were asked for since
    }
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
    const found = await search(now.path, parameters, true, abort?.signal);
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
