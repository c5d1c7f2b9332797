// Every key of the page in one table: what listens, and what the help dialog shows.
import { signal } from '@preact/signals';

export interface Key {
  keys: string[]; // as KeyboardEvent.key has them; 'g h' is a sequence
  shown: string[]; // as printed on the key
  does: string;
  group: 'Everywhere' | 'Results' | 'File';
}

export const keyTable: Record<string, Key> = {
  search: { keys: ['/'], shown: ['/'], does: 'Go to the search box', group: 'Everywhere' },
  help: { keys: ['?'], shown: ['?'], does: 'This help', group: 'Everywhere' },
  theme: { keys: ['t'], shown: ['t'], does: 'Switch between light and dark', group: 'Everywhere' },
  status: { keys: ['g s'], shown: ['g', 's'], does: 'Index and quality', group: 'Everywhere' },
  home: { keys: ['g h'], shown: ['g', 'h'], does: 'Front page', group: 'Everywhere' },
  next: { keys: ['j', 'ArrowDown'], shown: ['j', '↓'], does: 'Next result', group: 'Results' },
  previous: { keys: ['k', 'ArrowUp'], shown: ['k', '↑'], does: 'Previous result', group: 'Results' },
  open: { keys: ['Enter'], shown: ['Enter'], does: 'Open the file at that place', group: 'Results' },
  expand: { keys: ['x'], shown: ['x'], does: 'Show all lines, or fewer', group: 'Results' },
  why: { keys: ['w'], shown: ['w'], does: 'Why this result', group: 'Results' },
  similar: { keys: ['m'], shown: ['m'], does: 'More like this', group: 'Results' },
  copy: { keys: ['c'], shown: ['c'], does: 'Copy the code', group: 'Results' },
  copyPlace: { keys: ['y'], shown: ['y'], does: 'Copy path and line', group: 'Results' },
  editor: { keys: ['o'], shown: ['o'], does: 'Open in the editor', group: 'Results' },
  forge: { keys: ['v'], shown: ['v'], does: 'View on the forge', group: 'Results' },
  nextPart: { keys: [']'], shown: [']'], does: 'Next function', group: 'File' },
  previousPart: { keys: ['['], shown: ['['], does: 'Previous function', group: 'File' },
  back: { keys: ['u', 'Escape'], shown: ['u', 'Esc'], does: 'Back to the results', group: 'File' },
};

export type Action = keyof typeof keyTable;
type Handlers = Partial<Record<Action, (event: KeyboardEvent) => void>>;

const listeners: Handlers[] = []; // the last one that knows the action gets it
export const helpOpen = signal(false);

export function listen(handlers: Handlers): () => void {
  listeners.push(handlers);
  return () => void listeners.splice(listeners.indexOf(handlers), 1);
}

let first = ''; // of a sequence
let firstAt = 0;

function actionOf(event: KeyboardEvent): Action | undefined {
  const sequence = Date.now() - firstAt < 1200 && first ? `${first} ${event.key}` : '';
  first = '';
  for (const [action, { keys }] of Object.entries(keyTable)) {
    if (sequence ? keys.includes(sequence) : keys.includes(event.key)) return action;
  }
  if (Object.values(keyTable).some(({ keys }) => keys.some((each) => each.startsWith(`${event.key} `)))) {
    first = event.key;
    firstAt = Date.now();
  }
  return undefined;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

export function startKeyboard() {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (isTyping(event.target) || helpOpen.value) return;
    const target = event.target as HTMLElement;
    if (target.closest('[role="menu"]')) return;
    // A focused link or button keeps its Enter.
    if (event.key === 'Enter' && target.closest('a, button, summary')) return;
    const action = actionOf(event);
    if (!action) return;
    for (let index = listeners.length - 1; index >= 0; index--) {
      const handler = listeners[index]?.[action];
      if (!handler) continue;
      event.preventDefault();
      handler(event);
      return;
    }
  });
}
