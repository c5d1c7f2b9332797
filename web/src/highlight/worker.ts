// Highlights off the page's thread: a hostile source that makes a grammar run for ever costs a worker, not the page.
import { refractor } from 'refractor/core';
import { grammars } from './languages';
import { flatten, type Tokens } from './tokens';

export interface Job {
  id: number;
  language: string;
  code: string;
}

export interface Done {
  id: number;
  tokens: Tokens | null;
}

const loaded = new Map<string, Promise<string>>();

// The name under which refractor knows the grammar of a language of the index.
function ready(language: string): Promise<string> {
  let name = loaded.get(language);
  if (!name) {
    const load = grammars[language];
    name = load
      ? load().then(({ default: syntax }) => {
          refractor.register(syntax);
          return syntax.displayName;
        })
      : Promise.resolve('');
    loaded.set(language, name);
  }
  return name;
}

addEventListener('message', async (event: MessageEvent<Job>) => {
  const { id, language, code } = event.data;
  let tokens: Tokens | null = null;
  try {
    const name = await ready(language);
    // Announced, so that the time limit counts the work and not the fetch of a grammar.
    postMessage({ id, started: true });
    if (name) tokens = flatten(refractor.highlight(code, name));
  } catch {
    // A grammar that cannot be fetched or fails: the text is shown plain.
  }
  postMessage({ id, tokens } satisfies Done);
});
