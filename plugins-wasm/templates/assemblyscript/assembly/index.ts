// What the plugin is made of. The exports of its world are added when it is built.

import { Extractor } from 'tiercel/sdk/extractor';
import { plugin } from 'tiercel/sdk/plugin';
import { JsonSource } from 'tiercel/sdk/source';
import { fields } from './fields';
import { LogShape } from './source';

plugin.source = new JsonSource(new LogShape());
plugin.extractor = new Extractor(fields);
