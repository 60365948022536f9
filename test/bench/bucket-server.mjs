// A bucket of small objects on loopback, in a process of its own: tells its port when they are there.
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { buildApp } from 'fauxqs';

const RECORDS = 10;
const AT_ONCE = 50;

const count = Number(process.argv[2]);
const app = buildApp({ logger: false, defaultRegion: 'eu-central-1' });
await app.listen({ port: 0, host: '127.0.0.1' });
const { port } = app.server.address();
const client = new S3Client({
  endpoint: `http://127.0.0.1:${port}`,
  region: 'eu-central-1',
  forcePathStyle: true,
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
});
await client.send(new CreateBucketCommand({ Bucket: 'bench' }));
let number = 0;
const put = async () => {
  while (number < count) {
    const key = `logs/${String(number).padStart(6, '0')}.json.gz`;
    const records = Array.from({ length: RECORDS }, (_, index) => ({
      eventTime: '2026-01-01T00:00:00Z',
      eventName: 'GetObject',
      eventSource: 's3.amazonaws.com',
      awsRegion: 'eu-central-1',
      eventID: `${number}-${index}`,
    }));
    number += 1;
    await client.send(
      new PutObjectCommand({
        Bucket: 'bench',
        Key: key,
        Body: gzipSync(JSON.stringify({ Records: records })),
      }),
    );
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, put));
client.destroy();
process.send?.({ port });
process.once('disconnect', () => process.exit(0));
