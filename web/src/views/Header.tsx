// The bar at the top of every view: name, search box, and the few things that are always at hand.
import { useEffect, useRef } from 'preact/hooks';
import { helpOpen, listen } from '../keyboard';
import { warmUp } from '../highlight/highlighter';
import { loading, noteTyping } from '../search';
import { go, hrefOf, noFilters, searchView, view } from '../route';
import { isDark, remember, settings, update } from '../settings';
import { Icon, Mark } from './Icon';

const themes = ['system', 'light', 'dark'] as const;
const themeNames = { system: 'as the system', light: 'light', dark: 'dark' };
const themeIcons = { system: 'system', light: 'sun', dark: 'moon' } as const;

export function switchTheme() {
  update({ theme: isDark() ? 'light' : 'dark' });
}

const home = () => hrefOf({ name: 'search', query: '', like: '', filters: noFilters(), at: '' });

// A new question is an entry of the history; the letters that follow it are not, until there is a pause.
let lastTyped = 0;
function ask(query: string) {
  const now = view.value;
  const filters = now.name === 'search' ? now.filters : noFilters();
  const fresh = now.name !== 'search' || now.like !== '' || Date.now() - lastTyped > 3000;
  lastTyped = Date.now();
  noteTyping();
  go({ name: 'search', query, like: '', filters, at: '' }, fresh && query !== '' ? 'push' : 'replace');
}

export function Header() {
  const box = useRef<HTMLInputElement>(null);
  const current = view.value;
  const query = current.name === 'status' ? '' : current.query;

  useEffect(() => {
    const focus = () => {
      box.current?.focus();
      box.current?.select();
    };
    if (current.name === 'search' && !current.like && !current.at) box.current?.focus({ preventScroll: true });
    return listen({
      search: focus,
      help: () => (helpOpen.value = true),
      theme: switchTheme,
      status: () => go({ name: 'status' }),
      home: () => go({ name: 'search', query: '', like: '', filters: noFilters(), at: '' }),
    });
  }, []);

  const intoResults = () => document.querySelector<HTMLElement>('.result')?.focus();
  return (
    <header class="top">
      <a class="brand" href={home()} aria-label="Quarry, front page">
        <Mark />
        <span>Quarry</span>
      </a>
      <form
        class="ask"
        role="search"
        onSubmit={(event) => {
          event.preventDefault();
          remember(query);
          intoResults();
        }}
      >
        <Icon name="search" />
        <input
          ref={box}
          class="ask-box"
          type="search"
          name="q"
          value={query}
          placeholder="What does the code do?"
          aria-label="Describe the code you look for"
          aria-keyshortcuts="/"
          autocomplete="off"
          autocapitalize="off"
          autocorrect="off"
          spellcheck={false}
          enterkeyhint="search"
          maxLength={2000}
          onFocus={warmUp}
          onInput={(event) => ask(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'ArrowDown') {
              event.preventDefault();
              remember(query);
              intoResults();
            } else if (event.key === 'Escape' && searchView.value) {
              event.preventDefault();
              if (query) ask('');
              else box.current?.blur();
            }
          }}
        />
        <span class={loading.value ? 'ask-progress ask-busy' : 'ask-progress'} aria-hidden="true" />
        <kbd class="ask-key" aria-hidden="true">
          /
        </kbd>
      </form>
      <nav class="tools" aria-label="Tools">
        <a class="tool" href={hrefOf({ name: 'status' })} aria-current={current.name === 'status' ? 'page' : undefined} title="Index and quality (g s)">
          <Icon name="pulse" />
          <span class="tool-name">Status</span>
        </a>
        <ThemeButton />
        <button type="button" class="tool" aria-label="Keyboard help" title="Keyboard help (?)" onClick={() => (helpOpen.value = true)}>
          <Icon name="help" />
        </button>
      </nav>
    </header>
  );
}

function ThemeButton() {
  const { theme } = settings.value;
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system';
  const label = `Theme: ${themeNames[theme]}; switch to ${themeNames[next]}`;
  return (
    <button type="button" class="tool" aria-label={label} title={label} onClick={() => update({ theme: next })}>
      <Icon name={themeIcons[theme]} />
    </button>
  );
}
