// Which lines of a long function are worth a place in the list of results.
import { findWords } from './words';

export interface Hunk {
  first: number; // index of a line, 0-based
  last: number; // inclusive
}

const whole = 14; // functions up to this many lines are shown whole
const budget = 11; // lines of a longer one

// The opening lines, then the lines where most different words of the question stand, with a line around each.
// `doc` is what is shown above the code already: its lines count little.
export function chooseHunks(lines: string[], doc: string, stems: Set<string>): Hunk[] {
  if (lines.length <= whole) return [{ first: 0, last: lines.length - 1 }];
  const opening = openingOf(lines);
  const chosen = new Set<number>();
  const take = (index: number) => index >= 0 && index < lines.length && chosen.add(index);
  for (let index = 0; index < opening; index++) take(index);

  const scores = lines.map((line, index) => {
    const words = new Set(findWords(line, stems).map((each) => each.stem)).size;
    const bare = line.replace(/^[\s/*#"'`;-]+|["'`*/\s]+$/g, '');
    const told = bare.length > 3 && doc.includes(bare);
    return { index, score: told ? words * 0.1 : words };
  });
  scores.sort((a, b) => b.score - a.score || a.index - b.index);
  for (const { index, score } of scores) {
    if (score <= 0 || chosen.size >= budget) break;
    if (chosen.size + 3 > budget + 2) break;
    [index - 1, index, index + 1].forEach(take);
  }
  // Few lines with words of the question: the beginning says most beside them.
  for (let index = 0; chosen.size < Math.min(budget, opening + 6); index++) take(index);

  return join([...chosen].sort((a, b) => a - b), lines);
}

// The lines of the signature: to the bracket that closes the first one, at most six.
function openingOf(lines: string[]): number {
  let depth = 0;
  for (let index = 0; index < Math.min(lines.length, 6); index++) {
    for (const character of lines[index] as string) {
      if ('([<'.includes(character)) depth++;
      else if (')]>'.includes(character)) depth--;
    }
    if (depth <= 0 && /\S/.test(lines[index] as string)) return index + 1;
  }
  return 2;
}

// Neighbours become one hunk; a gap of one line is not worth a mark; blank lines at the edges go.
function join(indices: number[], lines: string[]): Hunk[] {
  const hunks: Hunk[] = [];
  for (const index of indices) {
    const last = hunks[hunks.length - 1];
    if (last && index - last.last <= 2) last.last = index;
    else hunks.push({ first: index, last: index });
  }
  const blank = (index: number) => !/\S/.test(lines[index] ?? '');
  return hunks
    .map(({ first, last }) => {
      while (first < last && blank(first)) first++;
      while (last > first && blank(last)) last--;
      return { first, last };
    })
    .filter(({ first, last }) => first !== last || !blank(first));
}

// A definition inside a class begins in the middle of its line, so that its first line has lost the indentation that
// the others still have. Gives the lines as if it stood at the margin.
export function dedent(lines: string[]): string[] {
  const rest = lines.slice(1).filter((line) => /\S/.test(line));
  if (!rest.length || /^\s/.test(lines[0] as string)) return lines;
  const widthOf = (line: string) => line.length - line.trimStart().length;
  const least = Math.min(...rest.map(widthOf));
  if (least === 0) return lines;
  const last = rest[rest.length - 1] as string;
  // A closing bracket or `end` stands under the first line; without one, the body is one step inside.
  const closes = widthOf(last) === least && /^\s*([)}\]]|end\b|fi\b|done\b|esac\b)/.test(last);
  const inside = (rest[0] as string).startsWith('\t') ? 1 : least % 4 === 0 ? 4 : 2;
  const step = closes ? 0 : inside;
  const cut = Math.max(0, least - step);
  return lines.map((line, index) => (index === 0 ? line : line.slice(Math.min(cut, widthOf(line)))));
}
