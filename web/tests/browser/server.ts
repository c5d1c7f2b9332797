// Before the browser tests: a real index of real and of hostile code, a real `quarry serve`, and a proxy that puts it
// below a path. Their addresses are in process.env: QUARRY_URL, QUARRY_BELOW_URL.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hostileFiles } from './hostile';

const below = '/tools/quarry/';

export default async function setup() {
  const scratch = mkdtempSync(join(tmpdir(), 'quarry-page-'));
  let server: ChildProcess | undefined;
  let proxy: Server | undefined;
  const teardown = async () => {
    proxy?.closeAllConnections();
    proxy?.close();
    if (server && server.exitCode === null) {
      const ended = new Promise((resolve) => server?.once('exit', resolve));
      server.kill('SIGTERM');
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5000))]);
      server.kill('SIGKILL');
    }
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    if (!process.env.QUARRY_URL) {
      const program = process.env.QUARRY_PROGRAM;
      if (!program) throw new Error('QUARRY_PROGRAM must name the built quarry');
      const port = await freePort();
      server = await serve(program, scratch, port);
      process.env.QUARRY_URL = `http://127.0.0.1:${port}/`;
    }
    proxy = await proxyBelow(process.env.QUARRY_URL);
    process.env.QUARRY_BELOW_URL = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${below}`;
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

async function serve(program: string, scratch: string, port: number): Promise<ChildProcess> {
  const env = environment(scratch);
  const hostile = join(scratch, 'hostile');
  for (const [path, text] of Object.entries(hostileFiles)) {
    mkdirSync(dirname(join(hostile, path)), { recursive: true });
    writeFileSync(join(hostile, path), text);
  }
  const library = execFileSync('python3', ['-c', 'import sysconfig; print(sysconfig.get_path("stdlib"))'], { encoding: 'utf8' }).trim();
  const index = join(scratch, 'index');
  execFileSync(program, ['index', '--index', index, '--name', 'python', library], { env, stdio: 'pipe' });
  // The rules would leave out what looks minified: hostile code may as well.
  execFileSync(program, ['index', '--no-default-rules', '--index', index, '--name', '<img src=x onerror=alert(1)>', hostile], { env, stdio: 'pipe' });
  return start(program, ['--index', index], env, port);
}

// A home of its own for the program.
export function environment(scratch: string) {
  return { ...process.env, HOME: scratch, XDG_CACHE_HOME: join(scratch, 'cache'), XDG_CONFIG_HOME: join(scratch, 'config') };
}

// Runs `quarry serve` and waits until it is ready.
export async function start(program: string, flags: string[], env: NodeJS.ProcessEnv, port: number): Promise<ChildProcess> {
  const server = spawn(program, ['serve', ...flags, '--listen', `127.0.0.1:${port}`], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  for (let attempt = 0; attempt < 300; attempt++) {
    if (server.exitCode !== null) throw new Error(`quarry serve ended with status ${server.exitCode}`);
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok, () => false);
    if (ready) return server;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill('SIGKILL');
  throw new Error('quarry serve was not ready within 30 s');
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

// As nginx does with `location /tools/quarry/ { proxy_pass http://upstream/; }`: nothing else is answered.
async function proxyBelow(upstream: string): Promise<Server> {
  const proxy = createServer((incoming, outgoing) => {
    if (!incoming.url?.startsWith(below)) {
      outgoing.writeHead(404).end();
      return;
    }
    const url = new URL(incoming.url.slice(below.length), upstream);
    const forward = request(url, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    forward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(forward);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return proxy;
}
