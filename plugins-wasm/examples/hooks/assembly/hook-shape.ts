// A message is an event: { "type": HEADER, "payload": BODY }.

import { OPEN_BRACE, skipBlanks } from 'tiercel/sdk/json-bytes';
import { validateValue } from 'tiercel/sdk/json-validate';
import { MessageEvents } from 'tiercel/sdk/message-events';
import { QueueMessage } from 'tiercel/sdk/queue';
import { MessageShape } from 'tiercel/sdk/queue-source';

const TYPE_HEADER = 'x-github-event';

export class HookShape extends MessageShape {
  read(message: QueueMessage, events: MessageEvents): string {
    const type = message.attribute(TYPE_HEADER);
    if (type.length == 0 || !isWord(type)) return 'there is no header ' + TYPE_HEADER;
    const end = message.body + message.size;
    const start = skipBlanks(message.body, end);
    if (start == end || load<u8>(start) != OPEN_BRACE) return 'its body is no JSON object';
    const behind = validateValue(start, end);
    if (behind <= 1 || skipBlanks(behind, end) != end) return 'its body is no JSON object';
    events.begin();
    events.pushText('{"type":"' + type + '","payload":');
    events.push(start, behind - start);
    events.pushText('}');
    events.end(message.sentAt);
    return '';
  }
}

/** Small letters and underscores. */
function isWord(text: string): bool {
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (letter != 0x5f && (letter < 0x61 || letter > 0x7a)) return false;
  }
  return true;
}
