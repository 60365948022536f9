/* Whether what a stream opens can be opened here: its own location, and those that its plugin was granted. */

import { createDiagnostic, type Diagnostic } from '../../diagnostic/diagnostic.ts';
import { checkLocation, type Location, supplyOf } from '../../store/location/location.ts';
import {
  type CheckContext,
  type InvalidLocation,
  type LocationFinding,
  unreadable,
} from '../../store/location/location-kind.ts';
import type { WebhookAccess } from '../../store/location/webhook-access.ts';
import type { OpenedStream } from './opened-streams.ts';

export function checkStream(stream: OpenedStream, webhook: WebhookAccess): Diagnostic[] {
  const { config, file } = stream.plugin;
  const { name, source, capabilities } = file.manifest;
  const context: CheckContext = { pluginName: name, webhook };
  const { opened } = stream;
  const subject = opened.text === '' ? `\`${source?.name ?? name}\`` : opened.text;
  const ofInput = opened.kind === 'text' ? [] : checkLocation(opened, context);
  const describe = (kind: string, [root, { text }]: [string, { readonly text: string }]): string =>
    `\`${kind}:${root}=${text}\` of \`${name}\``;
  const { stores, queues } = config.grants;
  return [
    ...ofInput.map((finding) => toDiagnostic(subject, finding, source?.openParamsDescription)),
    // The plugin looks for what lies in a store; it may come later.
    ...Object.entries(stores).flatMap((entry) =>
      entry[1].kind === 'invalid'
        ? checkLocation(entry[1], context).map((one) => toDiagnostic(describe('store', entry), one))
        : [],
    ),
    ...Object.entries(queues).flatMap((entry) =>
      capabilities.queue.includes(entry[0])
        ? checkQueue(entry[1], context).map((one) => toDiagnostic(describe('queue', entry), one))
        : [],
    ),
  ];
}

/** Whether something can come to a queue that a source was granted. */
function checkQueue(
  location: Location | InvalidLocation,
  context: CheckContext,
): LocationFinding[] {
  if (location.kind === 'invalid' || supplyOf(location) === 'inbox')
    return checkLocation(location, context);
  const hint = 'a queue is sqs://NAME, or http://ADDRESS:PORT/PATH for what is sent there';
  return [unreadable('nothing comes there by itself', hint)];
}

/** `otherHint`: of a finding that has none of its own. */
function toDiagnostic(
  subject: string,
  { kind, what, hint }: LocationFinding,
  otherHint?: string,
): Diagnostic {
  if (kind === 'unprotected')
    return createDiagnostic('WEBHOOK_OPEN', { message: `${subject} is not protected: ${what}` });
  const message = `cannot open ${subject}: ${what}`;
  return createDiagnostic('SOURCE_UNREADABLE', { message, hint: hint ?? otherHint });
}

/** Entries of `webhook.authentication` for a path where nothing listens: a mistake, and an open door. */
export function findUnusedSecrets(
  { authentication }: WebhookAccess,
  locations: readonly OpenedStream['opened'][],
): Diagnostic[] {
  const paths = locations.flatMap((one) => (one.kind === 'webhook' ? [one.path] : []));
  if (paths.length === 0) return [];
  return authentication.flatMap(({ path }) => {
    if (path === undefined || paths.includes(path)) return [];
    const message = `\`webhook.authentication\` has a secret for \`${path}\`, where no stream listens`;
    const hint = `streams listen at ${paths.join(', ')}: a slash at the end counts`;
    return [createDiagnostic('WEBHOOK_SECRET_UNUSED', { message, hint })];
  });
}
