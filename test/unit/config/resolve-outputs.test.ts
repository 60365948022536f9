import { describe, expect, it } from 'vitest';
import type { Config } from '../../../engine/config/config.ts';
import { loadConfig } from '../../../engine/config/load-config.ts';
import { scratchFolder } from '../../support/scratch-folder.ts';

const scratch = scratchFolder('resolve-outputs');
let files = 0;

/** Reads a valid configuration. */
function configOf(text: string): Config {
  const configFile = scratch.write(`${files++}.yaml`, text);
  const { value, diagnostics } = loadConfig({
    configFile,
    rulesFiles: [],
    options: [],
    plugin: 'cloudtrail',
    openParams: undefined,
  });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (value === undefined) throw new Error('no configuration');
  return value;
}

const FALCO = `
stdout_output: {enabled: true}
syslog_output: {enabled: true}
file_output: {enabled: true, filename: ./alerts.txt, keep_alive: false}
program_output: {enabled: true, keep_alive: false, program: "mail -s a b"}
`;
const SHIPPED = `
http_output:
  enabled: true
  url: https://collector.example.com/
  user_agent: falcosecurity/falco
  insecure: false
  ca_cert: ""
  ca_bundle: ""
  ca_path: /nowhere/certs/
  mtls: false
  client_cert: /nowhere/client.crt
  client_key: /nowhere/client.key
  echo: false
  compress_uploads: false
  keep_alive: false
  max_consecutive_timeouts: 5
`;

describe('outputs of a configuration', () => {
  it('are standard output by default', () => {
    const { outputs, alertChannels } = configOf('{}');
    expect(outputs).toMatchObject([
      {
        name: 'stdout',
        channel: undefined,
        target: { type: 'stdout' },
        delivery: undefined,
        mayBeMissing: false,
      },
    ]);
    expect(alertChannels).toEqual([]);
  });

  it('are those of Falco, by its keys', () => {
    const { outputs } = configOf(FALCO);
    expect(outputs.map(({ name }) => name)).toEqual(['stdout', 'syslog', 'file', 'program']);
    expect(outputs.map(({ target }) => target)).toMatchObject([
      { type: 'stdout' },
      { type: 'syslog', transport: 'local', path: '/dev/log', facility: 'user' },
      { type: 'file', path: `${scratch.path}/alerts.txt`, keepsOpen: false },
      { type: 'program', program: 'mail -s a b', keepsOpen: false },
    ]);
    expect(outputs.map(({ mayBeMissing }) => mayBeMissing)).toEqual([false, true, false, false]);
    expect(outputs[3]?.delivery).toMatchObject({ triesMax: 3, spool: undefined });
  });

  it('are what Falco ships for HTTP, without certificates that are not there', () => {
    const [, http] = configOf(SHIPPED).outputs;
    expect(http?.target).toMatchObject({
      url: 'https://collector.example.com/',
      envelope: 'single',
      userAgent: 'falcosecurity/falco',
      keepsOpen: false,
      tls: { isInsecure: false, caFiles: [], caFolder: undefined, certificateFile: undefined },
    });
    expect(http?.delivery).toMatchObject({ batchSizeMax: 1, triesMax: 8 });
  });

  it('show a certificate only where Falco would', () => {
    const [, http] = configOf(SHIPPED.replace('mtls: false', 'mtls: true')).outputs;
    expect(http?.target).toMatchObject({ tls: { certificateFile: '/nowhere/client.crt' } });
  });

  it('wait on disk below `data_dir`, and are tried for ever there', () => {
    const [, http, nats] = configOf(`
data_dir: ./state
outputs:
  - {type: http, url: "http://x/", batch_size: 10}
  - {type: nats, name: bus, servers: [nats://x], spool: false, retry: {max_tries: 2, min_pause: 5}}
`).outputs;
    expect(http).toMatchObject({
      name: 'http-1',
      target: { envelope: 'lines', keepsOpen: true, timeoutMs: 10_000 },
      delivery: {
        triesMax: undefined,
        spool: { folder: `${scratch.path}/state/spool`, isShared: true, sizeMax: 1 << 30 },
        deadLetterFile: `${scratch.path}/state/undelivered/http-1.jsonl`,
      },
    });
    expect(nats?.delivery).toMatchObject({ triesMax: 2, pauseMinMs: 5, spool: undefined });
  });

  it.each([
    ['udp://logs.example.com', { transport: 'udp', host: 'logs.example.com', port: 514 }],
    ['tcp://[::1]:1514', { transport: 'tcp', host: '::1', port: 1514 }],
    ['tls://10.0.0.1', { transport: 'tls', host: '10.0.0.1', port: 6514 }],
    ['unix:/run/log.sock', { transport: 'local', path: '/run/log.sock' }],
  ])('are sent to %s', (address, target) => {
    const { outputs } = configOf(`outputs: [{type: syslog, address: "${address}"}]`);
    expect(outputs[1]?.target).toMatchObject(target);
  });

  it('that want the same share a channel; one that wants all as it is has none', () => {
    const { outputs, alertChannels, alertFormat } = configOf(`
outputs:
  - {type: file, filename: a, format: ocsf, priority: error}
  - {type: file, filename: b, format: ocsf, priority: Error}
  - {type: file, filename: c, tags: [login]}
  - {type: file, filename: d}
`);
    expect(outputs.map(({ channel }) => channel)).toEqual([undefined, 0, 0, 1, undefined]);
    expect(alertChannels).toHaveLength(2);
    expect(alertFormat.shape).toBeUndefined();
  });

  it('that all want one form have it as the form of all alerts', () => {
    const { outputs, alertChannels, alertFormat } = configOf(`
stdout_output: {enabled: false}
outputs:
  - {type: file, filename: a, format: ecs}
  - {type: file, filename: b, format: ecs, rules: ["A*"]}
`);
    expect(alertFormat.shape).toMatchObject({ kind: 'ecs' });
    expect(outputs.map(({ channel }) => channel)).toEqual([undefined, 0]);
    expect(alertChannels[0]?.filter.rules).toEqual(['A*']);
  });

  it('that are not enabled are none', () => {
    const { outputs } = configOf('outputs: [{type: file, filename: a, enabled: false}]');
    expect(outputs).toHaveLength(1);
  });

  it('are not what Falco’s older key of that name is', () => {
    expect(configOf('outputs: {rate: 1, max_burst: 1000}').outputs).toHaveLength(1);
  });
});
