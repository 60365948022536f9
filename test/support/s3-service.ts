/* Real S3 and SQS services on loopback, with a proxy in front of it that can break what passes through. */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';

/** What happens to a request: nothing, another answer, or a body that ends or slows down. */
export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly code: string }
  /** So many bytes of the body, then the connection breaks. */
  | { readonly kind: 'cut'; readonly after: number };

export interface S3Service {
  /** Arguments of the program that reads from the service. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly endpoint: string;
  readonly requests: string[];
  /** Which fault befalls a request, by method and path with query; kept until the next one. */
  injectFaults(
    choose: (request: string, headers: IncomingMessage['headers']) => Fault | undefined,
  ): void;
  createBucket(name: string): Promise<void>;
  put(bucket: string, key: string, body: string | Uint8Array): Promise<void>;
  /** All files of a folder. */
  putFolder(bucket: string, prefix: string, folder: string): Promise<void>;
  createQueue(name: string): Promise<void>;
  send(queue: string, body: string, attributes?: Readonly<Record<string, string>>): Promise<void>;
  /** Messages that are in the queue, hidden ones as well. */
  depth(queue: string): Promise<number>;
  stop(): Promise<void>;
}

const REGION = 'eu-central-1';
const CREDENTIALS = { accessKeyId: 'tester', secretAccessKey: 'secret' };

export async function startS3(): Promise<S3Service> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const app = buildApp({ logger: false, defaultRegion: REGION });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  let choose: (request: string, headers: IncomingMessage['headers']) => Fault | undefined = () =>
    undefined;
  const requests: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    const name = `${incoming.method} ${incoming.url}`;
    requests.push(name);
    pass(port, { incoming, outgoing, fault: choose(name, incoming.headers) });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const client = new S3Client({
    endpoint: `http://127.0.0.1:${port}`,
    region: REGION,
    forcePathStyle: true,
    credentials: CREDENTIALS,
  });
  const queues = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: REGION,
    credentials: CREDENTIALS,
  });
  const urlOf = async (name: string): Promise<string> =>
    (await queues.send(new GetQueueUrlCommand({ QueueName: name }))).QueueUrl ?? '';
  const put = async (bucket: string, key: string, body: string | Uint8Array): Promise<void> => {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  };
  return {
    args: ['-o', `aws.endpoint=${endpoint}`, '-o', `aws.region=${REGION}`],
    env: {
      AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    endpoint,
    requests,
    injectFaults: (next) => {
      choose = next;
    },
    createBucket: async (name) => {
      await client.send(new CreateBucketCommand({ Bucket: name }));
    },
    put,
    putFolder: async (bucket, prefix, folder) => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const path = join(folder, name);
        if (statSync(path).isFile()) await put(bucket, prefix + name, readFileSync(path));
      }
    },
    createQueue: async (name) => {
      await queues.send(new CreateQueueCommand({ QueueName: name }));
    },
    send: async (queue, body, attributes = {}) => {
      const QueueUrl = await urlOf(queue);
      const MessageAttributes = Object.fromEntries(
        Object.entries(attributes).map(([name, StringValue]) => [
          name,
          { DataType: 'String', StringValue },
        ]),
      );
      await queues.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
    },
    depth: async (queue) => {
      const { Attributes = {} } = await queues.send(
        new GetQueueAttributesCommand({ QueueUrl: await urlOf(queue), AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes.ApproximateNumberOfMessages) +
        Number(Attributes.ApproximateNumberOfMessagesNotVisible)
      );
    },
    stop: async () => {
      client.destroy();
      queues.destroy();
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      await app.close();
    },
  };
}

interface Passing {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly fault: Fault | undefined;
}

function pass(port: number, { incoming, outgoing, fault }: Passing): void {
  if (fault?.kind === 'answer') {
    incoming.resume();
    const { status, code } = fault;
    const type = incoming.headers['content-type'] ?? '';
    const isJson = type.includes('json');
    outgoing.writeHead(status, { 'content-type': isJson ? type : 'application/xml' });
    outgoing.end(
      isJson
        ? JSON.stringify({ __type: code, message: 'made' })
        : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>made</Message></Error>`,
    );
    return;
  }
  const { method, url, headers } = incoming;
  const forward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
    if (fault?.kind !== 'cut') {
      answer.pipe(outgoing);
      return;
    }
    let left = fault.after;
    answer.on('data', (bytes: Buffer) => {
      outgoing.write(bytes.subarray(0, left), () => {
        if (left <= 0) outgoing.destroy();
      });
      left -= bytes.length;
    });
    answer.on('end', () => outgoing.destroy());
  });
  forward.on('error', () => outgoing.destroy());
  // Who asked waits no longer: nothing is to be given to nobody.
  outgoing.on('close', () => forward.destroy());
  incoming.pipe(forward);
}
