// What a reader does, with the keyboard and the mouse, on Python's standard library.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, base, baseBelow, launch, open, results, settled } from './harness';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

// Where it leads: two results may have one name.
const focusedResult = (page: Page) =>
  page.evaluate(() => document.activeElement?.closest('.result')?.querySelector('.result-name')?.getAttribute('href') ?? '');
const question = 'wait until any of several futures is done';

describe('asking', () => {
  it('answers while one types, marks the words, and keeps the question in the address', async () => {
    const { page, complaints } = await open(browser, base());
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('ask-box');
    await ask(page, question);
    expect(await results(page).count()).toBeGreaterThan(3);
    expect(new URL(page.url()).searchParams.get('q')).toBe(question);
    await page.locator('.result mark').first().waitFor();
    expect((await page.locator('.result mark').allTextContents()).map((each) => each.toLowerCase())).toContain('wait');
    await page.locator('.result .t-keyword').first().waitFor();
    expect(await page.title()).toContain(question);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows the answer to the last key, however the answers arrive', async () => {
    const { page, complaints } = await open(browser, base());
    let delay = 700; // the first answers come last
    await page.route(/v1\/search/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, (delay = Math.max(0, delay - 100))));
      await route.continue().catch(() => undefined);
    });
    await ask(page, 'gzip file');
    await page.waitForTimeout(900);
    const shown = await page.locator('.result-name').allTextContents();
    const answer = await (await page.request.get(`${base()}v1/search?q=gzip+file`)).json();
    expect(shown[0]).toBe(answer.results[0].qualified_name);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('offers questions to begin with: those of the talk and those of the index', async () => {
    const { page, complaints } = await open(browser, base());
    const offered = page.locator('.questions li a');
    await offered.first().waitFor();
    const texts = await offered.allTextContents();
    expect(texts).toContain('concatenate files together');
    expect(texts.length).toBeGreaterThan(5);
    await offered.first().click();
    await settled(page);
    expect(new URL(page.url()).searchParams.get('q')).toBe(texts[0]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('says so when nothing is found, and tells the way out', async () => {
    const { page } = await open(browser, `${base()}?q=futures&lang=python&path=no-such-folder/`);
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await page.getByRole('button', { name: 'Search without filters' }).click();
    await results(page).first().waitFor();
    expect(new URL(page.url()).searchParams.has('path')).toBe(false);
    await page.context().close();
  });

  it('tells an error in the words of the server, and tries again', async () => {
    const { page } = await open(browser, base());
    await page.route(/v1\/search/, (route) =>
      route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify({ title: 'Service Unavailable', detail: 'the index is being opened' }) }),
    );
    await page.getByRole('searchbox').pressSequentially('futures');
    await page.getByText('the index is being opened').waitFor();
    await page.unroute(/v1\/search/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await results(page).first().waitFor();
    await page.context().close();
  });

  it('says that meaning was left out where the server says so', async () => {
    const { page } = await open(browser, base());
    await page.route(/v1\/search/, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, json: { ...(await answer.json()), degraded: 'the encoder did not answer in time' } });
    });
    await page.getByRole('searchbox').pressSequentially('futures');
    await page.getByText('the encoder did not answer in time').waitFor();
    await page.unrouteAll({ behavior: 'wait' }); // answers to earlier letters may still be on their way
    await page.context().close();
  });
});

describe('facets', () => {
  it('have counts, filter, and stand in the address', async () => {
    const { page, complaints } = await open(browser, `${base()}?q=${encodeURIComponent(question)}`);
    await results(page).first().waitFor();
    const kind = page.getByRole('group', { name: 'Kind' });
    const row = kind.locator('label', { hasText: 'class' });
    expect(Number((await row.locator('.facet-count').textContent())?.replace(',', ''))).toBeGreaterThan(0);
    await row.click();
    await page.waitForURL(/kind=class/);
    await settled(page);
    expect(new Set(await page.locator('.result .kind').allTextContents())).toEqual(new Set(['class']));
    await page.goBack();
    await settled(page);
    expect(await kind.getByRole('checkbox', { name: /class/ }).isChecked()).toBe(false);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('the keyboard', () => {
  it('walks through the results, opens one and comes back to it', async () => {
    const { page, complaints } = await open(browser, base());
    await ask(page, question);
    await page.keyboard.press('ArrowDown');
    const first = await focusedResult(page);
    expect(first).not.toBe('');
    await page.keyboard.press('j');
    const second = await focusedResult(page);
    expect(second).not.toBe(first);
    await page.keyboard.press('k');
    expect(await focusedResult(page)).toBe(first);
    await page.keyboard.press('j');
    const address = page.url();
    expect(new URL(address).searchParams.get('at')).toMatch(/^[0-9a-f]{16}$/);
    await page.keyboard.press('Enter');
    await page.locator('.line-chosen').first().waitFor();
    expect(new URL(page.url()).searchParams.get('file')).toBeTruthy();
    await page.keyboard.press('u');
    await results(page).first().waitFor();
    await page.waitForFunction(() => document.activeElement?.closest('.result'));
    expect(await focusedResult(page)).toBe(second);
    expect(page.url()).toBe(address);
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('ask-box');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows its keys with ?, in a dialog that Escape closes', async () => {
    const { page, complaints } = await open(browser, `${base()}?q=futures`);
    await results(page).first().waitFor();
    await results(page).first().focus();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.waitFor();
    await page.keyboard.press('j'); // not through the dialog
    expect(await dialog.isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows why, all lines, and copies', async () => {
    const { page, complaints } = await open(browser, `${base()}?q=${encodeURIComponent(question)}`);
    await results(page).first().waitFor();
    await results(page).first().focus();
    await page.keyboard.press('w');
    const chart = results(page).first().locator('.why-chart');
    await chart.waitFor();
    expect(await chart.locator('rect').count()).toBeGreaterThan(2);
    const sum = (await chart.locator('.why-number').allTextContents()).reduce((total, each) => total + Number(each.replace('−', '-')), 0);
    expect(Math.abs(sum - Number(await chart.locator('strong').textContent()))).toBeLessThan(0.1);
    const before = await results(page).first().locator('.line').count();
    await page.keyboard.press('x');
    expect(await results(page).first().locator('.line').count()).toBeGreaterThan(before);
    await page.keyboard.press('c');
    const answer = await (await page.request.get(`${base()}v1/search?q=${encodeURIComponent(question)}`)).json();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(answer.results[0].code);
    await page.keyboard.press('y');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(`${answer.results[0].path}:${answer.results[0].start_line}`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('finds more like this, and goes back', async () => {
    const { page, complaints } = await open(browser, `${base()}?q=${encodeURIComponent(question)}`);
    await results(page).first().waitFor();
    await results(page).first().focus();
    await page.keyboard.press('m');
    await page.getByRole('heading', { name: /^More like/ }).waitFor();
    await settled(page);
    expect(await results(page).count()).toBeGreaterThan(1);
    await page.goBack();
    await settled(page);
    expect(new URL(page.url()).searchParams.get('q')).toBe(question);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('a file', () => {
  it('is shown at the linked lines, with an outline that leads to its parts', async () => {
    const { page, complaints } = await open(browser, `${base()}?in=python&file=concurrent%2Ffutures%2F_base.py#L10-L12`);
    await page.locator('.line-chosen').first().waitFor();
    expect(await page.locator('.line-chosen').count()).toBe(3);
    await page.locator('.code-file .t-keyword').first().waitFor();
    const outline = page.getByRole('navigation', { name: 'Parts of this file' });
    await outline.getByRole('link', { name: /\bas_completed$/ }).click();
    await page.waitForURL(/#L\d+-L\d+$/);
    expect(await page.locator('.line-chosen').first().textContent()).toContain('as_completed');
    const before = page.url();
    await page.keyboard.press(']');
    expect(page.url()).not.toBe(before);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('opens in the editor that was chosen', async () => {
    const { page } = await open(browser, `${base()}?in=python&file=gzip.py#L5`);
    await page.locator('.line-chosen').first().waitFor();
    const links = (await (await page.request.get(`${base()}v1/files?repo=python&path=gzip.py`)).json()).links;
    await page.evaluate(() => {
      addEventListener('click', (event) => {
        const link = (event.target as Element).closest('a');
        if (link?.protocol === 'zed:') {
          event.preventDefault();
          document.title = link.href;
        }
      });
    });
    await page.getByRole('button', { name: 'Open in' }).focus();
    await page.getByRole('button', { name: 'Open in' }).click();
    if (links.editor_path) {
      await page.getByRole('menuitem', { name: 'Zed' }).click();
      await page.waitForFunction(() => document.title.startsWith('zed:'));
      expect(await page.title()).toBe(`zed://file${links.editor_path}:5`);
    } else {
      await page.getByText('tells neither').waitFor();
    }
    await page.context().close();
  });

  it('that is not in the index is an error in words', async () => {
    const { page } = await open(browser, `${base()}?in=python&file=..%2F..%2F..%2Fetc%2Fpasswd`);
    await page.locator('.note-error').waitFor();
    expect(await page.locator('.note-error').textContent()).not.toContain('root:');
    await page.context().close();
  });
});

describe('below a path of a proxy', () => {
  it('works like at the root', async () => {
    const { page, complaints } = await open(browser, baseBelow());
    await ask(page, question);
    expect(await results(page).count()).toBeGreaterThan(3);
    await page.locator('.result .t-keyword').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.locator('.line-chosen').first().waitFor();
    expect(page.url().startsWith(baseBelow())).toBe(true);
    await page.reload();
    await page.locator('.line-chosen').first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('the page of quality', () => {
  it('tells index and queries, and the reader by the keyboard gets there', async () => {
    const { page, complaints } = await open(browser, `${base()}?q=futures`);
    await results(page).first().waitFor();
    await results(page).first().focus();
    await page.keyboard.press('g');
    await page.keyboard.press('s');
    await page.getByRole('heading', { name: 'Index and quality' }).waitFor();
    const status = await (await page.request.get(`${base()}v1/status`)).json();
    await page.getByText(new Intl.NumberFormat('en').format(status.index.functions), { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Asked and not found' }).waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
