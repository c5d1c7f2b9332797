// Why a result stands where it stands: the evidence behind its score, summed up by what it is about, as bars;
// and every single number for those who fit rankings.
import { useState } from 'preact/hooks';
import type { Evidence } from '../api';

// The first that fits a piece of evidence has it.
const groups: [label: string, fits: RegExp][] = [
  ['How often it is used', /^name\.references$/],
  ['Size and kind', /^(file\.(lines|depth|units)|unit\.lines|kind\..*|role\..*)$/],
  ['Words of the function', /^unit\./],
  ['Its name', /^(name|symbol)\./],
  ['Its doc comment', /^doc\./],
  ['Its signature', /^signature\./],
  ['What it is part of', /^(container|parent)\./],
  ['File name and folder', /^(stem|folder)\./],
  ['Words of the file', /^file\./],
  ['Meaning', /^vector\./],
  ['Second look', /^reranker$/],
];

export interface Bar {
  label: string;
  contribution: number;
}

export function barsOf(why: Record<string, Evidence>): Bar[] {
  const sums = new Map<string, number>();
  for (const [name, { contribution }] of Object.entries(why)) {
    const label = groups.find(([, fits]) => fits.test(name))?.[0] ?? 'Other';
    sums.set(label, (sums.get(label) ?? 0) + contribution);
  }
  return [...sums]
    .map(([label, contribution]) => ({ label, contribution }))
    .filter(({ contribution }) => Math.abs(contribution) >= 0.005)
    .sort((a, b) => b.contribution - a.contribution);
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

interface Props {
  why: Record<string, Evidence>;
  score: number;
  onVerdict: ((verdict: 'good' | 'bad') => void) | null;
}

export function Why({ why, score, onVerdict }: Props) {
  const bars = barsOf(why);
  const largest = Math.max(...bars.map(({ contribution }) => Math.abs(contribution)), 1e-9);
  if (!bars.length) return <p class="why why-none">The server tells no reasons for this result.</p>;
  const all = Object.entries(why).sort(([, a], [, b]) => Math.abs(b.contribution) - Math.abs(a.contribution));
  // Bars against grow to the left of a line that leaves them the room they need.
  const against = Math.max(...bars.map(({ contribution }) => -contribution), 0) / largest;
  return (
    <div class="why">
      <table class="why-chart">
        <caption>
          Score <strong>{score.toFixed(2)}</strong> and what it is made of
        </caption>
        <tbody>
          {bars.map(({ label, contribution }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="why-number">{signed(contribution)}</td>
              <td class="why-bar">
                <svg viewBox={`${-against * 100} 0 ${100 + against * 100} 8`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
                  <rect
                    class={contribution < 0 ? 'bar-against' : 'bar-for'}
                    x={contribution < 0 ? (contribution / largest) * 100 : 0}
                    y="0"
                    width={(Math.abs(contribution) / largest) * 100}
                    height="8"
                  />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <details class="why-all">
        <summary>All {all.length} numbers</summary>
        <table>
          <thead>
            <tr>
              <th scope="col">Evidence</th>
              <th scope="col">Value</th>
              <th scope="col">Adds</th>
            </tr>
          </thead>
          <tbody>
            {all.map(([name, { value, contribution }]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{Number(value.toFixed(3))}</td>
                <td>{signed(contribution)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
      {onVerdict && <Verdict onVerdict={onVerdict} />}
    </div>
  );
}

// A reader's verdict is what the quality of an index is measured by.
function Verdict({ onVerdict }: { onVerdict: (verdict: 'good' | 'bad') => void }) {
  const [given, setGiven] = useState(false);
  const give = (verdict: 'good' | 'bad') => {
    onVerdict(verdict);
    setGiven(true);
  };
  if (given) return <p class="verdict">Thank you. The owner of this server sees it in the quality of the index.</p>;
  return (
    <p class="verdict">
      Is this what you asked for?
      <button type="button" class="button" onClick={() => give('good')}>
        Yes
      </button>
      <button type="button" class="button" onClick={() => give('bad')}>
        No
      </button>
    </p>
  );
}
