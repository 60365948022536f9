/* What a stream opens: a location where the manifest says so, else the text as it was written. */

import { describe, expect, it } from 'vitest';
import type { Config } from '../../../../engine/config/config.ts';
import { findStreams } from '../../../../engine/run/streams/opened-streams.ts';

function open(openParams: 'location' | 'text', text: string, isFollowed: boolean) {
  const manifest = { name: 'p', source: { name: 's', openParams } };
  const plugin = { config: { openParams: { text, folder: '/base' } }, file: { manifest } };
  const { streams } = findStreams({ isFollowed, streams: [] } as unknown as Config, [
    plugin as never,
  ]);
  return streams[0];
}

describe('a stream opens', () => {
  it.each<[kind: 'location' | 'text', text: string, opened: { kind: string; text: string }]>([
    ['location', 'events', { kind: 'path', text: '/base/events' }],
    ['location', 'unix:s', { kind: 'socket', text: 'unix:/base/s' }],
    ['location', 'ftp://x', { kind: 'invalid', text: 'ftp://x' }],
    ['text', 'topic=a/b', { kind: 'text', text: 'topic=a/b' }],
    ['text', 'unix:s', { kind: 'text', text: 'unix:s' }],
    ['text', '', { kind: 'text', text: '' }],
  ])('%s `%s`', (kind, text, opened) => {
    expect(open(kind, text, false)?.opened).toMatchObject(opened);
  });

  it('what is stored as it grows, when somebody asks for it; nothing else has to be followed', () => {
    expect(open('location', 'events', true)?.isFollowed).toBe(true);
    expect(open('location', 's3://logs', true)?.isFollowed).toBe(true);
    for (const text of ['-', 'unix:s', 'sqs://q', 'http://:1', 'ftp://x'])
      expect(open('location', text, true)?.isFollowed).toBe(false);
    expect(open('text', 'events', true)?.isFollowed).toBe(false);
  });
});
