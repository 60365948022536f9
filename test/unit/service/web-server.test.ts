import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { ServiceStatus } from '../../../engine/service/health.ts';
import { WebServer, type WebServerOptions } from '../../../engine/service/web-server.ts';
import { Random } from '../../fuzz/random.ts';
import { fuzzRequests } from '../../fuzz/requests.ts';
import { serviceStatus } from '../../support/service-status.ts';
import { someAlerts } from '../../support/some-alerts.ts';

const OPTIONS: Omit<WebServerOptions, 'status'> = {
  address: '127.0.0.1',
  port: 0,
  healthPath: '/health',
  hasMetrics: true,
  hasPage: true,
  certificateFile: undefined,
};

/** Calls `test` with a server that ends with it. */
async function withServer(
  options: Partial<WebServerOptions>,
  test: (url: string, server: WebServer) => Promise<void>,
  status: () => ServiceStatus = serviceStatus,
): Promise<void> {
  const server = new WebServer({ ...OPTIONS, status, ...options });
  try {
    await test(await server.open(), server);
  } finally {
    await server.close();
  }
}

/** Status and body. */
async function ask(url: string, options: object = {}): Promise<[number, string]> {
  return await new Promise((resolve, reject) => {
    const sent = request(url, options, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve([response.statusCode ?? 0, body]));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const SEED = Number(process.env.TEST_SEED ?? 20_261_130);

/** The status line of what is answered to a request line that no client would send. */
async function askRaw(url: string, target: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString('latin1').split('\r\n')[0] ?? '');
    });
    socket.write(`GET ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
  });
}

describe('the web server', () => {
  it.each([
    ['//', 404],
    ['///', 404],
    ['http://[', 200],
    ['http://a:b/', 200],
    ['http://127.0.0.1/healthz', 200],
    ['*', 404],
    ['/%', 404],
    ['/readyz/%', 404],
    ['/?a=//', 200],
  ])('answers the target %s with %i and goes on', async (target, status) => {
    await withServer({}, async (url) => {
      expect(await askRaw(url, target)).toContain(` ${status} `);
      expect(await ask(`${url}healthz`)).toEqual([200, '{"status":"ok"}']);
    });
  });

  it(`goes on whatever requests look like (seed ${SEED})`, async () => {
    const fuzz = await fuzzRequests();
    for (let run = 0; run < 500; run++) await fuzz(new Random(SEED + run));
  });

  it.each(['healthz', 'health'])('says at /%s that it lives', async (path) => {
    await withServer({}, async (url) => {
      expect(await ask(url + path)).toEqual([200, '{"status":"ok"}']);
    });
  });

  const failure = {
    stream: 'production',
    plugin: 'p',
    reason: 'no file',
    kind: 'e',
    atStart: true,
  };
  it.each([
    [{}, 200, 'reading'],
    [{ phase: 'over' }, 200, 'read to its end'],
    [{ phase: 'starting' }, 503, 'starting'],
    [{ problem: '/logs does not exist' }, 503, '/logs does not exist'],
    [{ phase: 'pausing' }, 503, 'its source failed and is restarted'],
    [{ phase: 'over', failure }, 503, 'given up: no file'],
  ] as const)('says whether streams are ready: %j', async (stream, code, state) => {
    const status = (): ServiceStatus => serviceStatus(stream);
    await withServer(
      {},
      async (url) => {
        const one = { stream: 'production', ready: code === 200, state };
        const [status, body] = await ask(`${url}readyz`);
        expect(status).toBe(code);
        expect(JSON.parse(body)).toMatchObject({ ready: code === 200, streams: [one] });
        expect(await ask(`${url}readyz/production`)).toEqual([code, JSON.stringify(one)]);
        expect((await ask(`${url}readyz/other`))[0]).toBe(404);
      },
      status,
    );
  });

  it.each([
    ['up', undefined, 200, 'up'],
    ['kept', undefined, 200, 'alerts wait on disk: away'],
    ['held-up', undefined, 503, 'events wait: away'],
    ['over', { reason: 'EIO', isClosedByReader: false }, 503, 'ended: EIO'],
  ] as const)('says whether outputs are ready: %s', async (state, end, code, text) => {
    const { engine, outputs } = serviceStatus();
    const changed = outputs.map((output) => ({ ...output, state, end, lastFault: 'away' }));
    await withServer(
      {},
      async (url) => {
        const [status, body] = await ask(`${url}readyz`);
        expect(status).toBe(code);
        expect(JSON.parse(body).outputs).toEqual([
          { output: 'siem', ready: code === 200, up: state === 'up', state: text },
        ]);
        const [, metrics] = await ask(`${url}metrics`);
        expect(metrics).toContain(`tiercel_output_up{output="siem"} ${state === 'up' ? 1 : 0}`);
      },
      () => ({ engine, outputs: changed }),
    );
  });

  it('is ill when a run makes no progress for half a minute', async () => {
    const { engine, outputs } = serviceStatus();
    for (const [stalledMs, code] of [
      [29_000, 200],
      [31_000, 503],
    ] as const) {
      await withServer(
        {},
        async (url) => expect((await ask(`${url}healthz`))[0]).toBe(code),
        () => ({ engine: { ...engine, stalledMs }, outputs }),
      );
    }
  });

  it('is not ready before anything runs', async () => {
    const status = (): ServiceStatus => ({ engine: undefined, outputs: [] });
    await withServer(
      {},
      async (url) => {
        expect((await ask(`${url}readyz`))[0]).toBe(503);
        expect((await ask(`${url}healthz`))[0]).toBe(200);
        expect((await ask(`${url}api/status`))[0]).toBe(200);
      },
      status,
    );
  });

  it('has versions as Falco has them', async () => {
    await withServer({}, async (url) => {
      const [, body] = await ask(`${url}versions`);
      expect(JSON.parse(body)).toMatchObject({
        engine_version: '62',
        engine_version_semver: '0.62.0',
        plugin_versions: { cloudtrail: '1.2.3' },
      });
    });
  });

  it('has metrics and the page only where they are asked for', async () => {
    await withServer({ hasMetrics: false, hasPage: false }, async (url) => {
      for (const path of ['metrics', '', 'api/status', 'api/alerts', 'nothing'])
        expect([path, (await ask(url + path))[0]]).toEqual([path, 404]);
    });
    await withServer({}, async (url) => {
      expect((await ask(`${url}metrics`))[1]).toContain('tiercel_workers 2');
      expect((await ask(url))[1]).toContain('<title>Tiercel</title>');
    });
  });

  it('can only be read, by the name that it has', async () => {
    await withServer({}, async (url) => {
      expect((await ask(url, { method: 'POST' }))[0]).toBe(405);
      expect((await ask(url, { headers: { host: 'evil.example' } }))[0]).toBe(421);
      expect((await ask(url, { headers: { host: 'localhost:1' } }))[0]).toBe(200);
      expect(await ask(url, { method: 'HEAD' })).toEqual([200, '']);
    });
  });

  it('gives alerts as they come, from where a reader stands', async () => {
    await withServer({}, async (url, server) => {
      server.tail.add(someAlerts(1, 3));
      const parts: { missed: number; total: number; alerts: { line: string }[] }[] = [];
      const feed = request(`${url}api/alerts`, { headers: { 'last-event-id': '1' } });
      feed.on('response', (response) => {
        response.setEncoding('utf8').on('data', (text: string) => {
          for (const [, data = ''] of text.matchAll(/^data: (.*)$/gm)) parts.push(JSON.parse(data));
        });
        response.on('error', () => {});
      });
      feed.on('error', () => {});
      feed.end();
      const until = async (count: number): Promise<void> => {
        while (parts.length < count) await new Promise((resolve) => setTimeout(resolve, 10));
      };
      await until(1);
      server.tail.add(someAlerts(4, 2));
      await until(2);
      feed.destroy();
      expect(parts.map(({ alerts }) => alerts.map(({ line }) => line))).toEqual([
        ['2', '3'],
        ['4', '5'],
      ]);
      expect(parts[1]).toMatchObject({ missed: 0, total: 5 });
    });
  });

  it('tells a reader of alerts that came too fast', async () => {
    await withServer({}, async (url, server) => {
      server.tail.add(someAlerts(1, 10));
      for (let turn = 0; turn < 5; turn++) server.tail.add(someAlerts(1, 10_000));
      const feed = request(`${url}api/alerts`, { headers: { 'last-event-id': '10' } });
      const first = await new Promise<string>((resolve) => {
        feed.on('response', (response) => response.once('data', (part) => resolve(String(part))));
        feed.on('error', () => {});
        feed.end();
      });
      feed.destroy();
      expect(Number(/"missed":(\d+)/.exec(first)?.[1])).toBeGreaterThan(10_000);
    });
  });

  it('lets the page run its own script only, and be in no other page', async () => {
    await withServer({}, async (url) => {
      const policy = await new Promise<string>((resolve) => {
        request(url, (response) => {
          response.resume();
          resolve(String(response.headers['content-security-policy']));
        }).end();
      });
      expect(policy).toMatch(
        /^default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-/,
      );
      expect(policy).toContain("frame-ancestors 'none'");
    });
  });

  it('says when its port is taken', async () => {
    await withServer({}, async (url) => {
      const port = Number(new URL(url).port);
      const other = new WebServer({ ...OPTIONS, status: serviceStatus, port });
      await expect(other.open()).rejects.toThrow('EADDRINUSE');
    });
  });
});
