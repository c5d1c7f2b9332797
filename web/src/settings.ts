// What the reader chose, kept in this browser: theme, editor, API key, recent questions.
import { effect, signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

export interface Settings {
  theme: Theme;
  editor: string; // an id of editors.ts
  key: string; // of the API, where the server wants one
  recent: string[];
}

const defaults: Settings = { theme: 'system', editor: 'vscode', key: '', recent: [] };

function read(): Settings {
  try {
    const stored = JSON.parse(localStorage.getItem('quarry') ?? '{}');
    return {
      theme: ['light', 'dark'].includes(stored.theme) ? stored.theme : 'system',
      editor: typeof stored.editor === 'string' ? stored.editor : defaults.editor,
      key: typeof stored.key === 'string' ? stored.key : '',
      recent: Array.isArray(stored.recent) ? stored.recent.filter((each: unknown) => typeof each === 'string') : [],
    };
  } catch {
    return defaults;
  }
}

export const settings = signal<Settings>(read());

export function update(change: Partial<Settings>) {
  settings.value = { ...settings.value, ...change };
  try {
    localStorage.setItem('quarry', JSON.stringify(settings.value));
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}

export function remember(query: string) {
  const text = query.trim();
  if (text.length < 3) return;
  update({ recent: [text, ...settings.value.recent.filter((each) => each !== text)].slice(0, 8) });
}

export function isDark(): boolean {
  const { theme } = settings.value;
  return theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
}

export function applyTheme() {
  effect(() => {
    const { theme } = settings.value;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  });
}
