// A whole file with its outline: where a result leads, and what a link to lines shows.
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { get, Failure, type FileAnswer, type OutlineEntry } from '../api';
import { useTokens } from '../highlight/highlighter';
import { linesOf, type Span } from '../highlight/tokens';
import { listen } from '../keyboard';
import { go, goBack, hrefOf, noFilters, view, type LineRange, type View } from '../route';
import { settings } from '../settings';
import { stemsOf } from '../words';
import { Line } from './Code';
import { FailureNote } from './FailureNote';
import { Icon } from './Icon';
import { copy } from './Notice';
import { openInEditor, openOnForge, OpenMenu, type Place } from './OpenMenu';
import { kindNames } from './ResultCard';
import { bytesOf, Path, plural, Text } from './Text';

type FileRoute = Extract<View, { name: 'file' }>;

const chunkLines = 100; // a chunk out of sight costs the browser no layout
const longLine = 20_000; // characters of a line that are shown

export function FileView() {
  const current = view.value;
  return current.name === 'file' ? <Loaded key={`${current.repo}\n${current.path}`} current={current} /> : null;
}

function Loaded({ current }: { current: FileRoute }) {
  const [file, setFile] = useState<FileAnswer | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const load = () => {
    const abort = new AbortController();
    setFailure(null);
    get<FileAnswer>('v1/files', { repo: current.repo, path: current.path }, abort.signal).then(setFile, (error) => {
      if (!abort.signal.aborted) setFailure(error instanceof Failure ? error : new Failure(0, String(error)));
    });
    return () => abort.abort();
  };
  useEffect(load, [settings.value.key]);

  const range = current.lines;
  const place: Place = { repo: current.repo, path: current.path, first: range?.first ?? 1, last: range?.last ?? range?.first ?? 1 };
  const back = backHref(current);

  useEffect(
    () =>
      listen({
        back: () => goBack({ name: 'search', query: current.query, like: '', filters: noFilters(), at: '' }),
        editor: () => void openInEditor(place),
        forge: () => void openOnForge(place),
        copyPlace: () => void copy(range ? `${current.path}:${range.first}` : current.path, 'Copied path and line'),
        copy: () => file?.text !== undefined && void copy(selectedText(file.text, range), range ? 'Copied the lines' : 'Copied the file'),
        nextPart: () => file && jump(current, file.outline, 1),
        previousPart: () => file && jump(current, file.outline, -1),
      }),
    [file, current],
  );

  return (
    <div class="file">
      <header class="file-head">
        <a
          class="button"
          href={back}
          title="Back to the results (u)"
          onClick={(event) => {
            if (!history.state?.inside || event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            history.back();
          }}
        >
          <Icon name="back" size={14} />
          {current.query ? 'Results' : 'Search'}
        </a>
        <h1 class="file-path">
          {current.repo && (
            <span class="result-repo">
              <Text>{current.repo}</Text>
            </span>
          )}
          <Path path={current.path} />
        </h1>
        {file && (
          <span class="file-facts">
            {file.language} · {plural(file.lines, 'line')} · {bytesOf(file.bytes)}
          </span>
        )}
        <span class="file-actions">
          <button type="button" class="button" onClick={() => void copy(range ? `${current.path}:${range.first}` : current.path, 'Copied the path')} title="Copy path and line (y)">
            <Icon name="copy" size={14} />
            Path
          </button>
          <OpenMenu place={place} labelled />
        </span>
      </header>
      {failure && <FailureNote failure={failure} retry={load} />}
      {file && <Body file={file} current={current} />}
    </div>
  );
}

function backHref(current: FileRoute): string {
  return hrefOf({ name: 'search', query: current.query, like: '', filters: noFilters(), at: '' });
}

function selectedText(text: string, range: LineRange | null): string {
  if (!range) return text;
  return text.split('\n').slice(range.first - 1, range.last).join('\n') + '\n';
}

function jump(current: FileRoute, outline: OutlineEntry[], step: 1 | -1) {
  const at = current.lines?.first ?? 0;
  const sorted = [...outline].sort((a, b) => a.start_line - b.start_line);
  const next = step > 0 ? sorted.find((each) => each.start_line > at) : sorted.reverse().find((each) => each.start_line < at);
  if (next) go({ ...current, lines: { first: next.start_line, last: next.end_line } }, 'replace');
}

function Body({ file, current }: { file: FileAnswer; current: FileRoute }) {
  const outline = useMemo(() => [...file.outline].sort((a, b) => a.start_line - b.start_line || b.end_line - a.end_line), [file]);
  const [open, setOpen] = useState(false);
  return (
    <div class={open ? 'file-body outline-open' : 'file-body'}>
      <main class="file-code" id="main" tabIndex={-1}>
        {file.text === undefined ? (
          <p class="note">This index was built without the sources; the outline is all that it knows of the file.</p>
        ) : (
          <Source text={file.text} language={file.language} current={current} />
        )}
      </main>
      {outline.length > 0 && (
        <aside class="outline" aria-label="Outline">
          <button type="button" class="button outline-button" aria-expanded={open} onClick={() => setOpen(!open)}>
            <Icon name="similar" size={14} />
            Outline
          </button>
          <Outline entries={outline} current={current} />
        </aside>
      )}
    </div>
  );
}

function Outline({ entries, current }: { entries: OutlineEntry[]; current: FileRoute }) {
  const [filter, setFilter] = useState('');
  const at = current.lines?.first ?? 0;
  const wanted = filter.trim().toLowerCase();
  const shown = wanted ? entries.filter((each) => each.qualified_name.toLowerCase().includes(wanted)) : entries;
  // The innermost part that holds the chosen line.
  const here = entries.filter((each) => each.start_line <= at && at <= each.end_line).at(-1);
  return (
    <nav class="outline-list" aria-label="Parts of this file">
      {entries.length > 12 && (
        <input
          class="field outline-filter"
          type="search"
          value={filter}
          placeholder={`${entries.length} parts`}
          aria-label="Filter the outline"
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      )}
      <ol>
        {shown.map((each) => (
          <li key={each.id || each.start_line} class={`depth-${Math.min(3, depthOf(each, entries))}`}>
            <a
              href={hrefOf({ ...current, lines: { first: each.start_line, last: each.end_line } })}
              aria-current={each === here ? 'location' : undefined}
            >
              <span class={`kind kind-${each.kind}`}>{kindNames[each.kind] ?? each.kind}</span>
              <span class="outline-name">
                <Text>{each.name || linesName(each)}</Text>
              </span>
            </a>
          </li>
        ))}
      </ol>
    </nav>
  );
}

const linesName = ({ start_line, end_line }: OutlineEntry) => (start_line === end_line ? `Line ${start_line}` : `Lines ${start_line}–${end_line}`);

function depthOf(entry: OutlineEntry, entries: OutlineEntry[]): number {
  return entries.filter((each) => each !== entry && each.kind !== 'section' && each.start_line <= entry.start_line && entry.end_line <= each.end_line).length;
}

function Source({ text, language, current }: { text: string; language: string; current: FileRoute }) {
  const code = text.replace(/\n$/, '');
  const tokens = useTokens(code, language);
  const lines = useMemo(() => linesOf(code, tokens).map(shortened), [code, tokens]);
  const stems = useMemo(() => stemsOf(current.query), [current.query]);
  const block = useRef<HTMLPreElement>(null);
  const range = current.lines;

  useEffect(() => {
    if (!range) return;
    const line = block.current?.querySelector(`[data-line="${range.first}"]`);
    if (!line) return;
    const tall = range.last - range.first > 30;
    line.scrollIntoView({ block: tall ? 'start' : 'center' });
  }, [range?.first, range?.last]);

  // A click on a number chooses the line, with Shift the lines up to it.
  const choose = (event: MouseEvent) => {
    const line = (event.target as HTMLElement).closest<HTMLElement>('.line');
    if (!line || event.offsetX < 0 || !(event.target as HTMLElement).classList.contains('line')) return;
    const number = Number(line.dataset.line);
    const from = event.shiftKey && range ? range.first : number;
    go({ ...current, lines: { first: Math.min(from, number), last: Math.max(from, number) } }, 'replace');
  };

  const chunks: Span[][][] = [];
  for (let at = 0; at < lines.length; at += chunkLines) chunks.push(lines.slice(at, at + chunkLines));
  const digits = String(lines.length).length;
  return (
    <pre class={`code code-file digits-${Math.min(7, Math.max(3, digits))}`} ref={block} tabIndex={0} aria-label={`Source of ${current.path}`} role="region" onClick={choose}>
      <code>
        {chunks.map((chunk, index) => (
          <span class={chunk.length === chunkLines ? 'chunk chunk-full' : 'chunk'} key={index}>
            {chunk.map((spans, offset) => {
              const number = index * chunkLines + offset + 1;
              return (
                <Line key={number} number={number} spans={spans} stems={stems} chosen={range !== null && range.first <= number && number <= range.last} />
              );
            })}
          </span>
        ))}
      </code>
    </pre>
  );
}

// A line of a megabyte is data; the browser would lay it out for seconds.
function shortened(spans: Span[]): Span[] {
  let length = 0;
  for (const span of spans) length += span.text.length;
  if (length <= longLine) return spans;
  const kept: Span[] = [];
  let room = longLine;
  for (const span of spans) {
    if (room <= 0) break;
    kept.push({ ...span, text: span.text.slice(0, room) });
    room -= span.text.length;
  }
  kept.push({ text: ` … ${length - longLine} characters more`, kind: 1 });
  return kept;
}
