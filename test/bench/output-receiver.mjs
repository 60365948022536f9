// A receiver of alerts on loopback, in a process of its own: node output-receiver.mjs http|tcp|slow. Says its port.
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';

const [kind] = process.argv.slice(2);
/** Delay of the slow receiver for each request: nothing arrives in time, and nothing waits for it at the end. */
const DELAY_MS = 60_000;

const server =
  kind === 'tcp'
    ? createTcpServer((socket) => socket.on('error', () => {}).resume())
    : createHttpServer((request, response) => {
        request.resume();
        request.on('end', () => {
          if (kind === 'slow') setTimeout(() => response.end(), DELAY_MS);
          else response.end();
        });
      });
server.listen(0, '127.0.0.1', () => process.stdout.write(`${server.address().port}\n`));
process.on('disconnect', () => process.exit());
