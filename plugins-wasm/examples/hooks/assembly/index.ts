// Webhooks of GitHub: the kind of an event is in a header, all else in the body.

import { Extractor } from 'tiercel/sdk/extractor';
import { plugin } from 'tiercel/sdk/plugin';
import { QueueSource } from 'tiercel/sdk/queue-source';
import { fields } from './fields';
import { HookShape } from './hook-shape';

plugin.source = new QueueSource(new HookShape());
plugin.extractor = new Extractor(fields);
