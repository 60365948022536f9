// What the plugin is made of; what it does is in source.ts, extract.ts and the SDK.

import { Extractor } from 'tiercel/sdk/extractor';
import { plugin } from 'tiercel/sdk/plugin';
import { JsonSource } from 'tiercel/sdk/source';
import { takeConfiguration } from './config';
import { fields } from './fields';
import { CloudTrailShape } from './source';

plugin.source = new JsonSource(new CloudTrailShape());
plugin.extractor = new Extractor(fields);
plugin.onInit = takeConfiguration;
