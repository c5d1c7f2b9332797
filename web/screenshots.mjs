// Takes the pictures of docs/screenshots: node web/screenshots.mjs URL [CHROMIUM]
// URL is a running `quarry serve` over several repositories, one of them Python's standard library as `python`. They are PNG, made small by pngquant where it is
// installed (Debian: pngquant).
import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [base, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
if (!base) {
  console.error('usage: node web/screenshots.mjs URL [CHROMIUM]');
  process.exit(2);
}

const question = '?q=wait+until+any+of+several+futures+is+done';
const first = (page) => page.locator('.result').first();
const desktop = { width: 1280, height: 800 };
const phone = { width: 390, height: 780 };
const shots = [
  { name: 'front', search: '', size: desktop, scheme: 'light' },
  { name: 'results', search: question, size: desktop, scheme: 'light' },
  { name: 'results-dark', search: question, size: desktop, scheme: 'dark' },
  {
    name: 'why',
    search: '?q=create+a+temporary+directory',
    size: desktop,
    scheme: 'light',
    act: async (page) => {
      await first(page).focus();
      await page.keyboard.press('w');
    },
  },
  { name: 'file-dark', search: '?q=wait+for+futures&in=python&file=concurrent%2Ffutures%2F_base.py', hash: '#L263-L272', size: desktop, scheme: 'dark' },
  { name: 'status', search: '?status', size: desktop, scheme: 'light' },
  {
    name: 'keys',
    search: question,
    size: desktop,
    scheme: 'dark',
    act: async (page) => {
      await first(page).focus();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'phone', search: question, size: phone, scheme: 'light' },
];

const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking'] });
try {
  for (const { name, search, hash = '', size, scheme, act } of shots) {
    const page = await browser.newPage({ viewport: size, colorScheme: scheme, deviceScaleFactor: size === phone ? 2 : 1, reducedMotion: 'reduce' });
    await page.goto(`${base}${search}${hash}`);
    if (search.includes('q=')) await page.locator('.t-keyword').first().waitFor();
    else await page.locator('main h1').waitFor();
    await act?.(page);
    await page.waitForTimeout(1500);
    const path = `${folder}${name}.png`;
    await page.screenshot({ path });
    await page.close();
    spawnSync('pngquant', ['--force', '--skip-if-larger', '--quality', '80-98', '--output', path, path], { stdio: 'ignore' });
    console.log(`${path}: ${Math.round(statSync(path).size / 1000)} kB`);
  }
} finally {
  await browser.close();
}
