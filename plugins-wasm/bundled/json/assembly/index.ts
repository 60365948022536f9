// What the plugin is made of; what it does is in extract.ts and the SDK.

import { Extractor } from 'tiercel/sdk/extractor';
import { plugin } from 'tiercel/sdk/plugin';
import { takeConfiguration } from './config';
import { fields } from './fields';

plugin.extractor = new Extractor(fields);
plugin.onInit = takeConfiguration;
