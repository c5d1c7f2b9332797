// Asks the worker for tokens, remembers them, and replaces a worker that takes too long.
import { useEffect, useState } from 'preact/hooks';
import type { Done, Job } from './worker';
import type { Tokens } from './tokens';

const limitMs = 4000; // of work on one text
const longest = 1_000_000; // UTF-16 units; longer texts are shown plain
const kept = 400; // texts

type Waiting = Job & { resolve: (tokens: Tokens | null) => void };
type FromWorker = Done | { id: number; started: true };

let worker: Worker | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let serial = 0;
let failures = 0; // workers in a row that did not even start
let waiting: Waiting[] = [];
const known = new Map<string, Tokens | null>();

function start(): Worker {
  const made = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'highlight' });
  made.addEventListener('message', (event: MessageEvent<FromWorker>) => {
    clearTimeout(timer);
    failures = 0;
    if ('started' in event.data) {
      timer = setTimeout(giveUp, limitMs, event.data.id);
    } else {
      finish(event.data.id, event.data.tokens);
    }
  });
  made.addEventListener('error', () => {
    failures++;
    giveUp(waiting[0]?.id ?? 0);
  });
  return made;
}

function finish(id: number, tokens: Tokens | null) {
  const job = waiting.find((each) => each.id === id);
  waiting = waiting.filter((each) => each.id !== id);
  job?.resolve(tokens);
}

// The text that the worker is at stays plain; the others go to a new worker.
function giveUp(at: number) {
  clearTimeout(timer);
  worker?.terminate();
  worker = null;
  finish(at, null);
  if (failures > 2) waiting.splice(0).forEach((job) => job.resolve(null));
  if (!waiting.length) return;
  worker = start();
  for (const { id, language, code } of waiting) worker.postMessage({ id, language, code });
}

function ask(code: string, language: string): Promise<Tokens | null> {
  return new Promise((resolve) => {
    if (failures > 2) return resolve(null); // no workers here: code stays plain
    worker ??= start();
    const job: Job = { id: ++serial, language, code };
    waiting.push({ ...job, resolve });
    worker.postMessage(job);
  });
}

// Tokens of a text, null until they are known and where there are none.
export function useTokens(code: string, language: string): Tokens | null {
  const key = `${language}\n${code}`;
  const [, refresh] = useState(0);
  useEffect(() => {
    if (known.has(key) || !code || code.length > longest) return;
    let wanted = true;
    ask(code, language).then((tokens) => {
      known.set(key, tokens);
      if (known.size > kept) known.delete(known.keys().next().value as string);
      if (wanted) refresh((count) => count + 1);
    });
    return () => {
      wanted = false;
    };
  }, [key]);
  return known.get(key) ?? null;
}

// Fetches the worker while the reader still types, so that the first results get their colours at once.
export function warmUp() {
  worker ??= start();
}
