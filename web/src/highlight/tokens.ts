// Highlighted code as plain data: runs of characters with a class each, cut into lines. No HTML anywhere.
import type { Root, RootContent } from 'hast';

// The classes that the page has colours for; index 0 is plain text.
export const tokenClasses = [
  '', 'comment', 'keyword', 'string', 'number', 'function', 'type', 'property', 'meta', 'operator', 'constant', 'tag',
] as const;

// [length in UTF-16 units, index into tokenClasses], over the whole text.
export type Tokens = [number, number][];

const classOfPrism: Record<string, (typeof tokenClasses)[number]> = {
  comment: 'comment', prolog: 'comment', cdata: 'comment', doctype: 'comment', blockquote: 'comment', shebang: 'comment',
  keyword: 'keyword', 'control-flow': 'keyword', atrule: 'keyword', important: 'keyword', rule: 'keyword', module: 'keyword',
  string: 'string', char: 'string', regex: 'string', 'attr-value': 'string', 'template-string': 'string', url: 'string',
  'triple-quoted-string': 'string', heredoc: 'string', scalar: 'string', 'code-block': 'string', 'multiline-string': 'string',
  number: 'number', unit: 'number', date: 'number', datetime: 'number',
  function: 'function', 'function-name': 'function', method: 'function', 'function-definition': 'function',
  'class-name': 'type', builtin: 'type', namespace: 'type', type: 'type', 'maybe-class-name': 'type', 'type-definition': 'type',
  property: 'property', key: 'property', 'attr-name': 'property', variable: 'property', attribute: 'property', parameter: 'property',
  decorator: 'meta', annotation: 'meta', macro: 'meta', directive: 'meta', 'directive-hash': 'meta', preprocessor: 'meta', label: 'meta',
  operator: 'operator', punctuation: 'operator',
  boolean: 'constant', constant: 'constant', symbol: 'constant', atom: 'constant', nil: 'constant',
  tag: 'tag', selector: 'tag', title: 'tag', section: 'tag', header: 'tag', important_text: 'tag',
};

function classOf(names: unknown): number {
  if (!Array.isArray(names)) return 0;
  for (const name of names) {
    const known = typeof name === 'string' ? classOfPrism[name] : undefined;
    if (known) return tokenClasses.indexOf(known);
  }
  return 0;
}

// The tree of refractor, made flat: the innermost class that the page knows wins.
export function flatten(root: Root): Tokens {
  const tokens: Tokens = [];
  const visit = (nodes: RootContent[], inherited: number) => {
    for (const node of nodes) {
      if (node.type === 'text') {
        const last = tokens[tokens.length - 1];
        if (last && last[1] === inherited) last[0] += node.value.length;
        else if (node.value) tokens.push([node.value.length, inherited]);
      } else if (node.type === 'element') {
        visit(node.children, classOf(node.properties?.className) || inherited);
      }
    }
  };
  visit(root.children, 0);
  return tokens;
}

export interface Span {
  text: string;
  kind: number; // index into tokenClasses
}

// The tokens of each line, line ends left out. A text that the tokens do not cover stays plain.
export function linesOf(text: string, tokens: Tokens | null): Span[][] {
  const lines: Span[][] = [[]];
  const add = (part: string, kind: number) => {
    part.split('\n').forEach((piece, index) => {
      if (index > 0) lines.push([]);
      if (piece) (lines[lines.length - 1] as Span[]).push({ text: piece, kind });
    });
  };
  let at = 0;
  for (const [length, kind] of tokens ?? []) {
    add(text.slice(at, at + length), kind);
    at += length;
  }
  if (at < text.length) add(text.slice(at), 0);
  return lines;
}
