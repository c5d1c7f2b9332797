// Lines of code with their numbers, their colours and the words of the question marked.
import type { ComponentChildren } from 'preact';
import { memo } from 'preact/compat';
import { tokenClasses, type Span } from '../highlight/tokens';
import { partsOf } from '../visible';
import { findWords, type Range } from '../words';

// A piece of text; what deceives the eye in it is shown by its number.
function piece(text: string, kind: number, marked: boolean, key: number) {
  const content: ComponentChildren = partsOf(text).map(({ text: part, hidden }) =>
    hidden ? <span class="hidden-character">{part}</span> : part,
  );
  const name = tokenClasses[kind];
  if (marked) {
    return (
      <mark key={key} class={name ? `t-${name}` : undefined}>
        {content}
      </mark>
    );
  }
  return name ? (
    <span key={key} class={`t-${name}`}>
      {content}
    </span>
  ) : (
    content
  );
}

function paint(spans: Span[], ranges: Range[]): ComponentChildren[] {
  const painted: ComponentChildren[] = [];
  let at = 0;
  let next = 0;
  for (const { text, kind } of spans) {
    let from = 0;
    while (from < text.length) {
      while (next < ranges.length && (ranges[next] as Range).end <= at + from) next++;
      const range = ranges[next];
      const inside = range !== undefined && range.start <= at + from;
      const limit = range === undefined ? Infinity : inside ? range.end : range.start;
      const to = Math.min(text.length, limit - at);
      painted.push(piece(text.slice(from, to), kind, inside, painted.length));
      from = to;
    }
    at += text.length;
  }
  return painted;
}

export interface LineProps {
  number: number;
  spans: Span[];
  stems: Set<string>;
  chosen?: boolean;
}

// The number is drawn by the style sheet, so that copying a selection copies code alone.
export const Line = memo(function Line({ number, spans, stems, chosen }: LineProps) {
  const text = spans.map((each) => each.text).join('');
  const ranges = findWords(text, stems).map((each) => each.range);
  const names = ['line', ranges.length > 0 && 'line-hit', chosen && 'line-chosen'].filter(Boolean).join(' ');
  return (
    <span class={names} data-line={number}>
      <span class="line-text">
        {paint(spans, ranges)}
        {'\n'}
      </span>
    </span>
  );
});
