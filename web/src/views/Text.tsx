// Names and sources of a repository as text: nothing in them can change the direction of reading, or hide.
import { partsOf } from '../visible';

export function Text({ children }: { children: string }) {
  const parts = partsOf(children);
  if (parts.length === 1 && !parts[0]?.hidden) return <bdi>{children}</bdi>;
  return (
    <bdi>
      {parts.map(({ text, hidden }) =>
        hidden ? (
          <span class="hidden-character" title="An invisible character">
            {text}
          </span>
        ) : (
          text
        ),
      )}
    </bdi>
  );
}

// The folder in a quiet colour, the file's name in a loud one.
export function Path({ path }: { path: string }) {
  const cut = path.lastIndexOf('/') + 1;
  return (
    <span class="path">
      {cut > 0 && (
        <span class="path-folder">
          <Text>{path.slice(0, cut)}</Text>
        </span>
      )}
      <span class="path-name">
        <Text>{path.slice(cut)}</Text>
      </span>
    </span>
  );
}

const number = new Intl.NumberFormat('en');
export const grouped = (value: number) => number.format(value);

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

export function ageOf(seconds: number): string {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} days`;
}

export function bytesOf(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let index = 0;
  while (bytes >= 1000 && index < units.length - 1) {
    bytes /= 1000;
    index++;
  }
  return `${bytes < 10 && index > 0 ? bytes.toFixed(1) : Math.round(bytes)} ${units[index]}`;
}
