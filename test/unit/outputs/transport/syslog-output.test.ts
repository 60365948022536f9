import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRIORITIES } from '../../../../engine/base/priority.ts';
import {
  formatMessage,
  syslogHeader,
} from '../../../../engine/outputs/transport/syslog-message.ts';
import { createSyslogOutput } from '../../../../engine/outputs/transport/syslog-output.ts';
import { NO_TLS_FILES } from '../../../../engine/outputs/transport/tls-files.ts';
import { SyslogReceiver, UdpReceiver } from '../../../support/receivers.ts';
import { scratchFolder } from '../../../support/scratch-folder.ts';
import { someAlerts } from '../../../support/some-alerts.ts';

const scratch = scratchFolder('syslog-output');
const header = { ...syslogHeader('local0', 'tiercel'), hostname: 'sensor', processId: 7 };
const common = { header, timeoutMs: 300, tls: NO_TLS_FILES };
const [alert] = someAlerts(1);
if (alert === undefined) throw new Error('no alert');

describe('a message of syslog', () => {
  it('has the parts of RFC 5424, with the time of the event', () => {
    expect(formatMessage(header, alert)).toBe(
      '<131>1 2026-01-01T00:00:00.123456Z sensor tiercel 7 alert - 1',
    );
  });

  it.each(PRIORITIES.map((priority, severity) => [priority, 8 + severity] as const))(
    'of priority %s has <%i>',
    (priority, value) => {
      const user = { ...header, facility: 'user' } as const;
      expect(formatMessage(user, { ...alert, priority })).toMatch(new RegExp(`^<${value}>1 `));
    },
  );

  it.each([-1n, 2n ** 63n - 1n])(
    'has no time where the event has none that can be written: %i',
    (time) => {
      const said = formatMessage(header, { ...alert, time }).split(' ')[1];
      expect(said).toMatch(/^(-|2262-.*Z)$/);
    },
  );
});

describe('alerts as syslog', () => {
  it('are framed by their length over TCP, also where they have several bytes a character', async () => {
    const receiver = new SyslogReceiver();
    await receiver.start();
    const place = { host: '127.0.0.1', port: receiver.port, path: '' };
    const output = createSyslogOutput({ ...common, transport: 'tcp', ...place });
    await output.open();
    await output.deliver([{ ...alert, line: 'grüße' }, alert]);
    await output.close();
    expect(receiver.lines.map((line) => line.split(' - ')[1])).toEqual(['grüße', '1']);
    expect(output.name).toBe(`syslog tcp://127.0.0.1:${receiver.port}`);
  });

  it('are sent again to a receiver that does not close its side', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => socket.resume());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as { port: number };
    const place = { host: '127.0.0.1', port, path: '' };
    const output = createSyslogOutput({ ...common, transport: 'tcp', ...place });
    await output.open();
    await expect(output.deliver([alert])).rejects.toMatchObject({
      kind: 'away',
      message: 'the receiver did not close the connection within 300 ms',
    });
    await output.close();
    server.close();
  });

  it('are refused over UDP when no datagram can hold them', async () => {
    const receiver = new UdpReceiver();
    await receiver.start();
    const place = { host: '127.0.0.1', port: receiver.port, path: '' };
    const output = createSyslogOutput({ ...common, transport: 'udp', ...place });
    await output.open();
    const long = { ...alert, line: 'x'.repeat(70_000) };
    await expect(output.deliver([alert, long])).rejects.toMatchObject({
      kind: 'refused',
      taken: 1,
    });
    await output.close();
  });

  it('go to a daemon of this machine that takes connections', async () => {
    const path = join(scratch.path, 'stream');
    let got = '';
    const server = createServer((socket) => {
      socket.on('data', (part: Buffer) => {
        got += part.toString();
      });
    });
    await once(server.listen(path), 'listening');
    const output = createSyslogOutput({ ...common, transport: 'local', host: '', port: 0, path });
    await output.open();
    await output.deliver(someAlerts(1, 2));
    await output.close();
    while (got.length < 12) await new Promise((resolve) => setTimeout(resolve, 5));
    server.close();
    expect(got).toBe('<131>1\0<131>2\0');
  });

  it('are an error at the start where there is no daemon', async () => {
    const path = join(scratch.path, 'nowhere');
    const output = createSyslogOutput({ ...common, transport: 'local', host: '', port: 0, path });
    await expect(output.open()).rejects.toThrow('ENOENT');
  });

  // Node has no datagram sockets in the file system; what listens here is another program's.
  const hasBoth = ['python3', 'logger'].every(
    (program) => spawnSync(program, ['--version']).status === 0,
  );
  it.skipIf(!hasBoth)('go to a daemon that takes datagrams, as nearly all do', async () => {
    const path = join(scratch.path, 'datagrams');
    const listen = `import socket,sys
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("ready",flush=True)
for _ in range(2): print(s.recv(99999).decode(),flush=True)`;
    const daemon = spawn('python3', ['-c', listen, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    let got = '';
    daemon.stdout.on('data', (part: Buffer) => {
      got += part.toString();
    });
    const ended = once(daemon, 'exit');
    while (!got.includes('ready')) await new Promise((resolve) => setTimeout(resolve, 5));
    const output = createSyslogOutput({ ...common, transport: 'local', host: '', port: 0, path });
    await output.open();
    await output.deliver(someAlerts(1, 2));
    await ended;
    expect(got).toMatch(/^ready\n<131>.*tiercel: 1\n<131>.*tiercel: 2\n$/);
    await expect(output.deliver(someAlerts(3))).rejects.toMatchObject({ kind: 'away' });
    await output.close();
  });
});
