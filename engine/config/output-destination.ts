/* Who gets the alerts of an output, and in which form: what alerts that wait on disk are kept for. */

import { createHash } from 'node:crypto';
import { hideSecrets } from '../base/secrets.ts';
import type { AlertShape } from '../detect/alert/alert-channel.ts';
import type { DestinationConfig, OutputTarget } from './output-config.ts';

const DIGEST_SIZE = 16;

export function destinationOf(target: OutputTarget, shape: AlertShape): DestinationConfig {
  const { label, identity } = receiverOf(target);
  const { kind, hasRawEvent, template } = shape;
  const text = JSON.stringify([target.type, identity, kind, hasRawEvent, template ?? '']);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_SIZE);
  return {
    label: `${target.type} ${label}`,
    form: hasRawEvent ? `${kind} with raw event` : kind,
    digest,
  };
}

/** Passwords are no part of who somebody is. What follows `?` is, and may be secret: people do not see it. */
function receiverOf(target: OutputTarget): { label: string; identity: string } {
  switch (target.type) {
    case 'stdout':
      return same('standard output');
    case 'file':
      return same(target.path);
    case 'program':
      return same(target.program);
    case 'http': {
      const { origin, pathname, search } = new URL(target.url);
      return { label: hideSecrets(origin + pathname), identity: origin + pathname + search };
    }
    case 'syslog': {
      const { transport, host, port, path } = target;
      return same(transport === 'local' ? path : `${transport}://${host}:${port}`);
    }
    case 'nats':
      return same(`${target.servers.map(withoutLogin).join(' ')} ${target.subject}`);
  }
}

function same(label: string): { label: string; identity: string } {
  return { label, identity: label };
}

function withoutLogin(server: string): string {
  return server.replace(/\/\/[^@/]*@/, '//');
}
