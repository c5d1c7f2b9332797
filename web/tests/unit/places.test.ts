import { beforeAll, describe, expect, it, vi } from 'vitest';
import { address } from '../../src/api';
import { editorOf, forgeHref } from '../../src/editors';
import { flatten, linesOf } from '../../src/highlight/tokens';
import { barsOf } from '../../src/views/Why';

let route: typeof import('../../src/route');

beforeAll(async () => {
  // The address bar, as far as the modules read it when they are loaded.
  vi.stubGlobal('location', { search: '', hash: '', pathname: '/code/' });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  route = await import('../../src/route');
});

describe('the address bar', () => {
  it('holds a view whole', () => {
    const filters = { repo: ['a/b'], lang: ['go', 'c++'], kind: [], path: ['x y/&=#'] };
    const views = [
      { name: 'search', query: 'a "b" <c> & d', like: '', filters, at: '00ff' },
      { name: 'search', query: '', like: '0123456789abcdef', filters: route.noFilters(), at: '' },
      { name: 'file', repo: 'r', path: 'dir/<script>#?.py', lines: { first: 3, last: 9 }, query: 'q' },
      { name: 'file', repo: '', path: 'a', lines: null, query: '' },
      { name: 'status' },
    ] as const;
    for (const view of views) {
      const url = new URL(route.hrefOf(view as Parameters<typeof route.hrefOf>[0]), 'http://host/code/');
      expect(url.pathname).toBe('/code/');
      expect(route.parseView(url.search, url.hash)).toEqual(view);
    }
  });

  it('takes lines as forges write them, and nothing else', () => {
    expect(route.parseLines('#L5')).toEqual({ first: 5, last: 5 });
    expect(route.parseLines('#L9-L5')).toEqual({ first: 5, last: 9 });
    expect(route.parseLines('#L5-9')).toEqual({ first: 5, last: 9 });
    for (const hash of ['', '#', '#L', '#L0', '#Lx', '#L5-L', '#L99999999999', '#L1"><script>']) {
      expect(route.parseLines(hash)).toBeNull();
    }
  });
});

describe('addresses', () => {
  it('of the API are relative and escaped', () => {
    expect(address('v1/search', { q: 'a&b c', lang: ['go', 'c'], n: 5, empty: '' })).toBe('v1/search?q=a%26b+c&lang=go&lang=c&n=5');
  });

  it('of editors cannot leave their path', () => {
    expect(editorOf('vscode').href('/a b/c#d?e.py', 7)).toBe('vscode://file/a%20b/c%23d%3Fe.py:7');
    expect(editorOf('idea').href('/a&line=1/x.py', 7)).toBe('idea://open?file=%2Fa%26line%3D1%2Fx.py&line=7');
    expect(editorOf('no such editor').id).toBe('vscode');
  });

  it('of forges are web addresses, with the lines as each one wants them', () => {
    expect(forgeHref('https://github.com/o/r/blob/abc/f.py#L1', 3, 9)).toBe('https://github.com/o/r/blob/abc/f.py#L3-L9');
    expect(forgeHref('https://gitlab.com/o/r/-/blob/abc/f.py', 3, 9)).toBe('https://gitlab.com/o/r/-/blob/abc/f.py#L3-9');
    expect(forgeHref('https://github.com/o/r/blob/abc/f.py', 3, 3)).toBe('https://github.com/o/r/blob/abc/f.py#L3');
    expect(forgeHref('https://bitbucket.org/o/r/src/abc/f.py#lines-1:2', 3, 9)).toBe('https://bitbucket.org/o/r/src/abc/f.py#lines-3:9');
    expect(forgeHref('javascript:alert(1)', 1, 1)).toBeUndefined();
    expect(forgeHref(undefined, 1, 1)).toBeUndefined();
  });
});

describe('highlighting', () => {
  it('keeps every character, in lines', () => {
    const text = 'def f():\n  """a\n  b"""\n';
    const root = {
      type: 'root',
      children: [
        { type: 'element', tagName: 'span', properties: { className: ['token', 'keyword'] }, children: [{ type: 'text', value: 'def' }] },
        { type: 'text', value: ' f():\n  ' },
        { type: 'element', tagName: 'span', properties: { className: ['token', 'triple-quoted-string', 'string'] }, children: [{ type: 'text', value: '"""a\n  b"""' }] },
      ],
    } as Parameters<typeof flatten>[0];
    const lines = linesOf(text, flatten(root));
    expect(lines.map((line) => line.map((span) => span.text).join(''))).toEqual(text.split('\n'));
    expect(lines[1]).toEqual([
      { text: '  ', kind: 0 },
      { text: '"""a', kind: 3 },
    ]);
  });
});

describe('reasons', () => {
  it('add up to the score, whatever the evidence is called', () => {
    const why = {
      'unit.bm25f': { value: 1, contribution: 2 },
      'unit.coverage': { value: 1, contribution: 0.5 },
      'name.references': { value: 1, contribution: 0.25 },
      'new.kind.of.evidence': { value: 1, contribution: -1 },
    };
    const bars = barsOf(why);
    expect(bars.map(({ label }) => label)).toEqual(['Words of the function', 'How often it is used', 'Other']);
    expect(bars.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(1.75);
  });
});
