// A server for a team: several repositories of two forges, and a key each.
import { execFileSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, launch, open, results, settled } from './harness';
import { environment, freePort, start } from './server';

const repositories = {
  shop: { remote: 'git@github.com:acme/shop.git', code: 'def retry_with_backoff(call):\n    """Retries a call with backoff."""\n    return call()\n' },
  bank: { remote: 'https://gitlab.example.org/acme/money/bank.git', code: 'def retry_transfer(call):\n    """Retries a transfer with backoff."""\n    return call()\n' },
};
const scratch = mkdtempSync(join(tmpdir(), 'quarry-team-'));
const revisions: Record<string, string> = {};
let browser: Browser;
let server: ChildProcess;
let address: string;
let wholeKey: string;
let shopKey: string;

beforeAll(async () => {
  const program = process.env.QUARRY_PROGRAM as string;
  const env = environment(scratch);
  const index = join(scratch, 'index');
  const run = (...words: string[]) => execFileSync(program, words, { env, encoding: 'utf8', stdio: 'pipe' }).trim();
  for (const [name, { remote, code }] of Object.entries(repositories)) {
    const folder = join(scratch, name);
    const git = (...words: string[]) =>
      execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], { env, encoding: 'utf8', stdio: 'pipe' }).trim();
    mkdirSync(folder);
    writeFileSync(join(folder, 'retry.py'), code);
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'all');
    git('remote', 'add', 'origin', remote);
    revisions[name] = git('rev-parse', 'HEAD');
    run('index', '-q', '--no-vectors', '--index', index, '--name', name, folder);
  }
  const keys = join(scratch, 'keys.json');
  wholeKey = run('key', 'new', 'owner', '--keys', keys, '--scope', 'admin');
  shopKey = run('key', 'new', 'alice', '--keys', keys, '--repo', 'shop');
  const port = await freePort();
  server = await start(program, ['--index', index, '--keys', keys], env, port);
  address = `http://127.0.0.1:${port}/`;
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  server?.kill('SIGINT');
  rmSync(scratch, { recursive: true, force: true });
});

const keyField = 'This server wants an API key';

it('asks for a key, refuses a wrong one, remembers the right one, and shows what it may see', async () => {
  const { page, complaints } = await open(browser, `${address}?q=retry+with+backoff`);
  const field = page.getByLabel(keyField);
  await field.waitFor();
  expect(await results(page).count()).toBe(0);
  await field.fill('qk_wrong');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByText('the key or token is not valid').waitFor();
  await page.getByLabel(keyField).fill(shopKey);
  await page.keyboard.press('Enter');
  await results(page).first().waitFor();
  expect(await page.locator('.result-name').allTextContents()).toContain('retry_with_backoff');
  expect(await page.locator('main').textContent()).not.toContain('retry_transfer');
  expect(page.url()).not.toContain(shopKey);
  await page.reload();
  await results(page).first().waitFor();
  await page.goto(address);
  await page.getByRole('heading', { name: 'Repository', exact: true }).waitFor();
  // The part about what people ask is the owner's.
  await page.goto(`${address}?status`);
  await page.getByRole('heading', { name: 'Index and quality' }).waitFor();
  expect(await page.getByText('Asked most').count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it('counts by repository, narrows to one, and leads to each on its forge', async () => {
  const { page, complaints } = await open(browser, address);
  await page.evaluate((key) => localStorage.setItem('quarry', JSON.stringify({ key })), wholeKey);
  await page.reload();
  await ask(page, 'retry with backoff');
  const group = page.getByRole('group', { name: 'Repository' });
  for (const name of Object.keys(repositories)) {
    const count = Number(await group.locator('label', { hasText: name }).locator('.facet-count').textContent());
    expect(count).toBe((await page.locator('.result-repo').allTextContents()).filter((repository) => repository === name).length);
  }
  await group.locator('label', { hasText: 'bank' }).click();
  await page.waitForURL(/repo=bank/);
  await settled(page);
  expect(await page.locator('.result-name').allTextContents()).not.toContain('retry_with_backoff');
  // The other repository can still be added, and both are shown then.
  await group.locator('label', { hasText: 'shop' }).click();
  await page.waitForURL(/repo=shop/);
  await settled(page);
  expect(new Set(await page.locator('.result-repo').allTextContents())).toEqual(new Set(['shop', 'bank']));
  await page.goBack();
  await page.goBack();
  await settled(page);
  expect(await group.getByRole('checkbox', { checked: true }).count()).toBe(0);
  // No test asks a forge: whatever is opened there is answered here.
  await page.context().route(/^https:/, (route) => route.fulfill({ body: 'the forge' }));
  for (const [name, link] of [
    ['shop', `https://github.com/acme/shop/blob/${revisions.shop}/retry.py#L1-L3`],
    ['bank', `https://gitlab.example.org/acme/money/bank/-/blob/${revisions.bank}/retry.py#L1-3`],
  ] as const) {
    await page.goto(`${address}?in=${name}&file=retry.py#L1-L3`);
    await page.locator('.line-chosen').first().waitFor();
    await page.getByRole('button', { name: 'Open in' }).focus();
    await page.getByRole('button', { name: 'Open in' }).click();
    const item = page.getByRole('menuitem', { name: new URL(link).host });
    await item.waitFor();
    // Where the server is for others, nothing tells of its folders.
    expect(await page.getByRole('menuitem').count()).toBe(1);
    const opened = page.context().waitForEvent('page');
    await item.click();
    const forge = await opened;
    await forge.waitForURL(link);
    expect(await forge.evaluate(() => window.opener)).toBeNull();
    await forge.close();
  }
  expect(complaints).toEqual([]);
  await page.context().close();
});
