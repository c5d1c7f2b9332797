// The question's answer: results, facets, and every state in between.
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { feedback, filterNames, get, type FilterName, type Result, type Suggestion } from '../api';
import { listen } from '../keyboard';
import { go, goBack, hrefOf, noFilters, searchView, type View } from '../route';
import { answer, askedKey, countAsAsked, failure, loadMore, loading, loadingMore, results, retry } from '../search';
import { remember } from '../settings';
import { stemsOf } from '../words';
import { Facets } from './Facets';
import { FailureNote } from './FailureNote';
import { FrontPage } from './FrontPage';
import { Icon } from './Icon';
import { copy } from './Notice';
import { openInEditor, openOnForge } from './OpenMenu';
import { ResultCard, type CardState } from './ResultCard';
import { grouped, plural, Text } from './Text';

type SearchView = Extract<View, { name: 'search' }>;
const closed: CardState = { expanded: false, why: false };

export function SearchPage() {
  const current = searchView.value;
  if (!current) return null;
  if (!current.query.trim() && !current.like) return <FrontPage />;
  return <Answered current={current} />;
}

function Answered({ current }: { current: SearchView }) {
  const found = answer.value;
  const list = results.value;
  const asked = askedKey.value;
  const [states, setStates] = useState<Record<string, CardState>>({});
  const [filtersOpen, setFiltersOpen] = useState(false);
  // One set a question, so that cards that stay are not drawn again.
  const text = found?.query ?? '';
  const stems = useMemo(() => stemsOf(text), [text]);
  const holder = useRef<HTMLDivElement>(null);

  const change = useCallback((id: string, part: Partial<CardState>) => {
    setStates((all) => ({ ...all, [id]: { ...(all[id] ?? closed), ...part } }));
  }, []);
  const opened = useCallback((result: Result) => {
    const now = searchView.peek();
    if (!now) return;
    remember(now.query);
    countAsAsked();
    feedback(now.query, result, 'click', answer.peek()?.label);
  }, []);
  const judged = useCallback((result: Result, verdict: 'good' | 'bad') => {
    feedback(searchView.peek()?.query ?? '', result, verdict, answer.peek()?.label);
  }, []);
  const copied = useCallback((result: Result) => {
    void copy(result.code, `Copied ${plural(result.code.replace(/\n$/, '').split('\n').length, 'line')}`);
    opened(result);
  }, []);

  const select = (index: number) => {
    const element = holder.current?.querySelectorAll<HTMLElement>('.result')[index];
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'nearest' });
  };
  // The address names the result at hand, so that a copied link leads to it.
  const focused = (event: FocusEvent) => {
    const id = (event.target as HTMLElement).closest<HTMLElement>('.result')?.dataset.id ?? '';
    const now = searchView.peek();
    if (now && id && now.at !== id) go({ ...now, at: id }, 'replace');
  };

  useEffect(() => {
    const at = () => {
      const id = document.activeElement?.closest<HTMLElement>('.result')?.dataset.id ?? searchView.peek()?.at;
      return results.peek().findIndex((each) => each.id === id);
    };
    const on = (act: (result: Result) => void) => () => {
      const result = results.peek()[at()];
      if (result) act(result);
    };
    const placeOf = (result: Result) => ({ ...result, first: result.start_line, last: result.end_line });
    return listen({
      next: () => {
        const index = at() + 1;
        if (index < results.peek().length) select(index);
        else void loadMore().then(() => requestAnimationFrame(() => select(index)));
      },
      previous: () => {
        const index = at();
        if (index > 0) select(index - 1);
        else document.querySelector<HTMLInputElement>('.ask-box')?.focus();
      },
      open: on((result) => {
        opened(result);
        const lines = { first: result.start_line, last: result.end_line };
        go({ name: 'file', repo: result.repo, path: result.path, lines, query: searchView.peek()?.query ?? '' });
      }),
      expand: on((result) => setStates((all) => toggled(all, result.id, 'expanded'))),
      why: on((result) => setStates((all) => toggled(all, result.id, 'why'))),
      similar: on((result) => go(similarTo(result))),
      copy: on(copied),
      copyPlace: on((result) => void copy(`${result.path}:${result.start_line}`, 'Copied path and line')),
      editor: on((result) => void openInEditor(placeOf(result))),
      forge: on((result) => void openOnForge(placeOf(result))),
      back: () => {
        const now = searchView.peek();
        if (now?.like) goBack({ ...now, like: '' });
      },
    });
  }, []);

  // A link or the way back from a file leads to the result that it names.
  useEffect(() => {
    if (!current.at || !list.length || document.activeElement?.closest('.result, .ask')) return;
    const element = document.getElementById(`result-${current.at}`);
    element?.focus({ preventScroll: true });
    element?.scrollIntoView({ block: 'center' });
  }, [asked]);

  const toggle = (name: FilterName, value: string) => {
    const now = current.filters[name];
    const next = now.includes(value) ? now.filter((each) => each !== value) : [...now, value];
    go({ ...current, filters: { ...current.filters, [name]: next }, at: '' });
  };
  const chosen = filterNames.reduce((sum, name) => sum + current.filters[name].length, 0);
  const repositories = found?.facets?.repo?.length ?? 0;
  // A filter half typed is refused; what was found before stays in sight until it is whole.
  const broken = failure.value !== null && !(failure.value.status === 400 && list.length > 0);
  const several = repositories > 1 || new Set(list.map((each) => each.repo)).size > 1;

  return (
    <div class={filtersOpen ? 'answer filters-open' : 'answer'}>
      <aside class="side" id="filters" aria-label="Filters">
        {found && <Facets question={`${current.like} ${current.query}`} facets={found.facets ?? {}} filters={current.filters} toggle={toggle} clear={() => go({ ...current, filters: noFilters(), at: '' })} />}
      </aside>
      <main class="main" id="main" tabIndex={-1}>
        <div class="summary">
          <h1 class="summary-text">
            {current.like ? <SimilarTitle id={current.like} /> : <span class="visually-hidden">Results for {current.query}</span>}
          </h1>
          <span class="summary-facts" role="status" aria-live="polite">
            {found && !broken && <Facts />}
            {loading.value && !found && 'Searching'}
          </span>
          {!current.like && <Related query={current.query} />}
          <button type="button" class="button filters-button" aria-expanded={filtersOpen} aria-controls="filters" onClick={() => setFiltersOpen(!filtersOpen)}>
            <Icon name="filter" size={14} />
            Filters{chosen > 0 && ` (${chosen})`}
          </button>
        </div>
        {found?.degraded && (
          <p class="note note-degraded">
            <strong>Ranked by words only.</strong> {found.degraded}
          </p>
        )}
        {found?.not_reranked && (
          <p class="note note-degraded">
            <strong>Without its second look.</strong> {found.not_reranked}
          </p>
        )}
        {failure.value && <FailureNote failure={failure.value} retry={retry} />}
        {!failure.value && found && list.length === 0 && <Nothing current={current} chosen={chosen} />}
        {loading.value && !found && !failure.value && <Skeleton />}
        <div class={loading.value || failure.value ? 'results results-stale' : 'results'} ref={holder} onFocusIn={focused} aria-busy={loading.value}>
          {!broken &&
            list.map((result) => (
              <ResultCard
                key={result.id}
                result={result}
                stems={stems}
                query={current.query}
                state={states[result.id] ?? closed}
                showRepository={several}
                current={current.at === result.id}
                change={change}
                similarHref={hrefOf(similarTo(result))}
                onOpen={opened}
                onCopy={copied}
                onVerdict={judged}
              />
            ))}
        </div>
        {found?.next_cursor && list.length > 0 && !broken && (
          <button type="button" class="button more-results" disabled={loadingMore.value} onClick={() => void loadMore()}>
            {loadingMore.value ? 'Loading' : 'More results'}
          </button>
        )}
      </main>
    </div>
  );
}

// What the index would complete the question to, once the reader pauses.
function Related({ query }: { query: string }) {
  const [found, setFound] = useState<Suggestion[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      get<{ suggestions: Suggestion[] }>('v1/suggestions', { q: query.trim(), n: 4 }, abort.signal).then(
        ({ suggestions }) => setFound(suggestions),
        () => setFound([]),
      );
    }, 300);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [query]);
  const asked = query.trim().toLowerCase();
  const others = found.filter((each) => each.source !== 'talk' && each.query.toLowerCase() !== asked).slice(0, 3);
  return (
    <nav class="related" aria-label="Related questions">
      {others.map((each) => (
        <a key={each.query} href={hrefOf({ name: 'search', query: each.query, like: '', filters: noFilters(), at: '' })}>
          <Text>{each.query}</Text>
        </a>
      ))}
    </nav>
  );
}

function toggled(all: Record<string, CardState>, id: string, name: keyof CardState) {
  const now = all[id] ?? closed;
  return { ...all, [id]: { ...now, [name]: !now[name] } };
}

function similarTo(result: Result): SearchView {
  return { name: 'search', query: '', like: result.id, filters: noFilters(), at: '' };
}

function Facts() {
  const found = answer.value;
  if (!found) return null;
  const more = found.next_cursor ? '+' : '';
  const count = results.value.length;
  return (
    <>
      {count > 0 && `${grouped(count)}${more} ${count === 1 && !more ? 'result' : 'results'} · `}
      {found.took_ms < 10 ? found.took_ms.toFixed(1) : Math.round(found.took_ms)} ms
      {found.index.model ? ' · words and meaning' : ' · words'}
    </>
  );
}

// Names of the functions that were on the page, for the title of "more like this".
const names = new Map<string, string>();
results.subscribe((list) => {
  for (const { id, qualified_name, path } of list) names.set(id, qualified_name || path);
});

function SimilarTitle({ id }: { id: string }) {
  const [name, setName] = useState('');
  useEffect(() => {
    setName(names.get(id) ?? '');
    if (names.has(id)) return;
    get<{ result: Result }>(`v1/functions/${encodeURIComponent(id)}`, { context: 0 }).then(
      ({ result }) => setName(result.qualified_name || result.path),
      () => undefined, // the search itself tells what is wrong
    );
  }, [id]);
  if (!name) return <>More like that function</>;
  return (
    <>
      More like{' '}
      <code>
        <Text>{name}</Text>
      </code>
    </>
  );
}

function Nothing({ current, chosen }: { current: SearchView; chosen: number }) {
  return (
    <div class="empty">
      <h2>Nothing found</h2>
      <p>
        {chosen > 0
          ? 'Nothing fits the question within these filters.'
          : 'No function has these words. Try others: what it takes, what it gives, what it is for.'}
      </p>
      {chosen > 0 && (
        <button type="button" class="button" onClick={() => go({ ...current, filters: noFilters(), at: '' })}>
          Search without filters
        </button>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {[0, 1, 2].map((each) => (
        <div key={each} class="skeleton-card">
          <i />
          <i />
          <i />
        </div>
      ))}
    </div>
  );
}
