// What is promised in numbers, and to readers who do not see or do not use a mouse.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base, launch, open, results } from './harness';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('the first load is at most 150 KB on the wire, results and their colours included', async () => {
  const { page } = await open(browser, 'about:blank');
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const types = new Map<string, string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, response }) => types.set(requestId, response.url));
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (!/\/v1\//.test(types.get(requestId) ?? '')) bytes += encodedDataLength;
  });
  await page.goto(`${base()}?q=futures`);
  await page.locator('.result .t-keyword').first().waitFor();
  await page.waitForTimeout(300);
  // The worker's own requests are not in the page's session: its files are counted by asking for them.
  for (const worker of page.workers()) bytes += await wireSize(worker.url());
  const loaded = await Promise.all(page.workers().map((worker) => worker.evaluate(() => performance.getEntriesByType('resource').map((each) => each.name))));
  for (const url of loaded.flat()) bytes += await wireSize(url);
  console.log(`first load: ${bytes} bytes`);
  expect(bytes).toBeGreaterThan(20_000);
  expect(bytes).toBeLessThan(150_000);
  await page.context().close();
});

async function wireSize(url: string): Promise<number> {
  const answer = await fetch(url, { headers: { 'Accept-Encoding': 'br' } });
  await answer.arrayBuffer();
  return Number(answer.headers.get('content-length')) + 300;
}

it('files with a hash in their name are kept for ever, the page itself is asked for again', async () => {
  const page = await fetch(base());
  expect(page.headers.get('cache-control')).toBe('no-cache');
  expect(page.headers.get('content-security-policy')).not.toMatch(/unsafe/);
  const script = /src="(\.\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] as string;
  const answer = await fetch(new URL(script, base()));
  expect(answer.headers.get('cache-control')).toMatch(/immutable/);
  const again = await fetch(base(), { headers: { 'If-None-Match': page.headers.get('etag') as string } });
  expect(again.status).toBe(304);
});

it('results are on screen within 100 ms of a key', async () => {
  const { page } = await open(browser, base());
  await page.getByRole('searchbox').pressSequentially('wait', { delay: 150 });
  await results(page).first().waitFor();
  // From the key's own time stamp to the frame after the new list is in the document.
  await page.evaluate(() => {
    const times: number[] = ((window as unknown as { times: number[] }).times = []);
    let pressed = 0;
    addEventListener('keydown', (event) => (pressed = event.timeStamp), true);
    new MutationObserver(() => {
      if (!pressed || document.querySelector('.results')?.getAttribute('aria-busy') !== 'false') return;
      const from = pressed;
      pressed = 0;
      requestAnimationFrame(() => setTimeout(() => times.push(performance.now() - from)));
    }).observe(document.getElementById('page') as Node, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['aria-busy'] });
  });
  const text = ' until any of several futures is done';
  for (const key of text) {
    await page.keyboard.press(key === ' ' ? 'Space' : key);
    await page.waitForTimeout(250);
  }
  const times = (await page.evaluate(() => (window as unknown as { times: number[] }).times)).sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;
  console.log(`key to results, ms: median ${at(0.5).toFixed(0)}, 90 % ${at(0.9).toFixed(0)}, of ${times.length} keys`);
  expect(times.length).toBeGreaterThan(text.length / 2);
  expect(at(0.5)).toBeLessThan(100);
  await page.context().close();
});

describe('axe finds nothing serious', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const views: [string, string, ((page: Page) => Promise<unknown>)?][] = [
    ['front page', ''],
    ['results', '?q=futures', (page) => results(page).first().getByRole('button', { name: 'Why this result' }).click()],
    ['nothing found', '?q=futures&path=no-such-folder/'],
    ['file', '?q=futures&in=python&file=concurrent%2Ffutures%2F_base.py#L263-L270'],
    ['status', '?status'],
    ['help', '?q=futures', (page) => results(page).first().press('?')],
    ['menu', '?q=futures', (page) => results(page).first().getByRole('button', { name: 'Open in' }).focus().then(() => page.keyboard.press('Enter'))],
  ];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [name, search, act] of views) {
      it(`${name}, ${colorScheme}`, async () => {
        // The policy of the page forbids axe; the test page alone is without it.
        const { page } = await open(browser, `${base()}${search}`, { colorScheme, bypassCSP: true, reducedMotion: 'reduce' });
        await page.locator('main').waitFor();
        if (search.startsWith('?q=')) await page.locator('.result, .empty, .line-chosen').first().waitFor();
        await act?.(page);
        await page.waitForTimeout(600);
        await page.evaluate(axe);
        const violations = await page.evaluate(async () => {
          const { violations: found } = await (window as unknown as { axe: { run: () => Promise<{ violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }> } }).axe.run();
          return found.map(({ id, impact, nodes }) => ({ id, impact, at: nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} | ${node.failureSummary}`) }));
        });
        expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([]);
        await page.context().close();
      });
    }
  }
});

it('fits a phone without scrolling sideways', async () => {
  for (const search of ['', '?q=futures', '?q=futures&in=python&file=concurrent%2Ffutures%2F_base.py#L263-L270', '?status']) {
    const { page, complaints } = await open(browser, `${base()}${search}`, { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
    await page.locator('main').waitFor();
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(complaints).toEqual([]);
    await page.context().close();
  }
});

it('follows the system in light and dark, and the reader when they choose', async () => {
  const { page } = await open(browser, base(), { colorScheme: 'dark' });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.getByRole('button', { name: /^Theme/ }).click();
  const light = await ground();
  expect(light).not.toBe(dark);
  await page.reload();
  expect(await ground()).toBe(light);
  await page.context().close();
});
