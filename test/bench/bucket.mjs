// Small objects of a bucket: the program against a loop that only fetches them, from the same server on loopback, with
// the same number of requests at the same time.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';

const CONCURRENCY = [1, 8, 64];
const CREDENTIALS = { accessKeyId: 'bench', secretAccessKey: 'bench' };

/** For each concurrency: objects a second of the program, of the loop, and the ratio. */
export async function measureBucket(repository, folder, { runProgram, objects }) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  const server = fork(join(repository, 'test/bench/bucket-server.mjs'), [String(objects)]);
  try {
    const [{ port }] = await once(server, 'message');
    const endpoint = `http://127.0.0.1:${port}`;
    const rules = join(repository, 'test/bench/rules-22.yaml');
    const rows = [];
    for (const concurrency of CONCURRENCY) {
      const fetchMs = await fetchAll(endpoint, concurrency);
      const config = join(folder, `bucket-${concurrency}.yaml`);
      const init = { s3DownloadConcurrency: concurrency };
      const plugins = [{ name: 'cloudtrail', init_config: init, open_params: 's3://bench/logs/' }];
      writeFileSync(config, JSON.stringify({ plugins, aws: { endpoint, region: 'eu-central-1' } }));
      const { code, wallMs, errors } = await runProgram(
        ['run', '-q', '-c', config, '-r', rules, '-o', 'json_output=true'],
        {
          AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
          AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
        },
      );
      if (code !== 0) throw new Error(`bucket: exit ${code}\n${errors}`);
      rows.push({
        concurrency,
        objectsPerSecond: Math.round((1000 * objects) / wallMs),
        fetchedPerSecond: Math.round((1000 * objects) / fetchMs),
        ratio: Number((fetchMs / wallMs).toFixed(2)),
      });
    }
    return rows;
  } finally {
    server.disconnect();
  }
}

/** Lists and fetches all of them, and does nothing else: how many milliseconds it takes. */
async function fetchAll(endpoint, concurrency) {
  const agent = { keepAlive: true, maxSockets: concurrency + 2 };
  const client = new S3Client({
    endpoint,
    region: 'eu-central-1',
    forcePathStyle: true,
    credentials: CREDENTIALS,
    requestHandler: { httpAgent: agent },
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const started = performance.now();
  const keys = [];
  for (let token; ; ) {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: 'bench', Prefix: 'logs/', ContinuationToken: token }),
    );
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
    token = page.NextContinuationToken;
    if (token === undefined) break;
  }
  const fetchSome = async () => {
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'bench', Key: key }));
      await Body.transformToByteArray();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, fetchSome));
  client.destroy();
  return performance.now() - started;
}
