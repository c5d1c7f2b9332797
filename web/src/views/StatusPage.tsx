// For the owner: which index answers, how fast, what people ask, and what they do not find.
import { useEffect } from 'preact/hooks';
import { type Quality, type Status } from '../api';
import { goBack, hrefOf, noFilters } from '../route';
import { listen } from '../keyboard';
import { resource } from '../search';
import { settings } from '../settings';
import { FailureNote } from './FailureNote';
import { ageOf, bytesOf, grouped, Text } from './Text';

const every = 5000; // ms
const status = resource<Status>('v1/status');
const quality = resource<Quality>('v1/quality');

function load() {
  if (document.hidden) return;
  void status.load();
  void quality.load();
}

export function StatusPage() {
  useEffect(() => {
    load();
    const timer = setInterval(load, every);
    const stop = listen({ back: () => goBack({ name: 'search', query: '', like: '', filters: noFilters(), at: '' }) });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [settings.value.key]);
  const now = status.value.value;
  const measured = quality.value.value;
  const forbidden = quality.problem.value;
  return (
    <main class="status" id="main" tabIndex={-1}>
      <h1>Index and quality</h1>
      {status.problem.value && <FailureNote failure={status.problem.value} retry={load} />}
      {now && <IndexFacts status={now} />}
      {forbidden && (
        <p class="note">
          Live quality is for the owner of this server: {forbidden.message}
        </p>
      )}
      {measured && <Measured quality={measured} />}
    </main>
  );
}

function Fact({ name, value, note }: { name: string; value: string; note?: string | undefined }) {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd>
        <Text>{value}</Text>
        {note && <span class="fact-note">{note}</span>}
      </dd>
    </div>
  );
}

const count = (value: number | undefined) => (value === undefined ? '–' : grouped(value));

function IndexFacts({ status: { index, version, uptime_seconds } }: { status: Status }) {
  return (
    <section aria-labelledby="index-title">
      <h2 id="index-title">Index</h2>
      <dl class="facts">
        <Fact name="Version" value={String(index.version)} note={index.age_seconds === undefined ? undefined : `${ageOf(index.age_seconds)} old`} />
        <Fact name="Functions" value={count(index.functions)} note={`in ${count(index.files)} files`} />
        <Fact name="Repositories" value={count(index.repositories)} />
        <Fact name="Size" value={index.bytes === undefined ? '–' : bytesOf(index.bytes)} note={index.has_source === false ? 'without sources' : 'with sources'} />
        <Fact name="Model" value={index.model || 'words only'} note={index.dimensions ? `${index.dimensions} dimensions` : undefined} />
        <Fact name="Server" value={version} note={`up ${ageOf(uptime_seconds)}`} />
      </dl>
    </section>
  );
}

const ms = (value: number | null | undefined) => (value === null || value === undefined ? '–' : `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`);
const share = (value: number | null | undefined) => (value === null || value === undefined ? '–' : `${(value * 100).toFixed(1)} %`);

function Measured({ quality: { queries_total, per_minute, latency_ms, zero_results, top_queries, click_through, mrr, by_version } }: { quality: Quality }) {
  const recent = per_minute.slice(-60);
  return (
    <>
      <section aria-labelledby="queries-title">
        <h2 id="queries-title">Queries</h2>
        <dl class="facts">
          <Fact name="Answered" value={grouped(queries_total)} note="since the start" />
          <Fact name="Half within" value={ms(latency_ms.p50)} note={`95 % ${ms(latency_ms.p95)}`} />
          <Fact name="99 % within" value={ms(latency_ms.p99)} />
          <Fact name="Followed by a click" value={share(click_through)} />
          <Fact name="Reciprocal rank" value={mrr === null || mrr === undefined ? '–' : mrr.toFixed(2)} note="mean, of what was clicked" />
        </dl>
        <Minutes counts={recent} />
      </section>
      <div class="status-columns">
        <QueryTable title="Asked and not found" rows={zero_results} empty="Every question found something." />
        <QueryTable title="Asked most" rows={top_queries} empty="Nobody has asked yet." />
      </div>
      {by_version.length > 0 && <Versions rows={by_version} />}
    </>
  );
}

function Minutes({ counts }: { counts: number[] }) {
  if (!counts.length) return null;
  const largest = Math.max(...counts, 1);
  const label = `Queries a minute over the last ${counts.length} minutes; most ${largest}, now ${counts.at(-1)}`;
  return (
    <figure class="minutes">
      <svg viewBox={`0 0 ${counts.length * 10} 60`} preserveAspectRatio="none" role="img" aria-label={label}>
        {counts.map((value, index) => {
          const height = value === 0 ? 1 : Math.max(2, (value / largest) * 60);
          return <rect key={index} x={index * 10 + 1} y={60 - height} width="8" height={height} class={value === 0 ? 'bar-none' : 'bar-for'} />;
        })}
      </svg>
      <figcaption>
        <span>{counts.length} minutes ago</span>
        <span>at most {grouped(largest)} a minute</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function QueryTable({ title, rows, empty }: { title: string; rows: { query: string; count: number }[]; empty: string }) {
  return (
    <section>
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <p class="quiet">{empty}</p>
      ) : (
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Question</th>
              <th scope="col" class="number">
                Times
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ query, count: times }) => (
              <tr key={query}>
                <td>
                  <a href={hrefOf({ name: 'search', query, like: '', filters: noFilters(), at: '' })}>
                    <Text>{query}</Text>
                  </a>
                </td>
                <td class="number">{grouped(times)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const columns: Record<string, string> = { version: 'Version', queries: 'Queries', clicks: 'Clicks', click_through: 'Followed by a click', mrr: 'Reciprocal rank', good: 'Good', bad: 'Bad' };

// Whatever the server counts by version, a column each.
function Versions({ rows }: { rows: Record<string, unknown>[] }) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => rows.every((row) => typeof row[name] !== 'object' || row[name] === null));
  const cell = (value: unknown) => (typeof value === 'number' ? (Number.isInteger(value) ? grouped(value) : value.toFixed(3)) : String(value ?? '–'));
  return (
    <section>
      <h2>By version of the index</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="By version of the index">
        <table class="table">
          <thead>
            <tr>
              {names.map((name) => (
                <th key={name} scope="col">
                  {columns[name] ?? name.replaceAll('_', ' ')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index}>
                {names.map((name) => (
                  <td key={name}>
                    <Text>{cell(row[name])}</Text>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
