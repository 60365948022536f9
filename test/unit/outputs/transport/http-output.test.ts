import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, it } from 'vitest';
import {
  HttpOutput,
  type HttpOutputOptions,
} from '../../../../engine/outputs/transport/http-output.ts';
import { NO_TLS_FILES } from '../../../../engine/outputs/transport/tls-files.ts';
import { HttpReceiver } from '../../../support/receivers.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const scratch = scratchFolder('http-output');
const OPTIONS: Omit<HttpOutputOptions, 'url'> = {
  userAgent: 'tiercel/test',
  headers: {},
  contentType: 'application/json',
  envelope: 'single',
  isCompressed: false,
  keepsOpen: true,
  timeoutMs: 1_000,
  tls: NO_TLS_FILES,
};

async function setUp(options: Partial<HttpOutputOptions> = {}) {
  const receiver = new HttpReceiver();
  await receiver.start();
  const url = `http://127.0.0.1:${receiver.port}/in?token=secret`;
  const output = new HttpOutput({ ...OPTIONS, url, ...options });
  await output.open();
  return { receiver, output };
}

describe('alerts over HTTP', () => {
  it('are bodies of their own, with what Falco says of them', async () => {
    const { receiver, output } = await setUp();
    await output.deliver(someAlerts(1, 2));
    expect(receiver.bodies).toEqual(['1', '2']);
    expect(receiver.headers[0]).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'tiercel/test',
      connection: 'keep-alive',
    });
    await output.close();
  });

  it.each([
    ['lines', '1\n2\n3\n'],
    ['array', '[1,2,3]'],
  ] as const)(
    'are one body, as %s, compressed, with headers of the configuration',
    async (...row) => {
      const [envelope, body] = row;
      const headers = { Authorization: 'Bearer t' };
      const { receiver, output } = await setUp({ envelope, isCompressed: true, headers });
      await output.deliver(someAlerts(1, 3));
      expect(receiver.bodies).toEqual([body]);
      expect(receiver.headers[0]).toMatchObject({
        'content-encoding': 'gzip',
        authorization: 'Bearer t',
      });
      await output.close();
    },
  );

  it('close the connection each time if configured so', async () => {
    const { receiver, output } = await setUp({ keepsOpen: false });
    await output.deliver(someAlerts(1));
    expect(receiver.headers[0]).toMatchObject({ connection: 'close' });
    await output.close();
  });

  const answers: [status: number, kind: 'away' | 'refused'][] = [
    [400, 'refused'],
    [413, 'refused'],
    [422, 'refused'],
    [302, 'refused'],
    [401, 'away'],
    [403, 'away'],
    [404, 'away'],
    [408, 'away'],
    [429, 'away'],
    [500, 'away'],
    [503, 'away'],
  ];
  it.each(answers)(
    'that are answered with %i are %s, and those before have arrived',
    async (...row) => {
      const [status, kind] = row;
      const { receiver, output } = await setUp();
      receiver.answer = (body, respond) => {
        if (body !== '3') return false;
        respond.writeHead(status, { 'retry-after': '2' }).end('because\n  of this');
        return true;
      };
      await expect(output.deliver(someAlerts(1, 4))).rejects.toMatchObject({
        kind,
        taken: 2,
        message: `HTTP status ${status}: because of this`,
        pauseMs: 2_000,
      });
      await output.close();
    },
  );

  it('that are not answered in time are away', async () => {
    const { receiver, output } = await setUp({ timeoutMs: 50 });
    receiver.answer = () => true;
    const fault = { kind: 'away', taken: 0, message: 'no answer within 50 ms' };
    await expect(output.deliver(someAlerts(1))).rejects.toMatchObject(fault);
    await output.close();
  });

  it('are shown without what may be secret in their URL', async () => {
    const { output, receiver } = await setUp();
    expect(output.name).toBe(`http http://127.0.0.1:${receiver.port}/in`);
    await output.close();
  });

  it('show what is answered to those who ask', async () => {
    const said: string[] = [];
    const { output } = await setUp({ echo: (text) => said.push(text) });
    await output.deliver(someAlerts(1));
    expect(said).toEqual(['ok']);
    await output.close();
  });

  it('are given to a receiver that is known, by one that it knows: mutual TLS', async () => {
    const names = [{ name: 'commonName', value: 'localhost' }];
    const altNames = [{ type: 7 as const, ip: '127.0.0.1' }];
    const { private: key, cert } = await generate(names, {
      extensions: [{ name: 'subjectAltName', altNames }],
    });
    const bodies: string[] = [];
    const options = { key, cert, ca: cert, requestCert: true, rejectUnauthorized: true };
    const server = createTlsServer(options, (request, respond) => {
      request.on('data', (part: Buffer) => bodies.push(part.toString()));
      request.on('end', () => respond.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const certificateFile = scratch.write('cert.pem', cert);
    const keyFile = scratch.write('key.pem', key);
    scratch.write('folder/ca.pem', cert);
    const tries = [
      { ...NO_TLS_FILES, caFiles: [certificateFile], certificateFile, keyFile },
      { ...NO_TLS_FILES, caFolder: `${scratch.path}/folder`, certificateFile, keyFile },
      { ...NO_TLS_FILES, isInsecure: true, certificateFile, keyFile },
      { ...NO_TLS_FILES, certificateFile, keyFile },
      { ...NO_TLS_FILES, caFiles: [certificateFile] },
    ];
    const found: string[] = [];
    for (const tls of tries) {
      const output = new HttpOutput({ ...OPTIONS, url, tls });
      await output.open();
      await output.deliver(someAlerts(1)).then(
        () => found.push('taken'),
        (error: Error) => found.push(error.message),
      );
      await output.close();
    }
    server.close();
    server.closeAllConnections();
    expect(bodies).toEqual(['1', '1', '1']);
    expect(found.slice(0, 3)).toEqual(['taken', 'taken', 'taken']);
    expect(found[3]).toMatch(/certificate is not signed by a known CA/);
    expect(found[4]).toMatch(/certificate required|connection was cut|socket hang up/);
  });

  it('name the certificate that is not there', async () => {
    const tls = { ...NO_TLS_FILES, caFiles: ['/nowhere/ca.pem'] };
    const output = new HttpOutput({ ...OPTIONS, url: 'https://127.0.0.1:1/', tls });
    await expect(output.open()).rejects.toThrow(/\/nowhere\/ca\.pem/);
  });

  it('name the file that has no certificate, or no key', async () => {
    const wrong = '-----BEGIN CERTIFICATE-----\nbm90\n-----END CERTIFICATE-----\n';
    const file = scratch.write('not.pem', wrong);
    for (const [part, reason] of [
      [{ caFiles: [file] }, 'has no certificate in PEM form'],
      [{ certificateFile: file }, 'has no certificate in PEM form'],
      [{ keyFile: file }, 'has no private key in PEM form'],
    ] as const) {
      const tls = { ...NO_TLS_FILES, ...part };
      const output = new HttpOutput({ ...OPTIONS, url: 'https://127.0.0.1:1/', tls });
      await expect(output.open()).rejects.toThrow(`${file} ${reason}`);
    }
  });
});
