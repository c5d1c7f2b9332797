import { describe, expect, it } from 'vitest';
import { chooseHunks, dedent } from '../../src/snippet';
import { partsOf, visible } from '../../src/visible';
import { findWords, stemsOf } from '../../src/words';

describe('words of a question', () => {
  const marked = (query: string, text: string) =>
    findWords(text, stemsOf(query)).map(({ range }) => text.slice(range.start, range.end));

  it('are found by their stems, in any case and inside identifiers', () => {
    expect(marked('concatenates files', 'def concat_file(concatenateFiles, FILES2)')).toEqual([
      'file', 'concatenate', 'Files', 'FILES',
    ]);
    expect(marked('parse HTTP headers', 'parseHTTPHeader2 parsed')).toEqual(['parse', 'HTTP', 'Header', 'parsed']);
  });

  it('leave out words that say nothing, and filters', () => {
    expect([...stemsOf('return the ip of a device lang:go path:"my device/"')].sort()).toEqual(['devic', 'ip', 'return']);
    expect(marked('the of', 'the of')).toEqual([]);
  });

  it('do not look through data', () => {
    expect(marked('aa', `${'aa '.repeat(3000)}`)).toEqual([]);
  });

  it('know other alphabets', () => {
    expect(marked('größe прочитать', 'die Größe прочитать()')).toEqual(['Größe', 'прочитать']);
  });
});

describe('characters that deceive', () => {
  it('are shown by their number, and nothing else is changed', () => {
    expect(visible('a\u202eb\u200bc\u0007\tü')).toBe('aU+202EbU+200BcU+0007\tü');
    expect(partsOf('x\u2066y')).toEqual([
      { text: 'x', hidden: false },
      { text: 'U+2066', hidden: true },
      { text: 'y', hidden: false },
    ]);
    expect(partsOf('<script>"&')).toEqual([{ text: '<script>"&', hidden: false }]);
  });
});

describe('the lines of a long function', () => {
  const lines = ['def f(a,', '      b):', ...Array.from({ length: 40 }, (_, index) => `    step_${index}()`)];
  lines[30] = '    open_socket(host)';

  it('are its beginning and those of the question', () => {
    const hunks = chooseHunks(lines, '', stemsOf('open a socket'));
    expect(hunks).toEqual([
      { first: 0, last: 4 },
      { first: 29, last: 31 },
    ]);
  });

  it('are its first ones where the question is not in it', () => {
    expect(chooseHunks(lines, '', stemsOf('nothing'))).toEqual([{ first: 0, last: 7 }]);
  });

  it('are all of a short one', () => {
    expect(chooseHunks(['a', 'b'], '', new Set())).toEqual([{ first: 0, last: 1 }]);
  });

  it('lose the indentation that the first one has lost already', () => {
    expect(dedent(['def f(self):', '        if x:', '            y'])).toEqual(['def f(self):', '    if x:', '        y']);
    expect(dedent(['void f() {', '    g();', '  }'])).toEqual(['void f() {', '  g();', '}']);
    expect(dedent(['func f() {', '\tg()', '}'])).toEqual(['func f() {', '\tg()', '}']);
    expect(dedent(['x = """', 'a', '    b'])).toEqual(['x = """', 'a', '    b']);
  });
});
