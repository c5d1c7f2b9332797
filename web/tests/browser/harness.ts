// A browser for the tests, and pages that notice whatever should not happen.
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

export const base = () => process.env.QUARRY_URL as string;
export const baseBelow = () => process.env.QUARRY_BELOW_URL as string;

export async function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'],
  });
}

export interface Watched {
  page: Page;
  complaints: string[]; // script errors, policy violations, failed loads, dialogs, requests to elsewhere
}

// Every test ends with an empty list of complaints.
export async function open(browser: Browser, address: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'], ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { origin } = new URL(address);
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // A refused request is the page's to handle; everything else is a fault.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(`console: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) complaints.push(`request to ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await page.goto(address);
  return { page, complaints };
}

export const results = (page: Page) => page.locator('.result');

// Types as a person does, and waits for the answer to the whole of it.
export async function ask(page: Page, query: string) {
  const box = page.getByRole('searchbox', { name: /describe the code/i });
  await box.fill('');
  await box.pressSequentially(query);
  await settled(page);
}

export async function settled(page: Page) {
  await page.waitForFunction(() => {
    const list = document.querySelector('.results');
    return list !== null && list.getAttribute('aria-busy') === 'false';
  });
  await page.waitForTimeout(60);
  await page.waitForFunction(() => document.querySelector('.results')?.getAttribute('aria-busy') === 'false');
}
