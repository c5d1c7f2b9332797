// The address bar as state: what is asked, the filters, the view, the selection. Every view is a query string on the
// page's own address, so that the server needs one page and a proxy any path.
import { computed, signal } from '@preact/signals';
import { filterNames, type Filters } from './api';

export type View =
  | { name: 'search'; query: string; like: string; filters: Filters; at: string }
  | { name: 'file'; repo: string; path: string; lines: LineRange | null; query: string }
  | { name: 'status' };

export interface LineRange {
  first: number;
  last: number;
}

export function noFilters(): Filters {
  return { repo: [], lang: [], kind: [], path: [] };
}

export function parseLines(hash: string): LineRange | null {
  const match = /^#L(\d{1,9})(?:-L?(\d{1,9}))?$/.exec(hash);
  if (!match) return null;
  const first = Number(match[1]);
  const last = match[2] ? Number(match[2]) : first;
  return first < 1 ? null : { first: Math.min(first, last), last: Math.max(first, last) };
}

export function parseView(search: string, hash: string): View {
  const parameters = new URLSearchParams(search);
  const text = (name: string) => parameters.get(name) ?? '';
  if (parameters.has('status')) return { name: 'status' };
  if (parameters.has('file')) {
    return { name: 'file', repo: text('in'), path: text('file'), lines: parseLines(hash), query: text('q') };
  }
  const filters = noFilters();
  for (const name of filterNames) filters[name] = [...new Set(parameters.getAll(name))].filter(Boolean);
  return { name: 'search', query: text('q'), like: text('like'), filters, at: text('at') };
}

export function hrefOf(view: View): string {
  const parameters = new URLSearchParams();
  const set = (name: string, value: string) => value && parameters.set(name, value);
  let hash = '';
  if (view.name === 'status') {
    return '?status';
  } else if (view.name === 'file') {
    set('q', view.query);
    parameters.set('in', view.repo);
    parameters.set('file', view.path);
    if (view.lines) {
      const { first, last } = view.lines;
      hash = first === last ? `#L${first}` : `#L${first}-L${last}`;
    }
  } else {
    set('q', view.query);
    set('like', view.like);
    for (const name of filterNames) view.filters[name].forEach((value) => parameters.append(name, value));
    set('at', view.at);
  }
  const search = parameters.toString();
  return (search ? `?${search}` : location.pathname) + hash;
}

export const view = signal<View>(parseView(location.search, location.hash));
export const searchView = computed(() => (view.value.name === 'search' ? view.value : null));

// `replace` for what the reader would not want to go back to: letters while typing, the moving selection.
export function go(next: View, how: 'push' | 'replace' = 'push') {
  const href = hrefOf(next);
  if (href === hrefOf(view.value) && how === 'push') how = 'replace';
  if (how === 'push') history.pushState({ inside: true }, '', href);
  else history.replaceState(history.state, '', href);
  view.value = next;
  if (how === 'push') scrollTo(0, 0);
}

// Back to where the reader came from within the page; for one who came by a link, to `otherwise`.
export function goBack(otherwise: View) {
  if (history.state?.inside) history.back();
  else go(otherwise);
}

export function listenToHistory() {
  window.addEventListener('popstate', () => (view.value = parseView(location.search, location.hash)));
  // A plain link to a view of the page goes there without loading the page anew.
  window.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element | null)?.closest?.('a');
    if (!link || link.target || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || url.pathname !== location.pathname) return;
    event.preventDefault();
    go(parseView(url.search, url.hash));
  });
}
