// One result: what it is, where it stands, the lines that fit, and what can be done with it.
import { memo } from 'preact/compat';
import { useMemo, useState } from 'preact/hooks';
import type { Result } from '../api';
import { useTokens } from '../highlight/highlighter';
import { linesOf } from '../highlight/tokens';
import { hrefOf } from '../route';
import { chooseHunks, dedent } from '../snippet';
import { plural, Path, Text } from './Text';
import { Icon } from './Icon';
import { Line } from './Code';
import { Why } from './Why';
import { OpenMenu } from './OpenMenu';

export const kindNames: Record<string, string> = {
  function: 'fn',
  method: 'method',
  class: 'class',
  section: 'text',
};

// What the keyboard can ask of the result that has the focus.
export interface CardState {
  expanded: boolean;
  why: boolean;
}

interface Props {
  result: Result;
  stems: Set<string>;
  query: string;
  state: CardState;
  showRepository: boolean;
  current: boolean;
  change: (id: string, change: Partial<CardState>) => void;
  similarHref: string;
  onOpen: (result: Result) => void;
  onCopy: (result: Result) => void;
  onVerdict: (result: Result, verdict: 'good' | 'bad') => void;
}

export const ResultCard = memo(function ResultCard(props: Props) {
  const { result, stems, query, state, change, current, onVerdict } = props;
  const place = result.start_line === result.end_line ? `${result.start_line}` : `${result.start_line}–${result.end_line}`;
  const range = { first: result.start_line, last: result.end_line };
  const href = hrefOf({ name: 'file', repo: result.repo, path: result.path, lines: range, query });
  const doc = useMemo(() => firstParagraph(result.doc), [result.doc]);
  const label = `${result.kind} ${result.qualified_name || result.name || result.path}`;
  return (
    <article
      class="result"
      id={`result-${result.id}`}
      tabIndex={-1}
      aria-label={label}
      aria-current={current ? 'true' : undefined}
      data-id={result.id}
    >
      <header class="result-head">
        <span class={`kind kind-${kindNames[result.kind] ? result.kind : 'section'}`}>{kindNames[result.kind] ?? result.kind}</span>
        <a class="result-name" href={href} onClick={() => props.onOpen(result)}>
          <Text>{result.qualified_name || result.name || `Lines ${place}`}</Text>
        </a>
        <span class="result-place">
          {props.showRepository && (
            <span class="result-repo">
              <Text>{result.repo}</Text>
            </span>
          )}
          <Path path={result.path} />
          <span class="result-lines">:{place}</span>
        </span>
        <Actions {...props} />
      </header>
      {doc && (
        <p class="result-doc">
          <Text>{doc}</Text>
        </p>
      )}
      {result.code ? (
        <Snippet result={result} stems={stems} expanded={state.expanded} onExpand={() => change(result.id, { expanded: !state.expanded })} />
      ) : (
        <p class="result-bare">
          <code>
            <Text>{result.signature || result.name}</Text>
          </code>
        </p>
      )}
      {state.why && <Why why={result.why} score={result.score} onVerdict={query ? (verdict) => onVerdict(result, verdict) : null} />}
    </article>
  );
});

function Actions({ result, state, change, similarHref, onCopy }: Props) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    onCopy(result);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <span class="actions">
      <button
        type="button"
        class="action"
        aria-expanded={state.why}
        aria-label="Why this result"
        title="Why this result (w)"
        onClick={() => change(result.id, { why: !state.why })}
      >
        <Icon name="chart" />
      </button>
      <a class="action" href={similarHref} aria-label="More like this" title="More like this (m)">
        <Icon name="similar" />
      </a>
      {result.code && (
        <button type="button" class="action" aria-label="Copy the code" title="Copy the code (c)" onClick={copy}>
          <Icon name={copied ? 'check' : 'copy'} />
        </button>
      )}
      <OpenMenu place={{ id: result.id, repo: result.repo, path: result.path, first: result.start_line, last: result.end_line }} />
    </span>
  );
}

function Snippet({ result, stems, expanded, onExpand }: { result: Result; stems: Set<string>; expanded: boolean; onExpand: () => void }) {
  const code = useMemo(() => dedent(result.code.replace(/\n$/, '').split('\n')).join('\n'), [result.code]);
  const tokens = useTokens(code, result.language);
  const lines = useMemo(() => linesOf(code, tokens), [code, tokens]);
  const hunks = useMemo(() => {
    const texts = code.split('\n');
    return expanded ? [{ first: 0, last: texts.length - 1 }] : chooseHunks(texts, result.doc, stems);
  }, [code, expanded, stems, result.doc]);
  const shown = hunks.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const hidden = lines.length - shown;
  return (
    <div class="snippet">
      <pre class="code code-wrapped">
        <code>
          {hunks.map((hunk, index) => {
            const before = hunk.first - (index > 0 ? (hunks[index - 1] as { last: number }).last + 1 : 0);
            return (
              <span class="hunk" key={hunk.first}>
                {before > 0 && <Gap count={before} onClick={onExpand} />}
                {lines.slice(hunk.first, hunk.last + 1).map((spans, offset) => (
                  <Line key={offset} number={result.start_line + hunk.first + offset} spans={spans} stems={stems} />
                ))}
              </span>
            );
          })}
        </code>
      </pre>
      {(hidden > 0 || (expanded && lines.length > 14)) && (
        <button type="button" class="more-lines" aria-expanded={expanded} onClick={onExpand}>
          <Icon name={expanded ? 'up' : 'down'} size={14} />
          {expanded ? 'Fewer lines' : `${plural(hidden, 'more line')}`}
        </button>
      )}
    </div>
  );
}

function Gap({ count, onClick }: { count: number; onClick: () => void }) {
  // The button below says the same to a keyboard and a screen reader.
  return (
    <span class="gap" aria-hidden="true" title={`${plural(count, 'line')} left out`} onClick={onClick}>
      {'⋯\n'}
    </span>
  );
}

// The first paragraph, of a long one as many sentences as fit on a line or two.
function firstParagraph(doc: string): string {
  const text = (doc.trim().split(/\n\s*\n/)[0] ?? '').replace(/\s+/g, ' ');
  if (text.length <= 160) return text;
  const sentence = /^.{20,200}?[.!?](?=\s)/.exec(text)?.[0];
  return sentence ?? `${text.slice(0, 156).replace(/\s\S*$/, '')} …`;
}
