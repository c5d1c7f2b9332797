// Nothing of an index runs in the page, and nothing of it deceives the reader's eye.
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { base, launch, open, results } from './harness';
import { hostileFiles } from './hostile';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('shows hostile names and sources as text in the list', async () => {
  // Its repository alone: by meaning, everything in the library is a little like a zebra too.
  const repository = encodeURIComponent('<img src=x onerror=alert(1)>');
  const { page, complaints } = await open(browser, `${base()}?q=zebra&repo=${repository}`);
  await results(page).first().waitFor();
  while (await page.getByRole('button', { name: 'More results' }).isVisible()) {
    const before = await results(page).count();
    await page.getByRole('button', { name: 'More results' }).click();
    await page.waitForFunction((count) => document.querySelectorAll('.result').length > count, before);
  }
  const buttons = page.locator('.more-lines[aria-expanded="false"]');
  while (await buttons.count()) await buttons.first().click();
  for (let index = 0; index < (await results(page).count()); index++) await results(page).nth(index).getByRole('button', { name: 'Why this result' }).click();
  const text = (await page.locator('main').textContent()) ?? '';
  expect(text).toContain('<script>window.hacked = 1</script>');
  expect(text).toContain("<img src=x onerror='window.hacked=1'>");
  expect(await page.locator('#page script, #page img, #page iframe, #page svg[onload], #page b').count()).toBe(0);
  expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
  expect(complaints).toEqual([]);
  await page.context().close();
});

it('shows characters that turn or hide text by their number', async () => {
  const { page, complaints } = await open(browser, `${base()}?q=${encodeURIComponent('let the zebra pass the border')}`);
  await results(page).first().waitFor();
  const first = results(page).filter({ hasText: 'zebra_bidi' }).first();
  const text = (await first.textContent()) ?? '';
  expect(text).toContain('U+202E');
  expect(text).toContain('U+200B');
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it('opens every hostile file, by its name', async () => {
  const status = await (await fetch(`${base()}v1/repositories`)).json();
  const repository = status.repositories.map((each: { name: string }) => each.name).find((name: string) => name.includes('<img'));
  expect(repository).toBeTruthy();
  for (const path of Object.keys(hostileFiles)) {
    const address = `${base()}?in=${encodeURIComponent(repository)}&file=${encodeURIComponent(path)}&q=zebra#L1`;
    const { page, complaints } = await open(browser, address);
    await page.locator('.code-file .line').first().waitFor();
    expect(await page.locator('.file-path').textContent()).not.toMatch(/[\u202e\u200b]/);
    expect(await page.locator('#page script, #page img, #page iframe, #page b').count()).toBe(0);
    // The page stays alive whatever the highlighter makes of the source.
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor({ timeout: 3000 });
    expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
    expect(complaints).toEqual([]);
    await page.context().close();
  }
});

it('takes nothing from the address but text', async () => {
  const attack = '"><img src=x onerror=window.hacked=1>';
  for (const name of ['q', 'lang', 'repo', 'kind', 'path', 'at', 'like', 'file', 'in']) {
    const { page, complaints } = await open(browser, `${base()}?${name === 'q' ? '' : 'q=zebra&'}${name}=${encodeURIComponent(attack)}`);
    await page.waitForTimeout(400);
    expect(await page.locator('#page img').count()).toBe(0);
    expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
    expect(complaints).toEqual([]);
    await page.context().close();
  }
});
