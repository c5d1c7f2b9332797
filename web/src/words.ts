// Which parts of a text the words of the question are found in, by the stems that the index goes by as well.
import { stemmer } from 'stemmer';

// Words that say nothing about what code does.
const silent = new Set(
  'a an and are as at be been by can do does for from get how i if in into is it its me my not of on or out so that the their them then there this to up was what when where which who why will with you your'.split(' '),
);

export interface Range {
  start: number; // UTF-16 units, end exclusive
  end: number;
}

// Runs of letters and digits, cut where camel case and digits cut: parseHTTPHeader2 -> parse HTTP Header 2.
const piece = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{Lu}|\p{N}+/gu;

function stem(word: string): string {
  const lower = word.toLowerCase();
  return /^[a-z]+$/.test(lower) ? stemmer(lower) : lower;
}

// The stems of a question. Inline filters (lang:go) are no words of it.
export function stemsOf(query: string): Set<string> {
  const text = query.replace(/(^|\s)-?(lang|path|repo|kind):("[^"]*"|\S*)/g, ' ');
  const stems = new Set<string>();
  for (const [word] of text.matchAll(piece)) {
    if (word.length > 1 && !silent.has(word.toLowerCase())) stems.add(stem(word));
  }
  return stems;
}

export function findWords(text: string, stems: Set<string>): { range: Range; stem: string }[] {
  if (!stems.size || text.length > 5000) return []; // a line longer than that is data
  const found: { range: Range; stem: string }[] = [];
  for (const match of text.matchAll(piece)) {
    const word = stem(match[0]);
    if (stems.has(word)) found.push({ range: { start: match.index, end: match.index + match[0].length }, stem: word });
  }
  return found;
}
