// Access logs of nginx and Apache, in the format that both call `combined`.

import { Extractor } from 'tiercel/sdk/extractor';
import { LineShape } from 'tiercel/sdk/line-shape';
import { plugin } from 'tiercel/sdk/plugin';
import { LineSource } from 'tiercel/sdk/source';
import { TimeForm } from 'tiercel/sdk/times';
import { fields } from './fields';
import { line } from './line';

plugin.source = new LineSource(new LineShape(line, line.part('time'), TimeForm.WebLog));
plugin.extractor = new Extractor(fields, line);
